"""Labels and probabilities → the figures of a SplitReport, by scikit-learn where it has them.

Nothing the app imports may import this module: see `evaluation.evaluate_split`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

from fer_core.evaluation.estimates import Estimate, bootstrap, resample, wilson
from fer_core.evaluation.split_report import ClassScores, ReliabilityBin, Selective, SplitReport
from fer_core.labels import EMOTIONS, FEAR, NEUTRAL, SURPRISE
from fer_core.types import Probabilities

CLASSES: Final = np.arange(len(EMOTIONS))
BINS: Final = 15  # as in Guo et al. (2017), and in most work that reports this figure since

Labels = NDArray[np.integer[Any]]
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


def score(
    labels: Labels, probabilities: Probabilities, unsure_below: float | None = None
) -> SplitReport:
    """See `evaluation.evaluate_split`."""
    _check(labels, probabilities)
    exact = probabilities.astype(np.float64)
    exact /= exact.sum(axis=1, keepdims=True)  # log_loss warns at float32's rounding
    answers = exact.argmax(axis=1)
    right, confidence = answers == labels, exact.max(axis=1)
    counts = _confusion(labels, answers)
    reliability = reliability_bins(confidence, right)
    return SplitReport(
        n=len(labels),
        accuracy=_accuracy(labels, answers),
        **_averages(labels, answers, counts),
        top2_accuracy=_top2(labels, exact),
        confusion_matrix=tuple(tuple(row) for row in counts.tolist()),
        per_class=_per_class(labels, answers, counts),
        neutral_bias_index=_neutral_bias(counts),
        false_neutral_rate=_false_neutral(counts),
        fear_as_surprise_rate=wilson(int(counts[FEAR, SURPRISE]), int(counts[FEAR].sum())),
        surprise_as_fear_rate=wilson(int(counts[SURPRISE, FEAR]), int(counts[SURPRISE].sum())),
        log_loss=_log_loss(labels, exact),
        expected_calibration_error=expected_calibration_error(reliability),
        reliability=reliability,
        selective=_selective(right, confidence, unsure_below),
    )


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


def _confusion(labels: Labels, answers: Labels) -> Counts:
    if len(labels) == 0:
        return np.zeros((len(EMOTIONS), len(EMOTIONS)), dtype=np.int64)
    matrix: Counts = metrics.confusion_matrix(labels, answers, labels=CLASSES)
    return matrix


def _accuracy(labels: Labels, answers: Labels) -> Estimate | None:
    if len(labels) == 0:
        return None
    return wilson(int(metrics.accuracy_score(labels, answers, normalize=False)), len(labels))


def _averages(labels: Labels, answers: Labels, counts: Counts) -> dict[str, Estimate | None]:
    if len(labels) == 0:
        return {"balanced_accuracy": None, "macro_f1": None}
    present = np.flatnonzero(counts.sum(axis=1))
    # Balanced accuracy is the mean recall of the classes that have images. scikit-learn's own
    # function warns of answers that are nobody's label, which small data sets cannot help.
    balanced = float(metrics.recall_score(labels, answers, labels=present, average="macro"))
    f1 = metrics.f1_score(labels, answers, labels=present, average="macro", zero_division=0)
    draws = resample(counts)
    recalls, f1s = _recalls(draws)[:, present], _f1s(draws)[:, present]
    return {
        "balanced_accuracy": bootstrap(balanced, recalls.mean(axis=1)),
        "macro_f1": bootstrap(float(f1), f1s.mean(axis=1)),
    }


def _top2(labels: Labels, probabilities: Floats) -> Estimate | None:
    if len(labels) == 0:
        return None
    hits = metrics.top_k_accuracy_score(labels, probabilities, k=2, labels=CLASSES, normalize=False)
    return wilson(round(hits), len(labels))


def _per_class(labels: Labels, answers: Labels, counts: Counts) -> dict[str, ClassScores]:
    if len(labels) == 0:
        return {name: ClassScores(None, None, None, 0) for name in EMOTIONS}
    f1 = metrics.precision_recall_fscore_support(labels, answers, labels=CLASSES, zero_division=0)[
        2
    ]
    draws = _f1s(resample(counts))
    return {
        name: ClassScores(
            precision=wilson(int(counts[i, i]), int(counts[:, i].sum())),
            recall=wilson(int(counts[i, i]), int(counts[i].sum())),
            f1=bootstrap(float(f1[i]), draws[:, i]) if counts[i].any() else None,
            support=int(counts[i].sum()),
        )
        for i, name in enumerate(EMOTIONS)
    }


def _recalls(counts: Counts) -> Floats:
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    recalls: Floats = right / np.maximum(counts.sum(axis=-1), 1)
    return recalls


def _f1s(counts: Counts) -> Floats:
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    f1s: Floats = 2 * right / np.maximum(counts.sum(axis=-1) + counts.sum(axis=-2), 1)
    return f1s


def _neutral_bias(counts: Counts) -> Estimate | None:
    truly = int(counts[NEUTRAL].sum())
    if truly == 0:
        return None
    draws = resample(counts)[:, :, NEUTRAL].sum(axis=1) / truly
    return bootstrap(int(counts[:, NEUTRAL].sum()) / truly, draws)


def _false_neutral(counts: Counts) -> Estimate | None:
    others = np.delete(counts, NEUTRAL, axis=0)
    return wilson(int(others[:, NEUTRAL].sum()), int(others.sum()))


def _log_loss(labels: Labels, probabilities: Floats) -> float | None:
    if len(labels) == 0:
        return None
    return float(metrics.log_loss(labels, probabilities, labels=CLASSES))


def _selective(
    right: NDArray[np.bool_], confidence: Floats, unsure_below: float | None
) -> Selective | None:
    if unsure_below is None or len(right) == 0:
        return None
    sure = confidence >= unsure_below
    accuracy = wilson(int(right[sure].sum()), int(sure.sum()))
    return Selective(unsure_below, float(sure.mean()), accuracy)
