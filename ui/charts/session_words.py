"""A session's figures, each as one plain sentence."""

from __future__ import annotations

import numpy as np

from fer_core.labels import EMOTIONS
from fer_core.types import Probabilities
from fer_core.video.summary import Summary
from ui.charts.words import percent


def duration(seconds: float) -> str:
    """ "42 s", "3 min 5 s", "1 h 2 min"; "under 1 s" if it rounds to none."""
    whole = round(seconds)
    if whole < 1:
        return "under 1 s"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return _two(whole // 60, "min", whole % 60, "s")
    return _two(whole // 3600, "h", whole % 3600 // 60, "min")


def clock(seconds: float) -> str:
    """ "3:05", from an hour on "1:02:05": how far into a session."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def read_session(summary: Summary) -> str:
    """How long it was, what of it was analysed, and how much of that was without a face."""
    frames = f"{summary.frames:,} analysed {'frame' if summary.frames == 1 else 'frames'}"
    sentence = f"{duration(summary.duration).capitalize()} long{_parts(summary)}, {frames}; "
    whole = "of the analysed time" if summary.gaps else "of the time"
    if not summary.faces:
        return f"{sentence}no face was in view."
    if summary.without_face == 0:
        throughout = "all the analysed time" if summary.gaps else "throughout"
        return f"{sentence}a face was in view {throughout}."
    return f"{sentence}no face was in view for {share(summary.without_face)} {whole}."


def share(part: float) -> str:
    """ "61 %"; "under 1 %" is not none, and "over 99 %" not all."""
    if 0 < part < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < part < 1 else percent(part)


def _parts(summary: Summary) -> str:
    """ ": 15 s analysed, 3 s paused, 1 s not analysed", which add up; "" if all was analysed."""
    parts = {
        "analysed": summary.analysed,
        "paused": summary.paused,
        "not analysed": summary.not_analysed,
    }
    whole = _rounded(list(parts.values()), round(summary.duration))
    if whole[0] == round(summary.duration):
        return ""
    told = (f"{duration(s)} {name}" for name, s in zip(parts, whole, strict=True) if s)
    return f": {', '.join(told)}"


def _rounded(parts: list[float], total: int) -> list[int]:
    """Whole numbers near the parts that make up the total: the largest remainders go up."""
    whole = [int(part) for part in parts]
    by_rest = sorted(range(len(parts)), key=lambda i: whole[i] - parts[i])
    for i in by_rest[: max(0, total - sum(whole))]:
        whole[i] += 1
    return whole


def read_lost(summary: Summary) -> str:
    """What the record no longer holds; nothing if it holds everything."""
    if summary.start == 0:
        return ""
    return (
        f"The record keeps only so many rows: the first {duration(summary.start)} of the session "
        "are no longer in it, nor in the downloads."
    )


def read_timeline(number: int | None, probabilities: Probabilities, window: float) -> str:
    """What the last seconds show.

    Args:
        number: Of the face; None if there is none.
        probabilities: (n, 7) in the order of `EMOTIONS`, equally long each; NaN if the face
            was away.
        window: Their length in seconds.
    """
    known = probabilities[~np.isnan(probabilities).any(axis=1)]
    if number is None:
        return f"No face in the last {window:.0f} seconds."
    if not len(known):
        return f"Face {number} was not in view in the last {window:.0f} seconds."
    means = known.mean(axis=0)
    most, now = int(means.argmax()), int(known[-1].argmax())
    return (
        f"Face {number} over the last {window:.0f} seconds: {EMOTIONS[most]} was the likeliest on "
        f"average ({percent(float(means[most]))}), {EMOTIONS[now]} at the end "
        f"({percent(float(known[-1, now]))})."
    )


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    text = f"{large} {large_unit}"
    return f"{text} {small} {small_unit}" if small else text
