"""What is chosen on validation faces after training; all of it folds into the last layer.

- A temperature (Guo et al. 2017), and the threshold below which the answer is "unsure".
- How much Neutral's logit is lowered so that it is answered as often as it is the label: networks
  trained on FER-2013 answer Neutral when in doubt.
- Logit adjustment (Menon et al. 2021): a network answers the classes that are rare in training less
  often than they stand in balanced data. Subtracting τ·log(prior) from its logits takes that back,
  wholly at τ = 1. The loss that Menon et al. give as the other way needs a whole run for each τ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.metrics import accuracy_score, balanced_accuracy_score, log_loss

from fer_core.evaluation.metrics import evaluate_split
from fer_core.evaluation.predictions import Predictions
from fer_core.labels import EMOTIONS, NEUTRAL
from fer_core.recognition.answers.ways import (
    ALL_WAYS,
    ONE_LOOK,
    Calibration,
    class_shares,
    combine,
    rescale,
)
from fer_core.types import Probabilities

TAU_STEP: Final = 0.05  # between the values of τ that are tried

Prior = NDArray[np.float64]
"""(7,) shares of the classes in training, which sum to 1."""


def neutral_excess(labels: NDArray[np.int64], probabilities: Probabilities) -> float:
    """How much Neutral's logit is too high: lowered by that, it is answered as often as it is true.

    Below 0 if it is answered too seldom. 0 if all of the (n,) labels are neutral, or none.

    Args:
        probabilities: (n, 7), rows sum to 1.
    """
    wanted = int((labels == NEUTRAL).sum())
    if not 0 < wanted < len(labels):
        return 0.0
    logits = np.log(np.clip(probabilities.astype(np.float64), 1e-12, 1.0))
    lead = np.sort(logits[:, NEUTRAL] - np.delete(logits, NEUTRAL, axis=1).max(axis=1))[::-1]
    return float((lead[wanted - 1] + lead[wanted]) / 2)


def fit_temperature(labels: NDArray[np.int64], probabilities: Probabilities) -> float:
    """The temperature in [0.2, 5] with the least log loss on (n,) labels and (n, 7) answers."""

    def loss(temperature: float) -> float:
        return float(
            log_loss(labels, rescale(probabilities, temperature), labels=range(len(EMOTIONS)))
        )

    return float(minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x)


def unsure_threshold(probabilities: Probabilities, coverage: float = 0.8) -> float:
    """The confidence that a share `coverage` of faces reaches; below it the answer is "unsure"."""
    return float(np.quantile(probabilities.max(axis=1), 1 - coverage))


def calibrate_ways(
    faces: Predictions, mirrored: Probabilities, unsure_below: float, counts: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    """Temperature and threshold of every way of asking, with its figures on the same faces.

    Args:
        faces: Of validation, one look.
        mirrored: (n, 7) for their mirror images.
        unsure_below: The threshold of one look, which stays.
        counts: (7,) training images of each expression.

    Returns:
        By the way's name: "temperature", "unsure_below", and the figures of `evaluate_split`.
        The temperature of two looks has the least log loss; each threshold but the first is the
        certainty that as many faces reach as reach `unsure_below` with one look.
    """
    labels, shares = faces.labels, class_shares(counts)
    mean = (faces.probabilities + mirrored) / 2
    temperature = fit_temperature(labels, np.asarray(mean, np.float32))
    coverage = float((faces.probabilities.max(axis=1) >= unsure_below).mean())
    found = {}
    for way in ALL_WAYS:
        used = Calibration(temperature if way.looks == 2 else 1.0, unsure_below, shares)
        answers = combine(way, used, faces.probabilities, mirrored)
        threshold = unsure_below if way == ONE_LOOK else unsure_threshold(answers, coverage)
        report = evaluate_split(labels, answers, threshold).to_dict()
        del report["reliability"]  # of the test parts alone
        found[way.name] = {
            "temperature": round(used.temperature, 4),
            "unsure_below": round(threshold, 4),
            "validation": report,
        }
    return found


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A choice of τ, and what it does on the validation part.

    Attributes:
        tau: In [0, 1].
        prior: Seven shares of the classes in training, which sum to 1.
        accuracy: Before and after.
        balanced_accuracy: Before and after: the mean of the classes' recalls.
    """

    tau: float
    prior: tuple[float, ...]
    accuracy: tuple[float, float]
    balanced_accuracy: tuple[float, float]


def class_prior(targets: NDArray[np.float32], weights: NDArray[np.float32]) -> Prior:
    """The classes' shares as the loss sees them: (n, 7) targets by their (n,) weights."""
    total = (targets * weights[:, None]).sum(axis=0, dtype=np.float64)
    return np.asarray(total / total.sum())


def adjust_logits(probabilities: Probabilities, prior: Prior, tau: float) -> Probabilities:
    """(n, 7) answers of a network whose logits are lowered by tau·log(prior)."""
    values = probabilities / prior**tau
    return np.asarray(values / values.sum(axis=1, keepdims=True), dtype=np.float32)


def choose_adjustment(
    labels: NDArray[np.int64], probabilities: Probabilities, prior: Prior, largest: float
) -> Adjustment:
    """The τ of [0, largest] with the best mean of accuracy and balanced accuracy.

    The smallest of several such: what does not help on (n,) labels and (n, 7) answers is left.
    """
    taus = np.arange(0, largest + TAU_STEP / 2, TAU_STEP)
    figures = [_accuracies(labels, adjust_logits(probabilities, prior, tau)) for tau in taus]
    best = int(np.argmax([sum(pair) for pair in figures]))
    before, after = figures[0], figures[best]
    return Adjustment(
        round(float(taus[best]), 4),
        tuple(map(float, prior)),
        (before[0], after[0]),
        (before[1], after[1]),
    )


def fold_adjustment(network: Any, adjustment: Adjustment) -> None:
    """Lowers the bias of the layer "probabilities" of a Keras network."""
    last = network.get_layer("probabilities")
    kernel, bias = last.get_weights()
    last.set_weights([kernel, bias - adjustment.tau * np.log(adjustment.prior)])


def _accuracies(labels: NDArray[np.int64], probabilities: Probabilities) -> tuple[float, float]:
    answers = probabilities.argmax(axis=1)
    return (
        float(accuracy_score(labels, answers)),
        float(balanced_accuracy_score(labels, answers)),
    )
