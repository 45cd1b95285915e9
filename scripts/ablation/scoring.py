"""Finished runs → figures with intervals, and paired tests.

Nothing that the app imports may import this module: it needs scikit-learn and SciPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ReportError
from fer_core.evaluation.ablation_report import (
    FIGURES,
    Cell,
    CellResult,
    CellRun,
    Difference,
    Figures,
    PairedTest,
)
from fer_core.evaluation.estimates import Estimate, bootstrap, percentiles, wilson
from fer_core.evaluation.metrics import (
    Floats,
    Matrices,
    balanced_accuracy,
    confusion_matrix,
    evaluate_split,
    neutral_bias,
)
from fer_core.evaluation.paired import Draws, holm, mcnemar
from fer_core.evaluation.predictions import Predictions
from fer_core.labels import EMOTIONS, NEUTRAL
from fer_core.types import Probabilities
from scripts.ablation.claims import CONTRASTS, Contrast, counted, happened

DISGUST = EMOTIONS.index("disgust")
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class FinishedRun:
    """A run's answers on the test part, and how it was trained."""

    seed: int
    predictions: Predictions
    training: Mapping[str, Any]

    @property
    def answers(self) -> Labels:
        answers: Labels = self.predictions.probabilities.argmax(axis=1).astype(np.int64)
        return answers


Runs = Mapping[Cell, tuple[FinishedRun, ...]]


def common_labels(runs: Runs) -> Labels:
    """(n,) the labels of the test part.

    Raises:
        ReportError: if there is no run, or two were judged on different faces.
    """
    found = [run.predictions for each in runs.values() for run in each]
    if not found:
        raise ReportError("No cell of the ablation is finished yet.")
    first = found[0]
    for other in found[1:]:
        if tuple(other.paths) != tuple(first.paths) or (other.labels != first.labels).any():
            raise ReportError(
                "The ablation's runs were judged on different faces and cannot be compared. Run "
                "it again in another --work folder."
            )
    return first.labels


def cell_results(runs: Runs, labels: Labels) -> tuple[CellResult, ...]:
    """The figures of each cell that has a finished run."""
    return tuple(_cell_result(cell, each, labels) for cell, each in runs.items() if each)


def paired_tests(runs: Runs, labels: Labels) -> tuple[PairedTest, ...]:
    """A test for each of `CONTRASTS` whose cells have a seed in common, Holm-corrected together."""
    tests = [_test(contrast, runs, labels) for contrast in CONTRASTS]
    found = [test for test in tests if test is not None]
    corrected = holm([test.p for test in found])
    return tuple(replace(t, p_holm=p) for t, p in zip(found, corrected, strict=True))


def _cell_result(cell: Cell, runs: tuple[FinishedRun, ...], labels: Labels) -> CellResult:
    each = tuple(
        CellRun(run.seed, _figures(labels, run.predictions.probabilities), run.training)
        for run in runs
    )
    return CellResult(cell, _pooled(labels, np.stack([run.answers for run in runs])), each)


def _figures(labels: Labels, probabilities: Probabilities) -> Figures:
    split = evaluate_split(labels, probabilities)
    figures = {name: getattr(split, name) for name in FIGURES if name != "disgust_recall"}
    return {**figures, "disgust_recall": split.per_class["disgust"].recall}


def _pooled(labels: Labels, answers: Labels) -> Figures:
    """The means over seeds, from (seeds, n) answers."""
    draws = Draws.of(labels, len(answers))
    matrices = draws.confusions(labels, answers)
    counts = np.stack([confusion_matrix(labels, row) for row in answers])

    def spread(figure: Callable[[Matrices], Floats]) -> Estimate:
        return bootstrap(float(figure(counts).mean()), (figure(matrices) * draws.seeds).sum(axis=1))

    def share(events: NDArray[np.bool_]) -> Estimate | None:
        return wilson(float(events.sum()) / len(events), events.shape[1])

    right, neutral = answers == labels, labels == NEUTRAL
    return {
        "accuracy": share(right),
        "balanced_accuracy": spread(balanced_accuracy),
        "neutral_bias_index": spread(neutral_bias) if neutral.any() else None,
        "false_neutral_rate": share(answers[:, ~neutral] == NEUTRAL),
        "disgust_recall": share(right[:, labels == DISGUST]),
    }


def _test(contrast: Contrast, runs: Runs, labels: Labels) -> PairedTest | None:
    seeds = _common_seeds(contrast, runs)
    if not seeds:
        return None
    mask = counted(contrast.event, labels)
    treated, control = (
        _events(contrast.event, cells, seeds, runs, labels)[:, :, mask]
        for cells in (contrast.treated, contrast.control)
    )
    side = int(mask.sum())
    result = mcnemar(treated.reshape(-1, side), control.reshape(-1, side))
    net = (treated - control).mean(axis=0)  # over pairs: (seeds, n)
    return PairedTest(
        claim=contrast.claim,
        event=contrast.event,
        treated=tuple(cell.name for cell in contrast.treated),
        control=tuple(cell.name for cell in contrast.control),
        seeds=seeds,
        images=side,
        more=result.more,
        fewer=result.fewer,
        difference=_difference(net, labels[mask]),
        by_seed=tuple(net.mean(axis=1).tolist()),
        p=result.p,
        p_holm=result.p,
    )


def _common_seeds(contrast: Contrast, runs: Runs) -> tuple[int, ...]:
    each = [{run.seed for run in runs.get(cell, ())} for cell in contrast.cells]
    return tuple(sorted(set.intersection(*each)))


def _events(
    event: str, cells: tuple[Cell, ...], seeds: tuple[int, ...], runs: Runs, labels: Labels
) -> Labels:
    """(pairs, seeds, n) of 0 and 1."""
    answers = [
        [next(run.answers for run in runs[cell] if run.seed == seed) for seed in seeds]
        for cell in cells
    ]
    return happened(event, labels, np.array(answers))


def _difference(net: NDArray[np.float64], labels: Labels) -> Difference:
    value = float(net.mean())
    means = Draws.of(labels, len(net)).means(net)
    return Difference(value, *percentiles(value, means))
