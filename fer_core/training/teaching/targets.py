"""What the network is trained towards: labels, mixed with FER+ votes and teachers' answers.

Teachers answer once (`teaching.answers`, `teaching.bank_making`), into a file. Nothing here imports
Keras: what a recipe lacks is said before the seconds that it takes to import.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.data.dataset import Dataset
from fer_core.data.ferplus import FERPLUS_VARIABLE, Votes
from fer_core.errors import DataError, TrainingError
from fer_core.labels import EMOTIONS
from fer_core.recognition.answers.ways import rescale
from fer_core.store.files import replace_bytes
from fer_core.store.stored_arrays import read_arrays
from fer_core.training.config import TrainingConfig
from fer_core.training.partition import TrainingData
from fer_core.training.teaching.bank import Bank, Views
from fer_core.types import Probabilities

REMEDY: Final = "Make it with scripts/teach.py from finished runs on the same data set"

Targets = NDArray[np.float32]


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
        DataError: if the file cannot be read, or stands for another data set.
    """
    path = Path(path)
    try:
        arrays = read_arrays(path)
        targets = SoftTargets(
            arrays["probabilities"].astype(np.float32),
            arrays["unseen"].astype(bool),
            str(arrays["data_sha256"]),
            tuple(map(str, arrays["teachers"])),
        )
    except FileNotFoundError as error:
        raise DataError(f"There are no teachers' answers at {path}. {REMEDY}.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} does not hold teachers' answers ({error}). {REMEDY}.") from error
    if targets.data_sha256 != dataset.fingerprint:
        raise DataError(f"{path} holds answers for another data set. {REMEDY}.")
    return targets


@dataclass(frozen=True, slots=True)
class LabelSources:
    """What labels may be mixed with, in the order of the whole data set; None if not given.

    Attributes:
        votes: FER+'s.
        teachers: Their answers: a bank for a recipe with `teachers.views`, else soft targets.
    """

    votes: Votes | None = None
    teachers: SoftTargets | Bank | None = None

    def record(self, config: TrainingConfig) -> dict[str, str]:
        """The hashes of what the recipe uses, for the run's record.

        Raises:
            TrainingError: if the recipe uses something that was not given.
        """
        used = {}
        if config.data.ferplus:
            used["ferplus_sha256"] = self._votes(config).sha256
        if config.teachers.weight:
            used["teachers_sha256"] = self._teachers(config).sha256
        return used

    def targets(self, config: TrainingConfig, data: TrainingData) -> Targets:
        """(m, 7) float32 for the m images of `data.train`; rows sum to 1.

        With a bank of k views (m, k, 7), in the order of `views`. Validation is always measured on
        the data set's own labels.

        Raises:
            DataError: if a bank lacks faces.
            TrainingError: if something was not given, or a teacher has seen what it must not.
        """
        targets = one_hot(data.train.labels)
        if config.data.ferplus:
            votes = self._votes(config).probabilities()[data.train_rows]
            targets = mixed(targets, votes, config.data.ferplus)
        if config.teachers.weight:
            teachers = self._teachers(config)
            _check_unseen(teachers, data)
            answers = _answers(teachers, data.train_rows)
            flat = rescale(answers.reshape(-1, len(EMOTIONS)), config.teachers.temperature)
            if answers.ndim == 3:
                targets = targets[:, None]  # a face's label is that of all its views
            targets = mixed(targets, flat.reshape(answers.shape), config.teachers.weight)
        return targets

    def views(self, config: TrainingConfig, data: TrainingData) -> Views | None:
        """The views that the recipe trains on in the place of faces; None without a bank.

        Raises:
            DataError: if the bank lacks faces.
            TrainingError: if it was not given, or has another number of views.
        """
        teachers = self._teachers(config) if config.teachers.weight else None
        if not isinstance(teachers, Bank):
            return None
        return Views(teachers.images, teachers.positions(data.train_rows))

    def _votes(self, config: TrainingConfig) -> Votes:
        if self.votes is None:
            raise TrainingError(
                f"The recipe mixes FER+ votes into the labels (data.ferplus = "
                f"{config.data.ferplus}), and no votes were given. Give their file with --ferplus "
                f"PATH or {FERPLUS_VARIABLE} (scripts/join_ferplus.py makes it); or, without them, "
                "set data.ferplus to 0."
            )
        return self.votes

    def _teachers(self, config: TrainingConfig) -> SoftTargets | Bank:
        if self.teachers is None:
            raise TrainingError(
                f"The recipe learns from teachers (teachers.weight = {config.teachers.weight}), "
                "and no answers of theirs were given. Make them with scripts/teach.py and give "
                "the file with --teachers PATH; or, without them, set teachers.weight to 0."
            )
        making = self.teachers.making if isinstance(self.teachers, Bank) else None
        given = making.views if making else 0
        if given != config.teachers.views:
            raise TrainingError(
                f"The recipe has teachers.views = {config.teachers.views}, and the teachers' file "
                f"{given}. Make the recipe's own with scripts/teach.py --recipe."
            )
        if making and making.augmentation != config.augmentation.of_views:
            raise TrainingError(
                "The bank's views were made by another augmentation than the recipe's. Make the "
                "recipe's own with scripts/teach.py --recipe, or set [augmentation] to the bank's."
            )
        return self.teachers


def one_hot(labels: NDArray[np.int64]) -> Targets:
    """(n,) indices into `EMOTIONS` → (n, 7) float32."""
    return np.eye(len(EMOTIONS), dtype=np.float32)[labels]


def mixed(labels: Targets, others: Targets, share: float) -> Targets:
    """(1 - share)·labels + share·others; rows of `others` that are all 0 leave their label."""
    shares = np.where(others.any(axis=-1, keepdims=True), np.float32(share), np.float32(0))
    return np.asarray((1 - shares) * labels + shares * others, dtype=np.float32)


def _answers(teachers: SoftTargets | Bank, rows: NDArray[np.int64]) -> Targets:
    """(m, 7) answers for those images, or (m, k, 7) for their views."""
    if isinstance(teachers, Bank):
        return teachers.answers[teachers.positions(rows)]
    return teachers.probabilities[rows]


def _check_unseen(teachers: SoftTargets | Bank, data: TrainingData) -> None:
    seen = int((~teachers.unseen[np.unique(data.withheld)]).sum())
    if seen:
        raise TrainingError(
            f"The teachers learned from {seen:,} images that validate this recipe, or that it "
            "leaves out as copies of test images: it would look better than it is. Train teachers "
            "and student with the same data.split_seed, data.validation and data.drop."
        )
