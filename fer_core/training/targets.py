"""Labels, FER+ votes and teachers' answers → what the network is trained towards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.data.ferplus import FERPLUS_VARIABLE, Votes
from fer_core.errors import TrainingError
from fer_core.evaluation import calibration
from fer_core.labels import EMOTIONS
from fer_core.training.config import TrainingConfig
from fer_core.training.distillation import SoftTargets
from fer_core.training.partition import TrainingData

Targets = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LabelSources:
    """What labels may be mixed with, in the order of the whole data set; None where not given."""

    votes: Votes | None = None
    teachers: SoftTargets | None = None

    def record(self, config: TrainingConfig) -> dict[str, str]:
        """The hashes of what the recipe uses, for the run's record.

        Raises:
            TrainingError: where the recipe uses something that was not given.
        """
        used = {}
        if config.data.ferplus:
            used["ferplus_sha256"] = self._votes(config).sha256
        if config.teachers.weight:
            used["teachers_sha256"] = self._teachers(config).sha256
        return used

    def targets(self, config: TrainingConfig, data: TrainingData) -> Targets:
        """(m, 7) float32 for the m images of `data.train`; rows sum to 1.

        Validation is always measured on the data set's own labels.

        Raises:
            TrainingError: where something was not given, or a teacher has seen what it must not.
        """
        targets = np.eye(len(EMOTIONS), dtype=np.float32)[data.train.labels]
        if config.data.ferplus:
            votes = self._votes(config).probabilities()[data.train_rows]
            targets = mixed(targets, votes, config.data.ferplus)
        if config.teachers.weight:
            teachers = self._teachers(config)
            _check_unseen(teachers, data)
            answers = teachers.probabilities[data.train_rows]
            answers = calibration.rescale(answers, config.teachers.temperature)
            targets = mixed(targets, answers, config.teachers.weight)
        return targets

    def _votes(self, config: TrainingConfig) -> Votes:
        if self.votes is None:
            raise TrainingError(
                f"The recipe mixes FER+ votes into the labels (data.ferplus = "
                f"{config.data.ferplus}), and no votes were given. Give their file with --ferplus "
                f"PATH or {FERPLUS_VARIABLE} (scripts/join_ferplus.py makes it); or, without them, "
                "set data.ferplus to 0."
            )
        return self.votes

    def _teachers(self, config: TrainingConfig) -> SoftTargets:
        if self.teachers is None:
            raise TrainingError(
                f"The recipe learns from teachers (teachers.weight = {config.teachers.weight}), "
                "and no answers of theirs were given. Make them with scripts/teach.py and give "
                "the file with --teachers PATH; or, without them, set teachers.weight to 0."
            )
        return self.teachers


def mixed(labels: Targets, others: Targets, share: float) -> Targets:
    """(1 - share)·labels + share·others; rows of `others` that are all 0 leave their label."""
    shares = np.where(others.any(axis=1, keepdims=True), np.float32(share), np.float32(0))
    return np.asarray((1 - shares) * labels + shares * others, dtype=np.float32)


def _check_unseen(teachers: SoftTargets, data: TrainingData) -> None:
    seen = int((~teachers.unseen[np.unique(data.withheld)]).sum())
    if seen:
        raise TrainingError(
            f"The teachers learned from {seen:,} images that validate this recipe, or that it "
            "leaves out as copies of test images: it would look better than it is. Train teachers "
            "and student with the same data.split_seed, data.validation and data.drop."
        )
