"""The claims: the comparisons that each comes down to, and the rule by which it is decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.evaluation.ablation_report import (
    CONFIRMED,
    EVENTS,
    NOT_CONFIRMED,
    UNDECIDABLE,
    Cell,
    PairedTest,
)
from fer_core.labels import NEUTRAL
from scripts.ablation.design import PLAIN_CELL, TRANSFER_CELL, TRANSFER_CELLS

STATEMENTS: Final = {
    "upscaling": "Upscaling faces to 96×96 reduces the tendency to answer Neutral.",
    "smoothing": "Label smoothing of 0.1 reduces the tendency to answer Neutral.",
    "transfer": "Transfer learning beats a standard network trained from scratch.",
}
"""The claims by name; each is decided by the first of `CONTRASTS` with its name."""

ALPHA: Final = 0.05
MARGIN: Final = 0.01
"""Benefits smaller than this, in shares, count as no benefit: one face in a hundred."""

RULE: Final = (
    "A claim is decided by one test, pooled over the other settings and over seeds. Confirmed: "
    f"Holm's corrected p is below {ALPHA} and every seed alone points the claimed way. Not "
    f"confirmed: the same the other way round, or the benefit's 95 % interval ends below "
    f"{MARGIN * 100:.0f} face in 100, so that there is no benefit worth the name. Otherwise, or "
    "with fewer than two seeds, it is not decidable at this sample size."
)

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Pairs of cells that differ in the treatment alone.

    Attributes:
        claim: One of `STATEMENTS`.
        event: One of `EVENTS`.
        treated, control: The first of one is paired with the first of the other, and so on.
    """

    claim: str
    event: str
    treated: tuple[Cell, ...]
    control: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        return (*self.treated, *self.control)


def counted(event: str, labels: Labels) -> NDArray[np.bool_]:
    """(n,) which faces an event can happen to: every one, or those with another label."""
    mask: NDArray[np.bool_] = (labels != NEUTRAL) | (event == "correct")
    return mask


def happened(event: str, labels: Labels, answers: Labels) -> Labels:
    """(..., n) answers → 1 if the event happened, else 0."""
    hit = answers == (labels if event == "correct" else NEUTRAL)
    events: Labels = hit.astype(np.int64)
    return events


def _of_factor(claim: str, control_value: Any, **treatment: Any) -> Iterator[Contrast]:
    ((factor, _),) = treatment.items()
    control = tuple(c for c in TRANSFER_CELLS if getattr(c, factor) == control_value)
    treated = tuple(replace(cell, **treatment) for cell in control)
    for event in EVENTS:
        yield Contrast(claim, event, treated, control)
        for pair in zip(treated, control, strict=True):
            yield Contrast(claim, event, pair[:1], pair[1:])


CONTRASTS: Final = (
    *_of_factor("upscaling", 48, size=96),
    *_of_factor("smoothing", 0.0, label_smoothing=0.1),
    Contrast("transfer", "correct", (TRANSFER_CELL,), (PLAIN_CELL,)),
    # Not decisive: without the upscaling, and at about a quarter of the plain network's cost.
    Contrast("transfer", "correct", (replace(TRANSFER_CELL, size=48),), (PLAIN_CELL,)),
)
"""All tests: Holm's correction runs over them together."""


def verdict(test: PairedTest | None) -> str:
    """The verdict on the claim that `test` decides; None if its cells are not trained yet."""
    if test is None or len(test.seeds) < 2:
        return UNDECIDABLE
    significant = test.p_holm < ALPHA
    if significant and min(test.seed_benefits) > 0:
        return CONFIRMED
    if significant and max(test.seed_benefits) < 0:
        return NOT_CONFIRMED
    return NOT_CONFIRMED if test.benefit.high < MARGIN else UNDECIDABLE
