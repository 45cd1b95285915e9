"""Times and sentences of the page Films."""

from __future__ import annotations

import re
from typing import Final

from fer_core.errors import InputError
from fer_core.video.film import FilmInfo
from ui.charts.session_words import clock, duration

LIMITS: Final = (
    "MP4, MOV, WebM, MKV or AVI, up to 200 MB. It is looked at on the computer that runs this app, "
    "and is gone when you remove it or close this page."
)
_CLOCK: Final = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$")


def parse_clock(text: str) -> float:
    """ "75", "1:15" or "1:02:03.5" → seconds.

    Raises:
        InputError: it is no such time.
    """
    found = _CLOCK.match(text.strip().replace(",", "."))
    if found is None:
        raise InputError(
            f"A time is written as 75, 1:15 or 1:02:03, in seconds, minutes and hours. Received: "
            f"{text.strip()!r}"
        )
    hours, minutes, seconds = found.groups(default="0")
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


def facts(info: FilmInfo) -> str:
    """ "3:05 long, 1920×1080 pixels, 30 frames a second, with sound"."""
    parts = [] if info.duration is None else [f"{clock(info.duration)} long"]
    parts.append(f"{info.width}×{info.height} pixels")
    if info.frames_per_second:
        parts.append(f"{info.frames_per_second:.3g} frames a second")
    parts.append("with sound" if info.sound else "without sound")
    return ", ".join(parts)


def waiting(place: int) -> str:
    """ "2 films before yours", of the queue."""
    if place == 0:
        return "Yours is next …"
    return f"{'One film is' if place == 1 else f'{place} films are'} looked at before yours …"


def progress(share: float | None, left: float | None, at: float) -> str:
    """ "62 %, 40 s left"; how far it is if nobody knows the end."""
    if share is None:
        return f"Up to {clock(at)}"
    if left is None or share < 0.02:
        return f"{100 * share:.0f} %"
    return f"{100 * share:.0f} %, {duration(left)} left"
