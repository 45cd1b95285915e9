"""FER+: ten annotators' votes on the expression of each face of FER-2013 (Barsoum et al. 2016)."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.data.layout import common_name
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.store.files import MOST_TABLE, table_rows, text_bytes
from fer_core.store.tables import from_cell

FERPLUS_VARIABLE: Final = "FER_PLUS"
COLUMNS: Final = {
    "angry": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "sad": "sadness",
    "surprise": "surprise",
    "neutral": "neutral",
}
"""Our names of expressions → FER+'s columns."""
NOT_OURS: Final = ("contempt", "unknown", "NF")
"""FER+'s columns for an eighth expression, for no answer, and for no face."""
VOTE_COLUMNS: Final = (*(COLUMNS[emotion] for emotion in EMOTIONS), *NOT_OURS)
"""FER+'s, in the order of `Votes.counts`."""
MOST_VOTES: Final = 1_000
"""For one answer on one image; FER+ has ten annotators."""
FORMAT: Final = (
    "Expected: a CSV file with the columns path (inside the data set, as in train/happy/x.jpg), "
    f"{', '.join(COLUMNS.values())}, {', '.join(NOT_OURS)}, with whole numbers of votes. "
    "scripts/join_ferplus.py makes it from FER+'s own file"
)


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """The votes on the images of a data set, in its order.

    Attributes:
        counts: (n, 10) int64: the votes for `EMOTIONS`, then for `NOT_OURS`; zeros if FER+
            does not have the image.
        sha256: Of the file.
    """

    counts: NDArray[np.int64]
    sha256: str

    def probabilities(self) -> NDArray[np.float32]:
        """(n, 7) float32: the share of each of `EMOTIONS` in the votes for any of them.

        Rows sum to 1, or are all 0 if nobody voted for one of the seven.
        """
        ours = self.counts[:, : len(EMOTIONS)].astype(np.float32)
        total = ours.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(ours, total, out=ours, where=total > 0), dtype=np.float32)


def votes_if_any(path: str | Path | None, image_paths: Sequence[str]) -> Votes | None:
    """The same, or None without a file, or if it has votes on none of the images.

    Raises:
        DataError: if the file cannot be read or has another format.
    """
    if path is None:
        return None
    by_image, digest = _read(Path(path))
    return _matched(by_image, digest, image_paths)


def read_votes(path: str | Path, image_paths: Sequence[str]) -> Votes:
    """Reads the votes on a data set's images.

    Args:
        path: A CSV file, see `FORMAT`.
        image_paths: As in `Dataset.paths`. The case of folders and the suffix of a file may
            differ from the CSV file's.

    Raises:
        DataError: if the file cannot be read, has another format, or knows none of the images.
    """
    by_image, digest = _read(Path(path))
    votes = _matched(by_image, digest, image_paths)
    if votes is None:
        raise DataError(f"{path} has votes on none of the data set's images. {FORMAT}.")
    return votes


def _read(path: Path) -> tuple[dict[tuple[str, ...], list[int]], str]:
    """The votes by image, and the file's SHA-256."""
    if not path.exists():
        raise DataError(f"There are no FER+ votes at {path}.")
    data = text_bytes(path, DataError, f"{FORMAT}.", MOST_TABLE)
    try:
        header, *rows = list(table_rows(data.decode("utf-8-sig"))) or [[]]
        missing = [name for name in ("path", *VOTE_COLUMNS) if name not in header]
        if missing:
            raise ValueError(f"it has no column {', '.join(missing)}")
        places = [header.index(name) for name in ("path", *VOTE_COLUMNS)]
        votes = dict(_votes(row, places, line) for line, row in enumerate(rows, start=2))
    except (ValueError, csv.Error) as error:
        raise DataError(f"{path} does not hold FER+ votes ({error}). {FORMAT}.") from error
    return votes, hashlib.sha256(data).hexdigest()


def _matched(
    by_image: dict[tuple[str, ...], list[int]], digest: str, image_paths: Sequence[str]
) -> Votes | None:
    none = [0] * len(VOTE_COLUMNS)
    keys = [_key(image) for image in image_paths]
    if not any(key in by_image for key in keys):
        return None
    return Votes(np.array([by_image.get(key, none) for key in keys], dtype=np.int64), digest)


def _key(path: str) -> tuple[str, ...]:
    """What an image's path says: folder, class and name. A name alone may stand in two classes."""
    *folders, name = PurePosixPath(path).parts
    return (*(common_name(folder) for folder in folders[-2:]), PurePosixPath(name).stem)


def _votes(row: list[str], places: Sequence[int], line: int) -> tuple[tuple[str, ...], list[int]]:
    """An image's key and its votes, in the order of `Votes.counts`."""
    try:
        path, *cells = (row[place] for place in places)
        counts = [int(cell) for cell in cells]
    except (IndexError, ValueError) as error:
        raise ValueError(f"row {line:,}: {error}") from error
    if not all(0 <= count <= MOST_VOTES for count in counts):
        raise ValueError(f"row {line:,}: votes are whole numbers from 0 to {MOST_VOTES:,}")
    return _key(from_cell(path)), counts
