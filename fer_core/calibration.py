"""Temperature scaling (Guo et al. 2017) and the "unsure" threshold, both from validation faces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from fer_core.labels import EMOTIONS
from fer_core.types import Probabilities


def rescale(probabilities: Probabilities, temperature: float) -> Probabilities:
    """What the network would answer with its logits divided by `temperature`.

    Args:
        probabilities: (n, 7), rows sum to 1.
    """
    logits = np.log(np.clip(probabilities.astype(np.float64), 1e-12, 1.0)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


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
