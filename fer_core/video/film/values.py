"""What a film's file says of itself, and one frame of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fer_core.types import RGBImage


@dataclass(frozen=True, slots=True)
class FilmInfo:
    """What a film's file says of itself.

    Attributes:
        name: Of the file, without its folder; "" if it has none.
        container: As FFmpeg calls the format, such as "matroska,webm".
        codec: Of the pictures, such as "h264".
        width, height: In pixels, as stored: before the film is turned upright.
        duration: In seconds from the film's start; None if the file does not say.
        frames_per_second: On average; None if the file does not say.
        sound: Whether it has any.
    """

    name: str
    container: str
    codec: str
    width: int
    height: int
    duration: float | None
    frames_per_second: float | None
    sound: bool

    def to_dict(self) -> dict[str, Any]:
        seconds, rate = self.duration, self.frames_per_second
        return {
            "file": self.name,
            "container": self.container,
            "codec": self.codec,
            "width": self.width,
            "height": self.height,
            "duration_s": None if seconds is None else round(seconds, 3),
            "frames_per_second": None if rate is None else round(rate, 3),
            "sound": self.sound,
        }


@dataclass(frozen=True, slots=True, eq=False)
class FilmFrame:
    """A frame that is to be analysed.

    Attributes:
        index: Of all decoded frames of the film, from 0.
        time: Seconds from the film's start, from its presentation timestamp.
        image: (height, width, 3) uint8 RGB, upright.
    """

    index: int
    time: float
    image: RGBImage
