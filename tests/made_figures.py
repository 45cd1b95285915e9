"""Probabilities, splits and histories made from a few numbers: what several tests share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from fer_core.evaluation.history import History
from fer_core.evaluation.metrics import evaluate_split
from fer_core.evaluation.split_report import SplitReport


def probabilities_of(answers: Sequence[int], confidence: float = 0.82) -> np.ndarray:
    """(n, 7) rows whose largest probability, at `answers`, is `confidence`."""
    rows = np.full((len(answers), 7), (1 - confidence) / 6, np.float32)
    rows[np.arange(len(answers)), np.asarray(answers, int)] = confidence
    return rows


def split_of(
    labels: Sequence[int],
    answers: Sequence[int],
    confidence: float = 0.82,
    unsure_below: float | None = 0.5,
) -> SplitReport:
    rows = probabilities_of(answers, confidence)
    return evaluate_split(np.array(labels, int), rows, unsure_below)


def counted_split(counts: dict[tuple[int, int], int], confidence: float = 0.8) -> SplitReport:
    """A split of {(label, answer): how many}."""
    pairs = [pair for pair, n in counts.items() for _ in range(n)]
    return split_of([label for label, _ in pairs], [answer for _, answer in pairs], confidence)


def history_of(n: int, **columns: Any) -> History:
    """A history of `n` epochs of fine-tuning; columns that are not given have one value."""
    plain = {"phase": ("fine-tuning",), "size": (96,), "learning_rate": (1e-3,)}
    plain |= dict.fromkeys(("loss", "val_loss"), (1.0,)) | {"seconds": (60.0,)}
    plain |= dict.fromkeys(("accuracy", "val_accuracy"), (0.5,))
    epochs = {name: values * n for name, values in plain.items()}
    return History(epoch=tuple(range(1, n + 1)), **{**epochs, **columns})


def says(text: str, parts: str) -> bool:
    """Whether a sentence holds these parts, told as "16 of 40 … 40 % … sad", in their order.

    A no-break blank counts as a blank.
    """
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    return re.search(".*".join(map(re.escape, parts.split(" … "))), text, re.DOTALL) is not None
