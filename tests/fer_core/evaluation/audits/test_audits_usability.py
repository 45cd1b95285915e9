"""Where accuracy falls: curves by degradation, and the thresholds read from them."""

from __future__ import annotations

import numpy as np
import pytest
from small_data import patterned_face

from fer_core.evaluation.audits.usability import (
    blurred,
    crossing,
    cut,
    darkened,
    measure_usability,
    shrunk,
)
from fer_core.images.quality import sharpness

FACE = patterned_face(1, np.random.default_rng(1))


@pytest.mark.parametrize(
    ("curve", "accuracy", "expected"),
    [
        ([(40, 0.7), (30, 0.6), (20, 0.5)], 0.65, 35),
        ([(40, 0.7), (30, 0.6), (20, 0.5)], 0.5, 20),
        ([(40, 0.7), (30, 0.6)], 0.7, 40),
        ([(40, 0.7), (30, 0.69)], 0.65, None),
        ([(0.1, 0.7), (0.2, 0.6)], 0.62, 0.18),
    ],
)
def test_a_threshold_lies_between_two_steps(
    curve: list[tuple[float, float]], accuracy: float, expected: float | None
) -> None:
    assert crossing(curve, accuracy) == (expected and pytest.approx(expected))


def test_each_step_does_what_it_says() -> None:
    for worse in (shrunk(FACE, 16), blurred(FACE, 2.0)):
        assert sharpness(worse) < sharpness(FACE) / 2
    assert darkened(FACE, 0.1).mean() == pytest.approx(FACE.mean() * 0.1, abs=1.5)
    half = cut(FACE, 0.5)
    assert (half[:, :24] == FACE[:, :24]).all() and (half[:, 24:] == FACE[:, 23:24]).all()
    assert all(f.shape == (48, 48) and f.dtype == np.uint8 for f in (half, darkened(FACE, 0.1)))


class ByBrightness:
    """Right as long as the faces are bright."""

    def predict(self, images: np.ndarray) -> np.ndarray:
        right = images.mean(axis=(1, 2)) > 50
        return np.where(right[:, None], np.eye(7)[0], np.eye(7)[1]).astype(np.float32)


def test_only_what_costs_accuracy_has_a_threshold() -> None:
    faces = np.stack([patterned_face(6, np.random.default_rng(i)) for i in range(6)])
    found = measure_usability(ByBrightness(), faces, np.zeros(6, np.int64))  # type: ignore[arg-type]
    assert set(found) == {"dark"}
    dark = found["dark"]
    assert 30 < dark["threshold"] < 65 and dark["accuracy"] == 1.0 and dark["faces"] == 6
    assert [value for value, _ in dark["curve"]] == sorted(
        (value for value, _ in dark["curve"]), reverse=True
    )
