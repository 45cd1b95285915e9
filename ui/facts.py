"""What pages say of a model and its evaluation, computed from its card and report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.split_report import SplitReport
from fer_core.labels import EMOTIONS
from fer_core.store.model_files import ModelCard
from ui.charts.words import interval

DROPPED = {
    "constant": "blank images",
    "conflicting": "copies under different labels",
    "test_copies": "copies of test images",
    "near_test_copies": "near copies of test images",
}
"""Words of a recipe's `data.drop` → what was left out of training."""


def learned_from(card: ModelCard) -> str:
    """How many images a network was trained on, and what became of the others."""
    images, learned = card.data.get("train_images"), card.data.get("learned_from")
    if not images:
        return "not recorded"
    if learned is None:
        return f"a part of the {images:,} images under train/; its size was not recorded"
    dropped = [DROPPED[name] for name in _dropped(card) if name in DROPPED]
    left_out = images - learned - card.data.get("validated_on", 0)
    words = f"{learned:,} of {images:,} images; {card.data.get('validated_on', 0):,} validated"
    return f"{words}, {left_out:,} were left out ({', '.join(dropped)})" if left_out else words


def deduplicated(cards: Mapping[str, ModelCard]) -> str:
    """What PrivateTest without copies means for each of these networks, by its title."""
    said = [
        f"{title} did not learn from these copies"
        if set(_dropped(card)) & {"test_copies", "near_test_copies"}
        else f"of these copies {title} may simply remember the label"
        for title, card in cards.items()
    ]
    return f"{'; '.join(said)[:1].upper()}{'; '.join(said)[1:]}." if said else ""


def private_reads(title: str, report: EvaluationReport, card: ModelCard | None) -> str:
    """How often PrivateTest was read for a network; "" if it never was.

    Comparing the other runtimes with Keras goes over every test face once more.
    """
    compared = 1 if card is not None and card.runtimes else 0
    if not report.private_reads:
        return ""
    figures = f"{times(report.private_reads)} for figures"
    if not compared:
        return f"It was read {figures} of {title}."
    return (
        f"It was read {times(report.private_reads + compared)} for {title}: {figures}, "
        "once to compare its other runtimes."
    )


def times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n:,} times")


def rarest(split: SplitReport) -> str:
    """How little the smallest class tells; "" without images."""
    there = [name for name in EMOTIONS if split.per_class[name].recall is not None]
    if not there:
        return ""
    name = min(there, key=lambda name: split.per_class[name].support)
    scores = split.per_class[name]
    recall = scores.recall or Estimate(0.0)
    value = f"{100 * recall.value:.0f} of 100{interval(recall)}"
    return f"{scores.support:,} {name} images: recall {value}"


def headline_split(report: EvaluationReport) -> tuple[str, SplitReport]:
    """The part whose accuracy is the headline, by name: what nothing was chosen on."""
    name = "private" if "private" in report.splits else next(iter(report.splits))
    return name, report.splits[name]


def terms(card: ModelCard) -> str:
    """Under which terms the network stands, in its card's words; else what it started from."""
    return card.licence or f"Trained here {_start(card)}."


def _start(card: ModelCard) -> str:
    model: Mapping[str, Any] = card.recipe.get("model", {})
    start = str(model.get("weights", ""))
    if start == "imagenet":
        return "from ImageNet weights of MobileNetV2 (Sandler et al. 2018; Apache-2.0)"
    return "from random weights" if start in ("", "none") else f"from the weights “{start}”"


def _dropped(card: ModelCard) -> tuple[str, ...]:
    return tuple(card.recipe.get("data", {}).get("drop", ()))
