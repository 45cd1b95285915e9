"""Harm and what it costs: the harms, the file, and the comparison with another network."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made_figures import probabilities_of
from small_data import patterned_face

from fer_core.errors import ReportError
from fer_core.evaluation.audits import robustness
from fer_core.evaluation.audits.corruptions import KINDS, SEVERITIES, corrupt
from fer_core.evaluation.audits.robustness import (
    Harmed,
    RobustnessReport,
    calibration,
    load_robustness,
    mean_corruption_error,
    measure,
)
from fer_core.evaluation.estimates import Estimate

RNG = np.random.default_rng(2)
FACES = np.stack([patterned_face(i % 7, RNG) for i in range(28)])
LABELS = np.arange(28) % 7


@pytest.mark.parametrize("kind", KINDS)
def test_each_severity_harms_more_than_the_one_before(kind: str) -> None:
    harmed = [corrupt(FACES, kind, severity) for severity in SEVERITIES]
    costs = [np.abs(each.astype(float) - FACES).mean() for each in harmed]
    assert {each.shape for each in harmed} == {FACES.shape}
    assert harmed[0].dtype == np.uint8
    assert costs[0] > 0 and costs == sorted(costs)
    np.testing.assert_array_equal(corrupt(FACES, kind, 3), harmed[2])


def test_covers_cover_what_they_say() -> None:
    flat = np.full((1, 48, 48), 128, np.uint8)
    eyes, mouth = (corrupt(flat, f"covered {part}", 1)[0] != 128 for part in ("eyes", "mouth"))
    assert eyes[round(0.39 * 48)].any() and not eyes[36:].any()
    assert mouth[44].any() and not mouth[:36].any()


def _empty() -> RobustnessReport:
    return RobustnessReport("m", "a", "b")


def _answer(images: np.ndarray) -> np.ndarray:
    """Right while the face is about as it was."""
    kept = np.abs(images.astype(float) - FACES).mean(axis=(1, 2)) < 25
    return probabilities_of(np.where(kept, LABELS, (LABELS + 1) % 7))


def test_a_stopped_measurement_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    asked = []

    def until(most: int):
        def predict(images: np.ndarray) -> np.ndarray:
            if len(asked) == most:
                raise KeyboardInterrupt
            asked.append(images)
            return _answer(images)

        return predict

    path = tmp_path / "m.robustness.json"
    whole = measure(until(99), FACES, LABELS, _empty(), tmp_path / "whole.json")
    asked.clear()
    with pytest.raises(KeyboardInterrupt):
        measure(until(10), FACES, LABELS, _empty(), path)
    known = load_robustness(path)
    assert len(known.cells) == 10 and not known.is_complete
    asked.clear()
    assert measure(until(99), FACES, LABELS, known, path) == whole == load_robustness(path)
    assert len(asked) == 31
    assert whole.is_complete and whole.clean is not None and whole.clean.right == 28


def _report(errors: dict[str, float]) -> RobustnessReport:
    cells = [
        Harmed(kind, severity, 1000, round(1000 * (1 - errors[kind])), Estimate(0.1, 0.0, 0.2))
        for kind in KINDS
        for severity in SEVERITIES
    ]
    return RobustnessReport("m", "a", "b", (Harmed("none", 0, 1000, 700, Estimate(0.1)), *cells))


def test_mean_corruption_error_is_the_mean_of_the_kinds_ratios() -> None:
    reference = _report(dict.fromkeys(KINDS, 0.5))
    better = _report(dict.fromkeys(KINDS, 0.5) | {"blur": 0.1})
    assert mean_corruption_error(reference, reference) == 1
    assert mean_corruption_error(better, reference) == pytest.approx((0.2 + 7) / 8)
    partial = RobustnessReport("m", "a", "b", reference.cells[:-1])
    assert mean_corruption_error(partial, reference) is None


def test_the_calibration_error_has_an_interval_around_it() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.3, 1, 3000)
    calm = calibration(confidence, rng.random(3000) < confidence)
    vain = calibration(confidence, rng.random(3000) < confidence - 0.2)
    assert calm.interval is not None and vain.interval is not None
    assert calm.interval[0] < 0.02
    assert vain.interval[0] < 0.2 < vain.interval[1] and vain.interval[0] > calm.interval[1]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.pop("cells"),
        lambda data: data["cells"][0].update(kind="rain"),
        lambda data: data["cells"][0].update(n=-1),
        lambda data: data["cells"][0].update(calibration_error=None),
    ],
)
def test_a_damaged_file_is_a_sentence(tmp_path: Path, damage) -> None:
    data = _report(dict.fromkeys(KINDS, 0.5)).to_dict()
    damage(data)
    path = tmp_path / "m.robustness.json"
    path.write_text(json.dumps(data))
    with pytest.raises(ReportError, match=r"robustness\.py"):
        load_robustness(path)


def test_only_public_test_is_harmed() -> None:
    assert robustness.PART == "public"


@pytest.mark.parametrize(("n", "right"), [(9, 10), (0, 0)])
def test_answers_that_no_faces_have(tmp_path: Path, n: int, right: int) -> None:
    cell = {**Harmed("none", 0, 9, 5, Estimate(0.1)).to_dict(), "n": n, "right": right}
    (tmp_path / "a.json").write_text(json.dumps(_empty().to_dict() | {"cells": [cell]}))
    with pytest.raises(ReportError, match=f"a.json is damaged: .*Received: n = {n}, {right}"):
        load_robustness(tmp_path / "a.json")
