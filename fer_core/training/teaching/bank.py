"""A bank of views: changed faces, made once, each with its teachers' answer for just that view.

Beyer et al. (2022) found a student to follow best if it sees what its teacher saw and is
patient. On the fly every view would cost a step of each teacher; a bank costs it once, and any
number of students and epochs draws from it. `teaching.bank_making` makes one.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.data.dataset import Dataset
from fer_core.errors import DataError, TrainingError
from fer_core.labels import EMOTIONS
from fer_core.store.files import replace_file
from fer_core.store.stored_arrays import append_array, append_pieces, map_array
from fer_core.training.augmentation import augment
from fer_core.training.sections import AugmentationConfig
from fer_core.types import FACE_SIDE

_DAMAGE: Final = (zipfile.BadZipFile, RecursionError, TrainingError)
REMEDY: Final = "Make one with scripts/teach.py --recipe from finished runs on the same data set"


@dataclass(frozen=True, slots=True)
class BankMaking:
    """What a bank is made of: the same making gives the same bank.

    Attributes:
        data_sha256: The data set's fingerprint.
        teachers: What each teacher is: run, recipe, seed.
        teachers_sha256: Of each teacher's network file.
        augmentation: What makes views of faces.
        views: How many of each face.
        seed: Of the views.
    """

    data_sha256: str
    teachers: tuple[str, ...]
    teachers_sha256: tuple[str, ...]
    augmentation: AugmentationConfig
    views: int
    seed: int

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> BankMaking:
        """Raises KeyError, TypeError or ValueError for other text, `TrainingError` for a value."""
        values = json.loads(text)
        values["augmentation"] = AugmentationConfig(**values["augmentation"])
        for name in ("teachers", "teachers_sha256"):
            values[name] = tuple(values[name])
        return cls(**values)


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """The views of the faces that one recipe trains on.

    Attributes:
        images: (m, k, 48, 48) uint8, as the bank maps them from its file.
        positions: (n,) int64: where each of the recipe's n faces stands among the m.
    """

    images: NDArray[np.uint8]
    positions: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Views of each face."""
        return int(self.images.shape[1])

    def take(self, rows: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.uint8]:
        """(b, 48, 48) uint8: of each of b faces the view with that number."""
        return np.asarray(self.images[self.positions[rows], numbers])


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """Views with answers.

    Attributes:
        making: What it is made of.
        rows: (m,) int64, ascending: where the faces stand in the data set.
        images: (m, k, 48, 48) uint8 views, mapped from the file.
        answers: (m, k, 7) float32, averaged over the teachers; sum to 1.
        unseen: (n,) bool for the n images of the data set: from which no teacher learned.
    """

    making: BankMaking
    rows: NDArray[np.int64]
    images: NDArray[np.uint8]
    answers: NDArray[np.float32]
    unseen: NDArray[np.bool_]

    def __post_init__(self) -> None:
        m, k = len(self.rows), self.making.views
        shapes = (self.images.shape, self.answers.shape)
        if shapes != ((m, k, FACE_SIDE, FACE_SIDE), (m, k, len(EMOTIONS))):
            raise ValueError(
                f"{k} views of {m} faces are ({m}, {k}, {FACE_SIDE}, {FACE_SIDE}) with answers "
                f"({m}, {k}, {len(EMOTIONS)}). Received: {shapes[0]} and {shapes[1]}"
            )

    @property
    def sha256(self) -> str:
        """Of the answers and of what they are answers to."""
        digest = hashlib.sha256(self.making.to_json().encode())
        digest.update(self.rows.tobytes())
        digest.update(self.answers.tobytes())
        return digest.hexdigest()

    def positions(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where images of the data set stand in the bank.

        Raises:
            DataError: if it holds no views of some.
        """
        found = np.searchsorted(self.rows, rows)
        found = np.minimum(found, len(self.rows) - 1)
        lacking = int((self.rows[found] != rows).sum())
        if lacking:
            raise DataError(
                f"The bank holds no views of {lacking:,} of the {len(rows):,} faces that the "
                "recipe trains on. Train teachers and student with the same [data] but for their "
                "labels."
            )
        return found


def write_bank(
    path: Path,
    making: BankMaking,
    rows: NDArray[np.int64],
    unseen: NDArray[np.bool_],
    answers: NDArray[np.float32],
    images: Iterable[NDArray[np.uint8]],
) -> None:
    """Writes a bank's file, or replaces it whole.

    Args:
        images: (…, k, 48, 48) pieces, in the order of `rows`: all of them need not fit in memory.
    """

    def write(beside: Path) -> None:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED) as archive:
            append_array(archive, "making", np.array(making.to_json()))
            append_array(archive, "rows", rows)
            append_array(archive, "unseen", unseen)
            append_array(archive, "answers", answers)
            shape = (len(rows), making.views, FACE_SIDE, FACE_SIDE)
            append_pieces(archive, "images", shape, np.uint8, images)

    replace_file(path, write)


def read_bank(path: str | Path, dataset: Dataset) -> Bank:
    """Opens what `write_bank` wrote; the views stay in the file.

    Raises:
        DataError: if the file cannot be read, or stands for another data set.
    """
    path = Path(path)
    try:
        bank = Bank(
            BankMaking.from_json(str(map_array(path, "making"))),
            np.array(map_array(path, "rows")),
            map_array(path, "images"),
            np.array(map_array(path, "answers")),
            np.array(map_array(path, "unseen")),
        )
    except FileNotFoundError as error:
        raise DataError(f"There is no bank of views at {path}. {REMEDY}.") from error
    except (OSError, ValueError, LookupError, TypeError, *_DAMAGE) as error:
        raise DataError(f"{path} does not hold a bank of views ({error}). {REMEDY}.") from error
    if bank.making.data_sha256 != dataset.fingerprint:
        raise DataError(f"{path} holds views of another data set. {REMEDY}.")
    return bank


def views_of(
    faces: NDArray[np.uint8], rows: NDArray[np.int64], making: BankMaking
) -> NDArray[np.uint8]:
    """(m, k, 48, 48) uint8 views of (m, 48, 48) faces, which seed and row alone decide."""
    made = []
    for face, row in zip(faces, rows, strict=True):
        rng = np.random.default_rng((making.seed, int(row)))
        made.append(augment(np.repeat(face[None], making.views, axis=0), making.augmentation, rng))
    return np.stack(made)
