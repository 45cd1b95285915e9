"""The door to evaluation: labels and probabilities → EvaluationReport, to and from JSON."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.predictions import Predictions, read_predictions, write_predictions
from fer_core.evaluation.report import EvaluationReport, load_report, save_report
from fer_core.evaluation.split_report import ClassScores, ReliabilityBin, Selective, SplitReport
from fer_core.types import Probabilities

__all__ = [
    "ClassScores",
    "Estimate",
    "EvaluationReport",
    "Predictions",
    "ReliabilityBin",
    "Selective",
    "SplitReport",
    "evaluate_split",
    "load_report",
    "read_predictions",
    "save_report",
    "write_predictions",
]


def evaluate_split(
    labels: NDArray[np.integer],
    probabilities: Probabilities,
    unsure_below: float | None = None,
) -> SplitReport:
    """All figures of one part of a data set.

    Args:
        labels: (n,) integers 0-6, the true labels in the order of `EMOTIONS`; n may be 0.
        probabilities: (n, 7) in [0, 1]; each row sums to 1.
        unsure_below: The model's threshold on the largest probability, in [0, 1], or None.

    Raises:
        ValueError: Shapes, labels or probabilities are not as said.
    """
    # scikit-learn costs a second of CPU and 60 MB. The app reads reports and never computes one.
    from fer_core.evaluation.scoring import score  # noqa: PLC0415

    return score(labels, probabilities, unsure_below)
