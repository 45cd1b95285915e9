"""What the figures of an analysed film depend on, beside film and model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from fer_core.errors import InputError
from fer_core.recognition.geometry import VIDEO_WIDTH
from fer_core.video.tracking import SMOOTHING_SECONDS, check_smoothing

RATE: Final = 10.0
MAX_FACES: Final = 32
_EARLY: Final = 0.002
"""Seconds by which a frame may come before its span: times in a file are rounded."""


@dataclass(frozen=True, slots=True)
class FilmSettings:
    """How a film is analysed.

    Attributes:
        start: Seconds from the film's start at which the analysis begins, at least 0.
        end: Seconds before which it ends, above `start`; None for the film's end.
        rate: How many frames a second are analysed, if the film has as many; None or 0 for every
            frame.
        smoothing_seconds: Time constant of the average over time, 0 (none) to 2.
        detection_width: Faces are looked for on a copy scaled down to this width, in pixels.
        max_faces: At most this many at a time, the largest first.

    Raises:
        InputError: a number is out of its range.
    """

    start: float = 0.0
    end: float | None = None
    rate: float | None = RATE
    smoothing_seconds: float = SMOOTHING_SECONDS
    detection_width: int = VIDEO_WIDTH
    max_faces: int = MAX_FACES

    def __post_init__(self) -> None:
        end, rate = self.end, self.rate
        if not 0 <= self.start < float("inf"):
            raise InputError(f"A film's start is 0 seconds or later. Received: {self.start}")
        if end is not None and not end > self.start:
            raise InputError(f"A film's end is after its start, {self.start} s. Received: {end}")
        if rate is not None and not 0 <= rate <= 1000:
            raise InputError(
                "Up to 1000 frames a second can be analysed, and 0 stands for every frame. "
                f"Received: {rate}"
            )
        check_smoothing(self.smoothing_seconds)
        if self.max_faces < 1 or self.detection_width < 1:
            raise InputError(
                "max_faces and detection_width are at least 1. "
                f"Received: {self.max_faces}, {self.detection_width}"
            )

    def slot(self, time: float, index: int) -> int:
        """Which of the spans of `1 / rate` seconds a frame lies in: one of each is analysed."""
        if not self.rate:
            return index
        return int((time - self.start) * self.rate + min(_EARLY * self.rate, 0.05))

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)
