"""Logit adjustment after training (Menon et al. 2021): rare expressions get their due.

A network learns how frequent each class is in training and answers the rare ones less often than
they stand in balanced data. Subtracting τ·log(prior) from its logits takes that back, wholly at
τ = 1. Done after training it costs no run for each τ, τ is chosen on validation, and it folds into
the last layer's bias, so that every runtime answers alike. The loss that Menon et al. give as the
other way would need a whole run for each τ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from fer_core.types import Probabilities

STEP: Final = 0.05  # between the values of τ that are tried

Prior = NDArray[np.float64]


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


def prior_of(targets: NDArray[np.float32], weights: NDArray[np.float32]) -> Prior:
    """The classes' shares as the loss sees them: (n, 7) targets by their (n,) weights."""
    total = (targets * weights[:, None]).sum(axis=0, dtype=np.float64)
    return np.asarray(total / total.sum())


def adjusted(probabilities: Probabilities, prior: Prior, tau: float) -> Probabilities:
    """(n, 7) answers of a network whose logits are lowered by tau·log(prior)."""
    values = probabilities / prior**tau
    return np.asarray(values / values.sum(axis=1, keepdims=True), dtype=np.float32)


def choose(
    labels: NDArray[np.int64], probabilities: Probabilities, prior: Prior, largest: float
) -> Adjustment:
    """The τ of [0, largest] with the best mean of accuracy and balanced accuracy.

    The smallest of several such: what does not help on (n,) labels and (n, 7) answers is left.
    """
    taus = np.arange(0, largest + STEP / 2, STEP)
    figures = [_figures(labels, adjusted(probabilities, prior, tau)) for tau in taus]
    best = int(np.argmax([sum(pair) for pair in figures]))
    before, after = figures[0], figures[best]
    return Adjustment(
        round(float(taus[best]), 4),
        tuple(map(float, prior)),
        (before[0], after[0]),
        (before[1], after[1]),
    )


def fold(network: Any, adjustment: Adjustment) -> None:
    """Lowers the bias of the layer "probabilities" of a Keras network."""
    last = network.get_layer("probabilities")
    kernel, bias = last.get_weights()
    last.set_weights([kernel, bias - adjustment.tau * np.log(adjustment.prior)])


def _figures(labels: NDArray[np.int64], probabilities: Probabilities) -> tuple[float, float]:
    answers = probabilities.argmax(axis=1)
    return (
        float(accuracy_score(labels, answers)),
        float(balanced_accuracy_score(labels, answers)),
    )
