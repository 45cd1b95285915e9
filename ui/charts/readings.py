"""What the charts show, each as one plain sentence computed from the same figures."""

from __future__ import annotations

from typing import Final

import numpy as np

from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.history import History
from fer_core.evaluation.split_report import SplitReport
from fer_core.labels import EMOTIONS, FEAR, SURPRISE
from ui.charts.words import (
    ADJECTIVES,
    NO_IMAGES,
    Measure,
    Metric,
    called,
    faces,
    interval,
    part_of,
    percent,
    points,
    score_of,
)

WORSE_IN_TRAINING: Final = "Training is measured under dropout and the recipe's augmentation."


def read_mirrored(accuracy: Estimate) -> str:
    """What a second look at each face would bring."""
    return (
        f"Averaged over each face and its mirror image: right for {percent(accuracy.value, 1)}"
        f"{interval(accuracy)}."
    )


def read_confusion(split: SplitReport) -> str:
    """How much stands on the diagonal, and the largest cell beside it."""
    counts = split.counts
    if split.n == 0:
        return NO_IMAGES
    right = int(np.trace(counts))
    start = f"{part_of(right, faces(split.n))} answered as labelled ({percent(right / split.n)})"
    mistakes = counts - np.diag(np.diag(counts))
    row, column = (int(i) for i in np.unravel_index(mistakes.argmax(), mistakes.shape))
    if not mistakes.any():
        return f"{start}."
    return f"{start}; the commonest mistake: {called(counts, row, column)}."


def read_per_class(split: SplitReport, metric: Metric = "recall") -> str:
    """The expression that fares worst, and what happens to it."""
    found = {name: score_of(split, name, metric) for name in EMOTIONS}
    known = {name: score for name, score in found.items() if score is not None}
    if not known:
        return NO_IMAGES
    worst = min(known, key=lambda name: known[name].value)
    if metric == "f1":
        best = max(known, key=lambda name: known[name].value)
        return (
            f"Recall and precision weighed together (F1), {worst} fares worst "
            f"({percent(known[worst].value)}) and {best} best ({percent(known[best].value)})."
        )
    return _hardest(split, EMOTIONS.index(worst), metric)


def read_neutral_bias(split: SplitReport) -> str:
    """Whether the network answers neutral too often."""
    index = split.neutral_bias_index
    if split.n == 0 or index is None:
        return NO_IMAGES if split.n == 0 else "This split has no neutral faces."
    sentence = f"Neutral is answered {index.value:.2f} times as often as it is the label"
    sentence += interval(index, share=False)
    if index.interval is not None and index.interval[0] <= 1 <= index.interval[1]:
        sentence = sentence.removesuffix(")") + ", which includes the unbiased 1)"
    if split.false_neutral_rate is not None:
        sentence += f", and {percent(split.false_neutral_rate.value)} of the other faces are "
        sentence += "called neutral"
    return f"{sentence}."


def read_fear_surprise(split: SplitReport) -> str:
    """How often the two are taken for each other."""
    pairs = ((FEAR, SURPRISE), (SURPRISE, FEAR))
    parts = [called(split.counts, *pair) for pair in pairs if split.counts[pair[0]].any()]
    return f"{', and '.join(parts)}." if parts else "This split has no fearful or surprised faces."


def read_calibration(split: SplitReport) -> str:
    """Whether the network is as often right as it is sure."""
    error = split.expected_calibration_error
    bins = [part for part in split.reliability if part.count]
    if split.n == 0 or error is None:
        return NO_IMAGES
    if not bins:
        return f"Confidence and share right differ by {points(error)} on average."
    n = sum(part.count for part in bins)
    sure = sum(part.count * (part.confidence or 0) for part in bins) / n
    right = sum(part.count * (part.accuracy or 0) for part in bins) / n
    return (
        f"The network is {percent(sure, 1)} sure on average and right for {percent(right, 1)}; "
        f"bin by bin the two differ by {points(error)}."
    )


def read_curves(history: History, measure: Measure = "accuracy") -> str:
    """The best epoch, and the gap to training there."""
    if measure == "loss":
        best = int(np.argmin(history.val_loss))
        value = history.val_loss[best]
        gap = round(history.loss[best] - value, 2)
        extreme, figure, size, worse = "lowest", f"{value:.2f}", f"{abs(gap):.2f}", gap > 0
    else:
        best = int(np.argmax(history.val_accuracy))
        value = history.val_accuracy[best]
        gap = round(history.accuracy[best] - value, 3)
        extreme, figure, size, worse = "highest", percent(value, 1), points(gap), gap < 0
    side = f"{size} {'above' if gap > 0 else 'below'}" if gap else "level with"
    reading = (
        f"Validation {measure} is {extreme} in epoch {history.epoch[best]} of {len(history)} "
        f"({figure}); training {measure} is {side} it there."
    )
    return f"{reading} {WORSE_IN_TRAINING}" if worse else reading


def _hardest(split: SplitReport, index: int, metric: Metric) -> str:
    """What happens to the expression with the lowest recall or precision."""
    name, word = EMOTIONS[index], ADJECTIVES[index]
    counts = (split.counts if metric == "recall" else split.counts.T)[index].copy()
    right, total = int(counts[index]), int(counts.sum())
    if metric == "recall":
        start, whole = f"{name.capitalize()} is the hardest", faces(total, word)
        if len(split.absent) == len(EMOTIONS) - 1:
            start = f"{name.capitalize()} alone was to be recognised"
        outcome, verb = "recognised", "called"
    else:
        start = f"The answer {name} is the least reliable"
        whole, outcome, verb = f"{faces(total)} called {word}", "labelled so", "labelled"
    sentence = f"{start}: {part_of(right, whole)} {outcome} ({percent(right / total)})"
    counts[index] = 0
    if not counts.any():
        return f"{sentence}."
    others = "the other was" if counts.sum() == 1 else "the others were most often"
    return f"{sentence}; {others} {verb} {ADJECTIVES[int(counts.argmax())]}."
