"""Where in a data set the answers are weak: by what the faces look like, and by how people agree.

A slice stands in the report as counts, so that its interval, Wilson's, comes from the same place
as every other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.evaluation.estimates import (
    Estimate,
    Json,
    check_parts,
    read_count,
    read_number,
    wilson,
)

MOST_SLICES: Final = 5
LEAST_FACES: Final = 20
"""In a slice: Wilson's interval is ±20 points wide there."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Slice:
    """The faces of which one measure lies in [low, high], and how many are answered right.

    Attributes:
        by: "brightness", "contrast", "sharpness" (`fer_core.images.quality`) or "face size", in
            pixels of the picture.
        low, high: The least and the largest value in it.
        n, right: Faces, at least one, and those answered as labelled.
    """

    by: str
    low: float
    high: float
    n: int
    right: int

    def __post_init__(self) -> None:
        check_parts(self.n, self.right)

    @property
    def accuracy(self) -> Estimate:
        return _share(self.right, self.n)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Json) -> Slice:
        """Raises KeyError, TypeError or ValueError if `data` is not of that shape."""
        low, high = read_number(data["low"]), read_number(data["high"])
        return cls(str(data["by"]), low, high, read_count(data["n"]), read_count(data["right"]))


@dataclass(frozen=True, slots=True)
class Agreement:
    """The faces on whose expression so many of FER+'s ten annotators agree.

    Attributes:
        low, high: The votes for the commonest of all ten answers, of ten.
        n: Faces, at least one.
        right: Answered as labelled.
        labelled: Labelled as most annotators see them.
        followed: Answered as most annotators see them, whatever the label.
    """

    low: int
    high: int
    n: int
    right: int
    labelled: int
    followed: int

    def __post_init__(self) -> None:
        check_parts(self.n, self.right, self.labelled, self.followed)

    @property
    def accuracy(self) -> Estimate:
        """By the label."""
        return _share(self.right, self.n)

    @property
    def by_annotators(self) -> Estimate:
        """By the annotators' majority in the label's place."""
        return _share(self.followed, self.n)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Json) -> Agreement:
        """Raises KeyError, TypeError or ValueError if `data` is not of that shape."""
        return cls(*_counts(data, "low", "high", "n", "right", "labelled", "followed"))


def slices(measures: Mapping[str, NDArray[np.float64]], right: Flags) -> tuple[Slice, ...]:
    """Cuts the faces into up to five equally large slices by each measure, in ascending order.

    Args:
        measures: Name → (n,) values.
        right: (n,) whether each answer is as labelled.
    """
    count = min(MOST_SLICES, len(right) // LEAST_FACES)
    found = []
    for by, values in measures.items() if count > 1 else ():
        order = np.argsort(values, kind="stable")
        for part in np.array_split(order, count):
            low, high = values[part[[0, -1]]].tolist()
            found.append(Slice(by, low, high, len(part), int(right[part].sum())))
    return tuple(found)


def agreement(
    votes: NDArray[np.int64], labels: NDArray[np.int64], answers: NDArray[np.int64]
) -> tuple[Agreement, ...]:
    """Accuracy by how far annotators agree: hard faces and disputed labels apart from bad answers.

    Args:
        votes: (n, 10) as of `fer_core.data.ferplus.Votes.counts`; faces without any are left out.
        labels, answers: (n,) indices into `EMOTIONS`.
    """
    most, seen = votes.max(axis=1), votes.argmax(axis=1)
    steps = ((1, 4), (5, 6), (7, 8), (9, 10))
    found = []
    for low, high in steps:
        inside = (most >= low) & (most <= high)
        if inside.any():
            pairs = ((answers, labels), (labels, seen), (answers, seen))
            counts = (int((a[inside] == b[inside]).sum()) for a, b in pairs)
            found.append(Agreement(low, high, int(inside.sum()), *counts))
    return tuple(found)


def _share(part: int, n: int) -> Estimate:
    found = wilson(part, n)
    assert found is not None, "a slice has faces"
    return found


def _counts(data: Json, *names: str) -> list[int]:
    return [read_count(data[name]) for name in names]
