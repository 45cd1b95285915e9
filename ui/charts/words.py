"""How charts and their readings put figures into words."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.split_report import SplitReport
from fer_core.labels import EMOTIONS

Metric = Literal["recall", "precision", "f1"]
Measure = Literal["loss", "accuracy"]

ADJECTIVES: Final = ("angry", "disgusted", "fearful", "happy", "sad", "surprised", "neutral")
"""What a face with each of `EMOTIONS` is called in a sentence, in their order."""

NO_IMAGES: Final = "This split has no images."


def score_of(split: SplitReport, emotion: str, metric: Metric) -> Estimate | None:
    """None if the figure does not exist: see `ClassScores`."""
    scores = split.per_class[emotion]
    return {"recall": scores.recall, "precision": scores.precision, "f1": scores.f1}[metric]


def adjective(emotion: str) -> str:
    """ "fearful" for "fear"."""
    return ADJECTIVES[EMOTIONS.index(emotion)]


def percent(share: float, digits: int = 0) -> str:
    """ "40 %" for 0.4."""
    return f"{100 * share:.{digits}f} %"


def points(difference: float) -> str:
    """ "5.2 points" for a difference of two shares of ±0.052."""
    text = f"{abs(100 * difference):.1f}"
    return f"{text} point" if text == "1.0" else f"{text} points"


def span(low: float, high: float, *, share: bool = True) -> str:
    """ "35.6 to 44.1 %" for shares, "0.97 to 1.04" for others: how every interval is written.

    With the word, because a line may break after a dash; its blanks do not break either.
    """
    text = f"{100 * low:.1f} to {100 * high:.1f} %" if share else f"{low:.2f} to {high:.2f}"
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def interval(estimate: Estimate, *, share: bool = True) -> str:
    """ " (95 % interval 35.6 to 44.1 %)", or nothing if the report has no intervals."""
    if estimate.interval is None:
        return ""
    return f" (95\N{NO-BREAK SPACE}% interval {span(*estimate.interval, share=share)})"


def faces(n: int, description: str = "") -> str:
    """ "528 fearful faces" or "1 face"."""
    noun = "face" if n == 1 else "faces"
    return " ".join(part for part in (f"{n:,}", description, noun) if part)


def part_of(count: int, whole: str) -> str:
    """ "47 of 528 fearful faces were", for `faces(528, "fearful")`; "1 of … was", "0 of 1 …
    was"."""
    return f"{count:,} of {whole} {'was' if count == 1 or whole.startswith('1 ') else 'were'}"


def no_faces(description: str) -> str:
    """ "This split has no fearful faces." """
    return f"This split has no {description} faces."


def none_called(description: str) -> str:
    """ "No face was called fearful." """
    return f"No face was called {description}."


def called(counts: NDArray[np.int64], label: int, answer: int) -> str:
    """ "14 of 40 fearful faces were called sad (35 %)", of a (7, 7) confusion matrix."""
    total, count = int(counts[label].sum()), int(counts[label, answer])
    if total == 0:
        return no_faces(ADJECTIVES[label])
    whole, share = faces(total, ADJECTIVES[label]), percent(count / total)
    return f"{part_of(count, whole)} called {ADJECTIVES[answer]} ({share})"
