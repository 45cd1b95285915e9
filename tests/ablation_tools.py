"""A work folder as the ablation leaves it, with made-up answers: what several tests share."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fer_core.evaluation.ablation_report import PLAIN, Cell, save_ablation
from fer_core.evaluation.predictions import Predictions
from fer_core.labels import EMOTIONS, NEUTRAL
from scripts.ablation.design import CANDIDATES, Costs, Plan, Tuning
from scripts.ablation.summary import summarise
from scripts.ablation.work import RunRecord, WorkFolder

COSTS = Costs(step={tuning.shape: 0.02 if tuning.width == 1 else 0.005 for tuning in CANDIDATES},
              features=0.01)  # fmt: skip


def record(seed: int, accuracy: float = 0.6) -> RunRecord:
    return RunRecord(seed, 3, 1_000_000, 18_000, 2_000, accuracy, 600.0)


def answers_of(cell: Cell, seed: int, each: int, *, effect: float = 0.12) -> Predictions:
    """Answers to `each` faces of every class.

    48 pixels call `effect` more of the other faces neutral than 96 do; smoothing changes nothing;
    the plain network is right less often. The same faces are hard for all cells.
    """
    labels = np.repeat(np.arange(len(EMOTIONS)), each)
    luck = np.random.default_rng(5).random((2, len(labels)))
    luck = (luck + np.random.default_rng((seed, *map(ord, cell.name))).random(luck.shape) * 0.1) % 1
    neutral = 0.15 + effect * (cell.size == 48)
    right = 0.45 if cell.network == PLAIN else 0.75
    answers = np.where(luck[1] < right, labels, (labels + 1) % NEUTRAL)
    answers = np.where((luck[0] < neutral) & (labels != NEUTRAL), NEUTRAL, answers)
    probabilities = np.full((len(labels), len(EMOTIONS)), 0.05, np.float32)
    probabilities[np.arange(len(labels)), answers] = 0.7
    paths = [f"test/{EMOTIONS[label]}/PublicTest_{i}.png" for i, label in enumerate(labels)]
    return Predictions(paths, labels, probabilities)


def fill_search(work: WorkFolder, best: Tuning | None = None) -> None:
    work.save_costs(COSTS)
    for tuning in CANDIDATES:
        work.save_search_result(tuning, record(0, 0.7 if tuning == best else 0.6))


def filled_work(
    folder: Path, *, each: int = 200, plan: Plan | None = None, leave: int = 0
) -> WorkFolder:
    """A finished ablation, but for the last `leave` runs."""
    work, plan = WorkFolder(folder), plan or Plan()
    work.start(plan, "d" * 64)
    fill_search(work)
    runs = list(plan.runs())
    for cell, seed in runs[: len(runs) - leave]:
        work.finish(cell, record(seed), answers_of(cell, seed, each))
    return work


def write_ablation(path: Path, work_folder: Path, **options: int) -> None:
    save_ablation(summarise(filled_work(work_folder, **options)), path)
