"""FER-2013 as it was published: `fer2013.csv`, one row of gray values for each face."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.types import FACE_SIDE

TRAINING: Final = "Training"
USAGES: Final = {usage.lower(): usage for usage in (TRAINING, "PublicTest", "PrivateTest")}
_LABELS: Final = tuple(map(str, range(len(EMOTIONS))))
_EXPECTED: Final = (
    f"Expected: FER-2013's fer2013.csv, with the columns emotion (0 to {len(EMOTIONS) - 1}), "
    f"pixels ({FACE_SIDE**2} numbers from 0 to 255) and Usage ({', '.join(USAGES.values())})"
)


@dataclass(frozen=True, slots=True, eq=False)
class Original:
    """FER-2013 as it was published, in the file's order.

    Attributes:
        images: (n, 48, 48) uint8 gray.
        labels: (n,) int64, indices into `EMOTIONS`, whose order is the file's.
        usages: n of "Training", "PublicTest" and "PrivateTest".
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    usages: tuple[str, ...]

    @property
    def training(self) -> NDArray[np.bool_]:
        """(n,) bool: rows of the training part; the others are the two test halves."""
        return np.array([usage == TRAINING for usage in self.usages])


def read_original(file: Path | IO[bytes], name: str = "") -> Original:
    """Reads `fer2013.csv`, or `icml_face_data.csv`, which is the same with other spacing.

    Args:
        name: What to call an open file in a message.

    Raises:
        DataError: if the file cannot be read or is another one.
    """
    images, labels, usages = [], [], []
    for number, row in rows_of(file, _EXPECTED, name):
        try:
            images.append(
                np.array(row["pixels"].split(), dtype=np.uint8).reshape(FACE_SIDE, FACE_SIDE)
            )
            labels.append(_LABELS.index(row["emotion"].strip()))
            usages.append(USAGES[row["Usage"].strip().lower()])
        except (KeyError, ValueError, OverflowError, AttributeError) as error:
            where = name or file
            raise DataError(f"{where}, row {number}: {error!r}. {_EXPECTED}.") from error
    if not images:
        raise DataError(f"{name or file} has no rows. {_EXPECTED}.")
    return Original(np.stack(images), np.array(labels), tuple(usages))


def rows_of(
    source: Path | IO[bytes], expected: str, name: str = ""
) -> Iterator[tuple[int, dict[str, str]]]:
    """(number in the file, row) of a CSV file, without the spaces around its columns' names."""
    try:
        with source.open("rb") if isinstance(source, Path) else source as file:
            reader = csv.reader(io.TextIOWrapper(file, encoding="utf-8-sig", newline=""))
            names = [column.strip() for column in next(reader, [])]
            for number, row in enumerate(reader, start=2):
                if row:
                    yield number, dict(zip(names, row, strict=False))
    except FileNotFoundError as error:
        raise DataError(f"There is no file at {source}. {expected}.") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{name or source} cannot be read ({error}). {expected}.") from error
