"""What teachers answer for a data set's images: made once, kept in a file, learnt by students."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.data.dataset import Dataset
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.store.files import replace_bytes
from fer_core.types import Probabilities

REMEDY: Final = "Make it with scripts/teach.py from finished runs on the same data set"


@dataclass(frozen=True, slots=True, eq=False)
class SoftTargets:
    """Averaged answers of one or several teachers.

    Attributes:
        probabilities: (n, 7) float32 for the n images of the data set, in its order; rows sum to
            1 for the images of `train/` and are 0 for those of `test/`.
        unseen: (n,) bool: images from which no teacher learned.
        data_sha256: The data set's fingerprint.
        teachers: What each teacher is: run and recipe.
    """

    probabilities: Probabilities
    unseen: NDArray[np.bool_]
    data_sha256: str
    teachers: tuple[str, ...]

    def __post_init__(self) -> None:
        n = len(self.probabilities)
        if self.probabilities.shape != (n, len(EMOTIONS)) or self.unseen.shape != (n,):
            raise ValueError(
                f"Soft targets are (n, {len(EMOTIONS)}) with (n,) flags. Received: "
                f"{self.probabilities.shape} and {self.unseen.shape}"
            )

    @property
    def sha256(self) -> str:
        """Of the answers: the same file content gives the same students."""
        return hashlib.sha256(self.probabilities.tobytes()).hexdigest()

    def write(self, path: Path) -> None:
        """Replaces the file whole."""
        file = io.BytesIO()
        np.savez_compressed(
            file,
            probabilities=self.probabilities,
            unseen=self.unseen,
            data_sha256=np.array(self.data_sha256),
            teachers=np.array(self.teachers),
        )
        replace_bytes(path, file.getvalue())


def read_soft_targets(path: str | Path, dataset: Dataset) -> SoftTargets:
    """Reads what `SoftTargets.write` wrote.

    Raises:
        DataError: where the file cannot be read, or stands for another data set.
    """
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            targets = SoftTargets(
                arrays["probabilities"].astype(np.float32),
                arrays["unseen"].astype(bool),
                str(arrays["data_sha256"]),
                tuple(map(str, arrays["teachers"])),
            )
    except FileNotFoundError as error:
        raise DataError(f"There are no teachers' answers at {path}. {REMEDY}.") from error
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} does not hold teachers' answers ({error}). {REMEDY}.") from error
    if targets.data_sha256 != dataset.fingerprint:
        raise DataError(f"{path} holds answers for another data set. {REMEDY}.")
    return targets
