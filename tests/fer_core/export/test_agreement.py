"""What counts as the same answer."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.errors import ModelError
from fer_core.export.agreement import Agreement, compare, require


def answer(first: float, second: float) -> np.ndarray:
    """(1, 7): two probabilities, and the rest spread evenly."""
    rest = (1 - first - second) / 5
    return np.array([[first, second, *[rest] * 5]], np.float32)


@pytest.mark.parametrize(
    ("reference", "other", "difference", "same", "clear", "accepted"),
    [
        (answer(0.6, 0.2), answer(0.6, 0.2), 0.0, 1.0, 0, True),
        (answer(0.6, 0.2), answer(0.6009, 0.1991), 0.0009, 1.0, 0, True),
        (answer(0.6, 0.2), answer(0.602, 0.198), 0.002, 1.0, 0, False),
        # The two likeliest are as good as equal: either may come first.
        (answer(0.4004, 0.3996), answer(0.3996, 0.4004), 0.0008, 0.0, 0, True),
        (answer(0.402, 0.398), answer(0.398, 0.402), 0.004, 0.0, 1, False),
    ],
)
def test_differences_and_clear_disagreements(
    reference: np.ndarray,
    other: np.ndarray,
    difference: float,
    same: float,
    clear: int,
    accepted: bool,
) -> None:
    found = compare(reference, other)
    assert found.largest_difference == pytest.approx(difference, abs=1e-6)
    assert (found.faces, found.same_answer, found.clear_disagreements) == (1, same, clear)
    if accepted:
        assert require(found, "ONNX") is found
    else:
        with pytest.raises(ModelError, match=f"ONNX file differs .* by {difference:.4f}"):
            require(found, "ONNX")


def test_a_clear_answer_that_differs_is_refused_whatever_the_difference() -> None:
    with pytest.raises(ModelError, match="Clear answers that differ: 2"):
        require(Agreement(9, 0.0, 7 / 9, 2), "LiteRT")
