"""Measures, searches and trains for the ablation. What is finished is never done again."""

from __future__ import annotations

import gc
import shutil
import time
from dataclasses import dataclass
from typing import Final

import keras
import numpy as np
from tqdm import tqdm

from fer_core.data.dataset import Dataset
from fer_core.evaluation.ablation_report import MOBILENET, PLAIN, Cell
from fer_core.evaluation.history import read_history
from fer_core.evaluation.predictions import Predictions
from fer_core.training.architecture import predict
from fer_core.training.callbacks import Reporter
from fer_core.training.config import TrainingConfig
from fer_core.training.fit import fit
from fer_core.training.partition import partition
from fer_core.training.run_folder import RunFolder
from fer_core.training.sections import DataConfig
from scripts.ablation.design import (
    CANDIDATES,
    LEFT_OUT,
    PLAIN_CELL,
    SEARCH_SEED,
    SUBSET_SEED,
    TRANSFER_CELL,
    VALIDATION,
    Costs,
    Plan,
    Tuning,
    config_of,
    subset,
    test_part,
)
from scripts.ablation.networks import BUILDERS, measure
from scripts.ablation.work import RunRecord, WorkFolder

SEARCH_CELLS: Final = {MOBILENET: TRANSFER_CELL, PLAIN: PLAIN_CELL}


@dataclass(frozen=True, slots=True)
class Job:
    """One network to train: a candidate of the search if `tuning` is given, else a cell."""

    name: str
    cell: Cell
    seed: int
    tuning: Tuning | None = None


def usable(dataset: Dataset) -> Dataset:
    """`train/` without `LEFT_OUT`: PrivateTest's pixels, too, tell which images are copies.

    Raises:
        DataError: if a class has too few images.
    """
    # Once for all runs: comparing every image with every test image takes a while.
    config = DataConfig(validation=VALIDATION, drop=LEFT_OUT)
    data = partition(dataset, config, SUBSET_SEED)
    mask = np.zeros(len(dataset), dtype=bool)
    mask[np.concatenate([data.train_rows, data.validation_rows])] = True
    return dataset.where(mask)


class Ablation:
    """One ablation in its work folder.

    Raises:
        DataError: if a class has too few images.
        TrainingError: if the folder holds another one.
    """

    def __init__(self, plan: Plan, dataset: Dataset, work: WorkFolder, reporter: Reporter) -> None:
        work.start(plan, dataset.fingerprint)
        self._plan, self._work, self._reporter = plan, work, reporter
        clean = usable(dataset)
        self._search_part = subset(clean, plan.search_images)
        self._part, self._test = subset(clean, plan.train_images), test_part(dataset)

    def run(self) -> None:
        """Does what is missing: costs, search, cells.

        Raises:
            TrainingError: if a run cannot go on.
        """
        costs, jobs = self._costs(), self.missing()
        whole, done, start = sum(map(self._share, jobs)), 0.0, time.monotonic()
        for number, job in enumerate(jobs, start=1):
            seconds = time.monotonic() - start
            left = tqdm.format_meter(done, whole, seconds, bar_format="{remaining} left")
            self._reporter.message(f"{number} of {len(jobs)}: {job.name} ({left})")
            self._do(job, costs)
            done += self._share(job)

    def missing(self) -> list[Job]:
        """What is not done yet, in the order in which it has to be done."""
        # MobileNetV2's candidates stand first: the choice among them sets the others' budget.
        search = [
            Job(self._work.search_name(t), SEARCH_CELLS[t.network], SEARCH_SEED, t)
            for t in CANDIDATES
            if self._work.search_result(t) is None
        ]
        cells = [
            Job(self._work.run_name(cell, seed), cell, seed)
            for cell, seed in self._plan.runs()
            if self._work.record(cell, seed) is None
        ]
        return [*search, *cells]

    def _share(self, job: Job) -> float:
        """A job's part of the cost, in no unit: the time left is worked out from it."""
        plan = self._plan if job.tuning is None else self._plan.for_search()
        quarter = job.cell.network == MOBILENET and job.cell.size == 48
        return plan.train_images * (0.25 if quarter else 1.0)

    def _costs(self) -> Costs:
        costs = self._work.costs()
        if costs is None:
            self._reporter.message("Measuring what a training step of each network costs.")
            costs = measure(self._plan)
            self._work.save_costs(costs)
        return costs

    def _do(self, job: Job, costs: Costs) -> None:
        tuning = job.tuning or self._work.chosen(job.cell.network)
        epochs = self._plan.epochs
        if job.cell.network == PLAIN:
            epochs = costs.plain_epochs(self._plan, self._work.chosen(MOBILENET), tuning)
        searching = job.tuning is not None
        plan = self._plan.for_search() if searching else self._plan
        part = self._search_part if searching else self._part
        config = config_of(job.cell, job.seed, plan, tuning, epochs)
        network, record = self._train(config, job, part)
        if searching:
            self._work.save_search_result(tuning, record)
        else:
            answers = predict(network, self._test.images)
            predictions = Predictions(self._test.paths, self._test.labels, answers)
            self._work.finish(job.cell, record, predictions)
        shutil.rmtree(self._work.training_folder(job.name))

    def _train(
        self, config: TrainingConfig, job: Job, part: Dataset
    ) -> tuple[keras.Model, RunRecord]:
        keras.utils.clear_session()  # or the networks before this one pile up
        gc.collect()
        folder = self._work.training_folder(job.name)
        build = BUILDERS[job.cell.network]
        data = partition(part, config.data, config.seed)
        network = fit(
            config, part, RunFolder(folder), self._reporter, resume=True, build=build, data=data
        )
        history = read_history(folder / "history.csv")
        main = config.phases[-1]
        epochs = zip(history.phase, history.val_accuracy, strict=True)
        record = RunRecord(
            seed=config.seed,
            epochs=main.epochs,
            parameters=int(network.count_params()),
            train_images=len(data.train),
            validation_images=len(data.validation),
            validation_accuracy=max(value for phase, value in epochs if phase == main.name),
            seconds=round(sum(history.seconds), 1),
        )
        return network, record
