"""What a viewer of the live page can choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from fer_core.recognition.answers.ways import EVERYDAY, MIXES
from fer_core.recognition.detection import VIDEO_WIDTH
from fer_core.video.tracking import SMOOTHING_SECONDS

PARTS: Final = ("box", "label", "bars", "landmarks")
"""What can be drawn on the video."""

DETECTION_WIDTHS: Final = {"fast": 224, "balanced": VIDEO_WIDTH, "far faces": 640}
"""Faces are looked for on a copy of this many pixels' width: the wider, the smaller the faces that
are found, and the longer it takes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A session's settings at one moment.

    Attributes:
        mirror: Whether the picture is shown as a mirror shows it.
        parts: What is drawn, of `PARTS`; nothing if empty.
        smoothing: Time constant of the average over time, in seconds, 0 to 2.
        unsure_below: The answer is "unsure" if the largest probability is below this, [0, 1].
        mix: The mix of expressions that is expected, of `MIXES`.
        detection: A key of `DETECTION_WIDTHS`.
        paused: Whether the analysis is paused, while the picture goes on.
    """

    mirror: bool = True
    parts: frozenset[str] = frozenset({"box", "label"})
    smoothing: float = SMOOTHING_SECONDS
    unsure_below: float = 0.0
    mix: str = EVERYDAY
    detection: str = "balanced"
    paused: bool = False

    def __post_init__(self) -> None:
        if unknown := self.parts - set(PARTS):
            raise ValueError(f"Parts are of {PARTS}. Received: {sorted(unknown)}")
        if self.detection not in DETECTION_WIDTHS:
            raise ValueError(
                f"Detection is one of {tuple(DETECTION_WIDTHS)}. Received: {self.detection!r}"
            )

        if self.mix not in MIXES:
            raise ValueError(f"The mix is one of {tuple(MIXES)}. Received: {self.mix!r}")

    def to_dict(self) -> dict[str, Any]:
        """For the record of a session: what its figures depend on."""
        return {
            "smoothing_s": self.smoothing,
            "unsure_below": self.unsure_below,
            "expected_mix": self.mix,
            "detection": self.detection,
            "detection_width": DETECTION_WIDTHS[self.detection],
        }
