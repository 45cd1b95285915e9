"""Whether a face can be read: notes if it is small, blurred, dark, or cut by the picture's edge.

The thresholds stand in a model's card ("usability"): where its accuracy falls on validation faces
that are made so (`evaluation.audits.usability`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fer_core.images.quality import sharpness
from fer_core.types import GrayImage

SMALL, BLURRED, DARK, CUT = "small", "blurred", "dark", "cut"
NOTES: Final = {
    SMALL: "The face has few pixels.",
    BLURRED: "The face is blurred.",
    DARK: "The face is dark.",
    CUT: "The face is cut by the picture's edge.",
}
"""What each note says."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What notes are taken from.

    Attributes:
        side: Of the square that is cut out, in the picture's pixels.
        sharpness: See `fer_core.images.quality`.
        brightness: Mean of the crop, 0 to 255.
        outside: Share of the square beyond the picture, in [0, 1].
    """

    side: float
    sharpness: float
    brightness: float
    outside: float

    @classmethod
    def of(cls, crop: GrayImage, side: float, outside: float) -> Measures:
        return cls(side, sharpness(crop), float(crop.mean()), outside)


def notes(found: Measures, thresholds: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """The notes of a face, of `NOTES`.

    Args:
        thresholds: A card's "usability": note → {"threshold": a number, …}. A note without one is
            never given.
    """
    values = {
        SMALL: -found.side,
        BLURRED: -found.sharpness,
        DARK: -found.brightness,
        CUT: found.outside,
    }
    given = []
    for note, value in values.items():
        limit = thresholds.get(note, {}).get("threshold")
        if limit is not None and value > (limit if note == CUT else -limit):
            given.append(note)
    if SMALL in given and BLURRED in given:  # a small face is blurred by being enlarged
        given.remove(BLURRED)
    return tuple(given)
