"""Slices by looks and by the annotators' agreement."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.evaluation.audits.slices import Agreement, Slice, agreement, slices
from fer_core.images.quality import measures


def test_slices_are_equally_large_and_ascend() -> None:
    values = np.arange(100.0)[::-1]
    right = values >= 40
    found = slices({"brightness": values}, right)
    assert [(s.low, s.high, s.n, s.right) for s in found] == [
        (0, 19, 20, 0), (20, 39, 20, 0), (40, 59, 20, 20), (60, 79, 20, 20), (80, 99, 20, 20),
    ]  # fmt: skip
    assert found[0].accuracy.value == 0 and found[2].accuracy.high == 1


@pytest.mark.parametrize(("n", "count"), [(0, 0), (39, 0), (40, 2), (70, 3), (1000, 5)])
def test_few_faces_make_few_slices(n: int, count: int) -> None:
    found = slices({"contrast": np.arange(float(n))}, np.ones(n, bool))
    assert len(found) == count
    assert sum(s.n for s in found) == (n if count else 0)


def test_hard_faces_and_bad_answers_come_apart() -> None:
    """All see angry and the answer is sad; four of ten see angry, which the label is not."""
    votes = np.array([[10, 0, 0, 0, 0, 0, 0, 0, 0, 0], [4, 0, 3, 3, 0, 0, 0, 0, 0, 0], [0] * 10])
    found = agreement(votes, np.array([0, 2, 1]), np.array([4, 0, 1]))
    assert found == (
        Agreement(1, 4, n=1, right=0, labelled=0, followed=1),
        Agreement(9, 10, n=1, right=0, labelled=1, followed=0),
    )
    assert found[0].by_annotators.value == 1


@pytest.mark.parametrize(
    "made", [Slice("contrast", 1.0, 2.5, 30, 20), Agreement(5, 6, 30, 20, 10, 15)]
)
def test_they_survive_json(made: Slice | Agreement) -> None:
    assert type(made).from_dict(made.to_dict()) == made


def test_what_is_measured_of_a_face() -> None:
    flat = np.full((48, 48), 40, np.uint8)
    stripes = np.tile(np.array([0, 200], np.uint8), (48, 24))
    found = measures(np.stack([flat, stripes]))
    assert found["brightness"].tolist() == [40, 100]
    assert found["contrast"].tolist() == [0, 100]
    assert found["sharpness"][0] == 0 < found["sharpness"][1]
