"""Rows of a session or film → the stretches of its time that no answer covers, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from fer_core.video.record import Rows
from fer_core.video.spans import frame_ends, frame_times
from fer_core.video.timing import ROWS_ALONE, Timing

Kind = Literal["paused", "not analysed"]
_SHORT: Final = 0.5
"""Seconds beside a pause that count as a part of it: the way to the next frame."""
_NONE: Final = 0.001  # seconds; less is no gap, but rounding


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch without answers.

    Attributes:
        start, end: In seconds as rows have them.
        kind: "paused" by somebody, or "not analysed": no frame came, or the machine was behind.
    """

    start: float
    end: float
    kind: Kind

    @property
    def seconds(self) -> float:
        return self.end - self.start


def gaps(rows: Rows, timing: Timing = ROWS_ALONE, since: float | None = None) -> tuple[Gap, ...]:
    """By time. With the times for which the frames count, they make up the whole session.

    Args:
        since: From when on the rows are whole, in seconds; from the first of them by default.
    """
    frames = frame_times(rows)
    ends = frame_ends(frames, timing).tolist()
    following = [*frames.tolist(), timing.end or 0.0]
    if since is None:
        following = following[1:]
    else:
        ends = [since, *ends]
    return tuple(
        gap
        for start, end in zip(ends, following, strict=True)
        if end - start > _NONE
        for gap in _within(start, end, timing)
    )


def _within(start: float, end: float, timing: Timing) -> Iterator[Gap]:
    """A stretch that no frame covers: its pauses, and what lies between them."""
    at = start
    for pause in timing.pauses:
        if pause.end <= start or pause.start >= end:
            continue
        begins = at if pause.start - at < _SHORT else pause.start
        ends = end if end - pause.end < _SHORT else pause.end
        if begins > at:
            yield Gap(at, begins, "not analysed")
        yield Gap(begins, ends, "paused")
        at = ends
    if end > at:
        yield Gap(at, end, "not analysed")
