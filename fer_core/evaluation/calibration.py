"""What validation faces settle after training.

A temperature (Guo et al. 2017), the "unsure" threshold, and how much Neutral's logit is lowered so
that it is answered as often as it is the label: networks trained on FER-2013 say Neutral where they
are in doubt. All fold into the last layer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from fer_core.labels import EMOTIONS, NEUTRAL
from fer_core.types import Probabilities


def rescale(probabilities: Probabilities, temperature: float) -> Probabilities:
    """What the network would answer with its logits divided by `temperature`.

    Args:
        probabilities: (n, 7), rows sum to 1.
    """
    logits = np.log(np.clip(probabilities.astype(np.float64), 1e-12, 1.0)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def neutral_excess(labels: NDArray[np.int64], probabilities: Probabilities) -> float:
    """How much Neutral's logit is too high: lowered by that, it is answered as often as it is true.

    Below 0 where it is answered too seldom. 0 where all of the (n,) labels are neutral, or none.

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
