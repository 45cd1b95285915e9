"""FER+'s own file → votes by image path, which `fer_core.data.ferplus` reads.

FER+ (Barsoum et al. 2016) publishes `fer2013new.csv`: a row of votes for each row of `fer2013.csv`,
in that file's order. FER-2013 is mostly handed on as class folders, whose names say nothing of that
order. So the pictures themselves are joined: each image of the folders with the row of
`fer2013.csv` whose pixels are nearest, of the same expression and half.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.data.dataset import Dataset, copy_groups
from fer_core.data.fer2013_csv import Original, rows_of
from fer_core.data.ferplus import VOTE_COLUMNS
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.store.files import replace_text
from fer_core.store.tables import as_csv

FARTHEST: Final = 12.0
"""Root mean square difference in gray levels up to which two pictures are the same one. FER-2013's
differ by 5 on average and by 9 at most when they are compressed as JPEG of quality 75; each of them
then still finds its own row."""
_ROWS_AT_ONCE: Final = 1024


@dataclass(frozen=True, slots=True)
class VotedRow:
    """A row of `fer2013new.csv`.

    Attributes:
        name: FER+'s name of the picture; "" if the annotators saw no face in it.
        votes: As many as `VOTE_COLUMNS`, in that order.
    """

    name: str
    votes: tuple[int, ...]


def read_voted_rows(path: Path) -> list[VotedRow]:
    """Reads `fer2013new.csv`.

    Raises:
        DataError: if the file cannot be read or is another one.
    """
    expected = (
        f"Expected: FER+'s fer2013new.csv, with the columns Image name, {', '.join(VOTE_COLUMNS)}"
    )
    rows = []
    for number, row in rows_of(path, expected):
        try:
            votes = tuple(int(row[column]) for column in VOTE_COLUMNS)
            rows.append(VotedRow(row["Image name"].strip(), votes))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise DataError(f"{path}, row {number}: {error!r}. {expected}.") from error
    return rows


def join(
    dataset: Dataset,
    original: Original,
    voted: Sequence[VotedRow],
    progress: Callable[[float], None] = lambda _: None,
) -> dict[str, VotedRow]:
    """Finds each image's row. FER-2013 takes ten seconds or more.

    Args:
        progress: Is told the share done, in [0, 1].

    Returns:
        Path in the data set → its row. Images that are no picture of `original`, and those in which
        FER+'s annotators saw no face, are left out. Identical pictures
        of one expression and half get their rows in order.

    Raises:
        DataError: if the two files do not belong together row by row.
    """
    if len(voted) != len(original.images):
        raise DataError(
            f"The votes have {len(voted):,} rows and FER-2013's file {len(original.images):,}: "
            "they belong together row by row. Give both as they were published."
        )
    kinds = (copy_groups(original.images), original.labels, original.training)
    groups = list(zip(*(kind.tolist() for kind in kinds), strict=True))
    alike = defaultdict(list)
    for group, row in zip(groups, voted, strict=True):
        alike[group].append(row)
    given: Counter[tuple[int, int, bool]] = Counter()
    found = {}
    for image, index in sorted(_nearest(dataset, original, progress).items()):
        group = groups[index]
        row = alike[group][given[group] % len(alike[group])]
        given[group] += 1
        if row.name:
            found[dataset.paths[image]] = row
    return found


def write_votes(path: Path, rows: dict[str, VotedRow]) -> None:
    """Writes the CSV file that `fer_core.data.ferplus.read_votes` reads."""
    table = ((image, row.name, *row.votes) for image, row in rows.items())
    replace_text(path, as_csv(("path", "ferplus_name", *VOTE_COLUMNS), table, "\n"))


def _nearest(
    dataset: Dataset, original: Original, progress: Callable[[float], None]
) -> dict[int, int]:
    """Index of an image → index of the nearest row of the same expression and half."""
    nearest: dict[int, int] = {}
    done = 0
    of_train = dataset.splits == "train"
    for label in range(len(EMOTIONS)):
        for training in (True, False):
            ours = np.flatnonzero((dataset.labels == label) & (of_train == training))
            theirs = np.flatnonzero((original.labels == label) & (original.training == training))
            if len(ours) and len(theirs):
                pairs = _pairs(dataset.images[ours], original.images[theirs])
                nearest |= {int(ours[i]): int(theirs[j]) for i, j in pairs}
            done += len(ours)
            progress(done / len(dataset))
    return nearest


def _pairs(ours: NDArray[np.uint8], theirs: NDArray[np.uint8]) -> Iterator[tuple[int, int]]:
    """(i, j) for each of ours whose nearest of theirs is near enough."""
    rows = theirs.reshape(len(theirs), -1).astype(np.float32) / 255
    lengths = (rows**2).sum(axis=1)
    for start in range(0, len(ours), _ROWS_AT_ONCE):
        block = ours[start : start + _ROWS_AT_ONCE]
        some = block.reshape(len(block), -1).astype(np.float32) / 255
        best = (lengths - 2 * some @ rows.T).argmin(axis=1)
        # Once more for the nearest alone: the difference of large numbers is not exact.
        errors = 255 * np.sqrt(((some - rows[best]) ** 2).mean(axis=1))
        for i in np.flatnonzero(errors <= FARTHEST):
            yield start + int(i), int(best[i])
