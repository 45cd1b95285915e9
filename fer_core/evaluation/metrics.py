"""Labels and probabilities → the figures of a SplitReport.

A figure of the confusion matrix is a function of matrices in the last two axes: one call gives its
value, another all of its bootstrap replicates. NumPy alone: the app computes reports as well, and
importing scikit-learn costs a second of CPU and 60 MB.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.evaluation.estimates import Counts, Estimate, bootstrap, resample, wilson
from fer_core.evaluation.split_report import (
    ClassScores,
    ReliabilityBin,
    Selective,
    SplitReport,
    Threshold,
)
from fer_core.labels import EMOTIONS, FEAR, NEUTRAL, SURPRISE
from fer_core.types import Probabilities

CLASSES: Final = np.arange(len(EMOTIONS))
BINS: Final = 15  # as in Guo et al. (2017), and in most work that reports this figure since

Labels = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]
Matrices = NDArray[Any]
"""(..., 7, 7) confusion matrices, true labels as rows; counts, or sums of weighted counts."""


def evaluate_split(
    labels: Labels, probabilities: Probabilities, unsure_below: float | None = None
) -> SplitReport:
    """All figures of one part of a data set.

    Args:
        labels: (n,) integers 0-6, the true labels in the order of `EMOTIONS`; n may be 0.
        probabilities: (n, 7) in [0, 1]; each row sums to 1.
        unsure_below: The model's threshold on the largest probability, in [0, 1], or None.

    Raises:
        ValueError: Shapes, labels or probabilities are not as said.
    """
    _check(labels, probabilities)
    exact = probabilities.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)
    answers = exact.argmax(axis=1)
    right, confidence = answers == labels, exact.max(axis=1)
    counts = confusion_matrix(labels, answers)
    draws = resample(counts)
    reliability = reliability_bins(confidence, right)

    def bootstrapped(figure: Callable[[Matrices], Floats], defined: bool) -> Estimate | None:
        return bootstrap(float(figure(counts)), figure(draws)) if defined else None

    some, neutral = bool(counts.any()), bool(counts[NEUTRAL].any())
    return SplitReport(
        n=len(labels),
        accuracy=wilson(int(right.sum()), len(labels)),
        balanced_accuracy=bootstrapped(balanced_accuracy, some),
        macro_f1=bootstrapped(macro_f1, some),
        top2_accuracy=_top2(labels, exact),
        confusion_matrix=tuple(tuple(row) for row in counts.tolist()),
        per_class=_per_class(counts, draws),
        neutral_bias_index=bootstrapped(neutral_bias, neutral),
        false_neutral_rate=_false_neutral(counts),
        fear_as_surprise_rate=wilson(int(counts[FEAR, SURPRISE]), int(counts[FEAR].sum())),
        surprise_as_fear_rate=wilson(int(counts[SURPRISE, FEAR]), int(counts[SURPRISE].sum())),
        log_loss=_log_loss(labels, exact),
        expected_calibration_error=expected_calibration_error(reliability),
        reliability=reliability,
        selective=_selective(right, confidence, unsure_below),
        thresholds=risk_coverage(confidence, right),
    )


def confusion_matrix(labels: Labels, answers: Labels) -> Counts:
    """(n,) labels and (n,) answers → (7, 7) counts, true labels as rows."""
    side = len(EMOTIONS)
    return np.bincount(labels * side + answers, minlength=side * side).reshape(side, side)


def recalls(matrices: Matrices) -> Floats:
    """(..., 7); 0 for a class without images."""
    return np.asarray(_diagonal(matrices) / np.maximum(matrices.sum(axis=-1), 1))


def f1s(matrices: Matrices) -> Floats:
    """(..., 7); 0 for a class with neither images nor answers."""
    both = matrices.sum(axis=-1) + matrices.sum(axis=-2)
    return np.asarray(2 * _diagonal(matrices) / np.maximum(both, 1))


def balanced_accuracy(matrices: Matrices) -> Floats:
    """(...) the mean recall of the classes that have images."""
    return _mean_of_present(recalls(matrices), matrices)


def macro_f1(matrices: Matrices) -> Floats:
    """(...) the mean F1 of the classes that have images."""
    present = matrices.sum(axis=-1) > 0
    return _mean_of_present(np.where(present, f1s(matrices), 0), matrices)


def neutral_bias(matrices: Matrices) -> Floats:
    """(...) the share answered neutral ÷ the share truly neutral, of which there must be some."""
    return np.asarray(matrices[..., NEUTRAL].sum(axis=-1) / matrices[..., NEUTRAL, :].sum(axis=-1))


def reliability_bins(confidence: Floats, right: NDArray[np.bool_]) -> tuple[ReliabilityBin, ...]:
    """Sorts answers into `BINS` bins of equal width on their confidence.

    Args:
        confidence: (n,) the largest probability of each image.
        right: (n,) whether the answer is the true label.
    """
    edges = np.linspace(0, 1, BINS + 1)
    # Bins are (low, high], as in Guo et al. (2017); a confidence of 0 cannot occur.
    places = np.clip(np.digitize(confidence, edges, right=True) - 1, 0, BINS - 1)
    return tuple(_bin(edges[i], edges[i + 1], confidence, right, places == i) for i in range(BINS))


def expected_calibration_error(bins: tuple[ReliabilityBin, ...]) -> float | None:
    """The mean gap between confidence and accuracy, weighted by the bins' counts.

    Guo, Pleiss, Sun & Weinberger (2017), "On Calibration of Modern Neural Networks", equation 3.
    """
    n = sum(part.count for part in bins)
    gaps = (
        part.count * abs(part.confidence - part.accuracy)
        for part in bins
        if part.confidence is not None and part.accuracy is not None
    )
    return None if n == 0 else sum(gaps) / n


def risk_coverage(confidence: Floats, right: NDArray[np.bool_]) -> tuple[Threshold, ...]:
    """What is answered, and how much of it right, at each threshold of whole hundredths.

    The risk–coverage curve of El-Yaniv & Wiener (2010), "On the Foundations of Noise-free Selective
    Classification", as counts. It begins at 0, where all is answered.

    Args:
        confidence, right: As of `reliability_bins`.
    """
    if not len(right):
        return ()
    order = np.argsort(confidence)
    sorted_confidence, wrong_below = confidence[order], np.append(0, np.cumsum(right[order]))
    steps = np.arange(101) / 100
    below = np.searchsorted(sorted_confidence, steps, side="left")
    n, total = len(right), int(right.sum())
    points = zip(steps.tolist(), below.tolist(), strict=True)
    found = [Threshold(at, n - under, total - int(wrong_below[under])) for at, under in points]
    # Below the least confidence, and beyond the largest, nothing changes.
    first = max(i for i, point in enumerate(found) if point.answered == n)
    return (found[0], *(point for point in found[first:] if point.answered and point.at))


def _bin(
    low: float, high: float, confidence: Floats, right: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> ReliabilityBin:
    count = int(inside.sum())
    means = (
        (float(confidence[inside].mean()), float(right[inside].mean())) if count else (None,) * 2
    )
    return ReliabilityBin(float(low), float(high), count, *means)


def _check(labels: Labels, probabilities: Probabilities) -> None:
    shapes = (labels.shape, probabilities.shape)
    if labels.ndim != 1 or shapes[1] != (len(labels), len(EMOTIONS)):
        raise ValueError(
            f"Labels have the shape (n,) and probabilities (n, {len(EMOTIONS)}). "
            f"Received: {shapes[0]} and {shapes[1]}"
        )
    if not np.isin(labels, CLASSES).all():
        raise ValueError(f"Labels are 0-6. Received: {np.unique(labels).tolist()}")
    # `not <=` instead of `>`, so that NaN is refused, too.
    if not bool(np.all(probabilities >= 0) and np.all(abs(probabilities.sum(axis=1) - 1) <= 1e-3)):
        raise ValueError("Probabilities are at least 0, and each row sums to 1.")


def _diagonal(matrices: Matrices) -> Matrices:
    return np.diagonal(matrices, axis1=-2, axis2=-1)


def _mean_of_present(values: Floats, matrices: Matrices) -> Floats:
    present = (matrices.sum(axis=-1) > 0).sum(axis=-1)
    return np.asarray(values.sum(axis=-1) / np.maximum(present, 1))


def _top2(labels: Labels, probabilities: Floats) -> Estimate | None:
    if len(labels) == 0:
        return None
    likeliest = np.argpartition(probabilities, -2, axis=1)[:, -2:]
    return wilson(int((likeliest == labels[:, None]).any(axis=1).sum()), len(labels))


def _per_class(counts: Counts, draws: Counts) -> dict[str, ClassScores]:
    values, replicates = f1s(counts), f1s(draws)
    right, supports, answered = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    return {
        name: ClassScores(
            precision=wilson(int(right[i]), int(answered[i])),
            recall=wilson(int(right[i]), int(supports[i])),
            f1=bootstrap(float(values[i]), replicates[:, i]) if supports[i] else None,
            support=int(supports[i]),
        )
        for i, name in enumerate(EMOTIONS)
    }


def _false_neutral(counts: Counts) -> Estimate | None:
    others = np.delete(counts, NEUTRAL, axis=0)
    return wilson(int(others[:, NEUTRAL].sum()), int(others.sum()))


def _log_loss(labels: Labels, probabilities: Floats) -> float | None:
    if len(labels) == 0:
        return None
    true = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(true, np.finfo(np.float64).eps)).mean())


def _selective(
    right: NDArray[np.bool_], confidence: Floats, unsure_below: float | None
) -> Selective | None:
    if unsure_below is None or len(right) == 0:
        return None
    sure = confidence >= unsure_below
    accuracy = wilson(int(right[sure].sum()), int(sure.sum()))
    return Selective(unsure_below, float(sure.mean()), accuracy)
