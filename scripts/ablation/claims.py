"""The comparisons that the ablation's claims come down to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.evaluation.ablation_report import EVENTS, Cell
from fer_core.labels import NEUTRAL
from scripts.ablation.design import PLAIN_CELL, TRANSFER_CELL, TRANSFER_CELLS

STATEMENTS: Final = {
    "upscaling": "Upscaling faces to 96×96 reduces the tendency to answer Neutral.",
    "smoothing": "Label smoothing of 0.1 reduces the tendency to answer Neutral.",
    "transfer": "Transfer learning beats a standard network trained from scratch.",
}
"""The claims by name; each is decided by the first of `CONTRASTS` with its name."""

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
    """(..., n) answers → 1 where the event happened, else 0."""
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
