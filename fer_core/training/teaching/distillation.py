"""Teachers, their bank of views, their student: the whole way, going on where it was stopped.

It can be killed at any moment and loses at most an epoch, or a shard of the bank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import keras
import numpy as np

from fer_core.data.dataset import Dataset
from fer_core.data.ferplus import Votes
from fer_core.errors import TrainingError
from fer_core.training.architecture import predict
from fer_core.training.callbacks import Reporter
from fer_core.training.config import TrainingConfig
from fer_core.training.fit import fit
from fer_core.training.networks.registry import Build
from fer_core.training.partition import partition
from fer_core.training.run_folder import RunFolder
from fer_core.training.sections import TeachersConfig
from fer_core.training.teaching.bank import read_bank
from fer_core.training.teaching.bank_making import make_bank
from fer_core.training.teaching.targets import LabelSources

BANK: Final = "bank.npz"
BANK_SEED: Final = 1
"""Of the views. Students of several seeds learn from one bank."""


def distill(
    teachers: Sequence[TrainingConfig],
    student: TrainingConfig,
    dataset: Dataset,
    votes: Votes | None,
    folder: Path,
    reporter: Reporter,
    *,
    build: Build | None = None,
) -> RunFolder:
    """Trains teachers, makes their bank, trains the student.

    Args:
        teachers: Recipes, each a run of its own: one recipe with two seeds is two teachers.
        student: A recipe with `teachers.views`.
        votes: FER+'s, for recipes that mix them in.
        folder: Of the runs and the bank.
        build: In the place of the networks that the recipes name.

    Returns:
        The student's run.

    Raises:
        DataError, TrainingError: if a recipe, the data or what lies in `folder` forbid it.
    """
    if not student.teachers.views:
        raise TrainingError("The student's recipe learns from no bank: set its teachers.views.")
    # What is missing is said now, not after the teachers' hours.
    for config in [*teachers, replace(student, teachers=TeachersConfig())]:
        LabelSources(votes).record(config)
    runs = [
        _run(config, dataset, LabelSources(votes), folder, reporter, build) for config in teachers
    ]
    report_validation(runs, student, dataset, reporter)
    make_bank(
        runs,
        dataset,
        folder / BANK,
        reporter,
        augmentation=student.augmentation,
        views=student.teachers.views,
        seed=BANK_SEED,
    )
    sources = LabelSources(votes, read_bank(folder / BANK, dataset))
    return _run(student, dataset, sources, folder, reporter, build)


def report_validation(
    runs: Sequence[RunFolder], recipe: TrainingConfig, dataset: Dataset, reporter: Reporter
) -> float:
    """Says what share of a recipe's validation faces each run and their average have right.

    Returns:
        The average's.
    """
    validation = partition(dataset, recipe.data, recipe.seed).validation
    answers = []
    for run in runs:
        keras.utils.clear_session()  # the network before this one
        answers.append(predict(run.load_network("model.keras"), validation.images))
        right = np.mean(answers[-1].argmax(axis=1) == validation.labels)
        reporter.message(f"{run.path.name}: {right:.1%} of validation.")
    together = np.mean(np.mean(answers, axis=0).argmax(axis=1) == validation.labels)
    reporter.message(f"Their average: {together:.1%} of validation.")
    return float(together)


def _run(
    config: TrainingConfig,
    dataset: Dataset,
    sources: LabelSources,
    folder: Path,
    reporter: Reporter,
    build: Build | None,
) -> RunFolder:
    """One recipe to its end, from where it is."""
    name = f"{config.title.lower().replace(' ', '_')}_{config.seed}"
    run = RunFolder(folder / name)
    begun, ended = ((run.path / file).is_file() for file in ("run.json", "model.keras"))
    if ended and _is_made_so(run, config, dataset, sources):
        reporter.message(f"{name} is there.")
        return run
    reporter.message(f"{name}: {config.title}, seed {config.seed}.")
    keras.utils.clear_session()  # the run before this one
    fit(config, dataset, run, reporter, resume=begun, sources=sources, build=build)
    return run


def _is_made_so(
    run: RunFolder, config: TrainingConfig, dataset: Dataset, sources: LabelSources
) -> bool:
    """Whether a finished run is that of this recipe, data and teachers."""
    record = run.record()
    return (
        TrainingConfig.from_dict(record["config"]) == config
        and record["data_sha256"] == dataset.fingerprint
        and (record["label_sources"] or {}) == sources.record(config)
    )
