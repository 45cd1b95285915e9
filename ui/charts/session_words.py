"""A session's figures, each as one plain sentence."""

from __future__ import annotations

from typing import Final

import numpy as np

from fer_core.labels import EMOTIONS, UNSURE
from fer_core.types import Probabilities
from fer_core.video.summary import FaceSummary, Summary
from ui.charts.words import percent

_NAMED: Final = 4  # faces that a chart's reading names one by one


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
    """How long it was and how much of it was without a face."""
    frames = f"{summary.frames:,} analysed {'frame' if summary.frames == 1 else 'frames'}"
    sentence = f"{duration(summary.duration).capitalize()} long, {frames}; "
    if not summary.faces:
        return f"{sentence}no face was in view."
    if summary.without_face < 0.005:
        return f"{sentence}a face was in view throughout."
    return f"{sentence}no face was in view for {percent(summary.without_face)} of the time."


def read_lost(summary: Summary) -> str:
    """What the record no longer holds; nothing if it holds everything."""
    if summary.start == 0:
        return ""
    return (
        f"The record keeps only so many rows: the first {duration(summary.start)} of the session "
        "are no longer in it, nor in the downloads."
    )


def read_face(face: FaceSummary) -> str:
    """One face's time in view, its main answer and how often the answer changed."""
    share, main = face.shares[face.main_answer], face.main_answer
    often, comma = ("", "") if share >= 0.5 else ("most often ", ",")
    shown = f"the network was {often}" if main == UNSURE else f"it {often}showed "
    return (
        f"Face {face.number} was in view for {duration(face.seconds)}; {shown}{main}{comma} "
        f"for {percent(share)} of that time; the answer {_changes(face.changes)}."
    )


def read_strips(summary: Summary) -> str:
    """What the strips show: each face's main answer, those first that were in view the longest."""
    if not summary.faces:
        return "No face was in view."
    faces = sorted(summary.faces, key=lambda face: -face.seconds)
    parts = [
        f"face {face.number} most often {face.main_answer} "
        f"({percent(face.shares[face.main_answer])})"
        for face in faces[:_NAMED]
    ]
    if len(faces) > _NAMED:
        parts.append(f"{len(faces) - _NAMED} more in view for less long")
    return f"Over {duration(summary.duration)}: {', '.join(parts)}."


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


def _changes(n: int) -> str:
    if n == 0:
        return "never changed"
    return "changed once" if n == 1 else f"changed {n:,} times"
