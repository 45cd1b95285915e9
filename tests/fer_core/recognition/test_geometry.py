"""Which face counts as the largest, and in which order faces are read."""

from __future__ import annotations

import pytest

from fer_core.recognition.geometry import by_prominence, reading_order
from fer_core.types import Box, Face


@pytest.mark.parametrize(
    ("part", "part_score", "face", "face_score", "face_first"),
    [
        (300, 0.76, 200, 0.92, True),  # a part of a motorcycle
        (220, 0.71, 100, 0.95, True),
        (300, 0.92, 200, 0.95, False),  # both are sure: size alone
        (200, 0.95, 199, 0.91, False),
        (1000, 0.8, 100, 0.95, False),  # doubtful, but a hundred times as large
        (120, 1.0, 100, 1.0, False),  # a cascade's
    ],
)
def test_a_doubtful_face_counts_in_part(
    part: int, part_score: float, face: int, face_score: float, face_first: bool
) -> None:
    one, other = Face(Box(0, 0, part, part), part_score), Face(Box(0, 0, face, face), face_score)
    assert (by_prominence([one, other])[0] is other) == face_first
    assert by_prominence([other, one]) == by_prominence([one, other])


@pytest.mark.parametrize(
    ("boxes", "order"),
    [
        ([], []),
        ([Box(50, 9, 20, 20), Box(0, 9, 20, 20)], [1, 0]),
        # a group whose heads are not at one height
        ([Box(200, 14, 40, 40), Box(0, 0, 40, 40), Box(100, 12, 40, 40)], [1, 2, 0]),
        # two rows
        ([Box(0, 100, 40, 40), Box(90, 0, 40, 40), Box(0, 5, 40, 40), Box(80, 95, 40, 40)],
         [2, 1, 0, 3]),
        # a child before a grown-up: rows of their own
        ([Box(0, 80, 30, 30), Box(50, 0, 50, 60)], [1, 0]),
    ],
)  # fmt: skip
def test_faces_are_read_row_by_row(boxes: list[Box], order: list[int]) -> None:
    assert reading_order(boxes) == order


def test_a_grid_is_read_as_a_page_is() -> None:
    grid = [Box(70 * column, 90 * row, 40, 50) for row in range(5) for column in range(10)]
    shuffled = grid[::-1]
    assert [shuffled[i] for i in reading_order(shuffled)] == grid
