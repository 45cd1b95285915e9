"""What rows alone do not say of a session: pauses, marked events, settings in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

LAST: Final = 0.04
"""Seconds for which the last frame counts, as no later one says how long it lasted. A session or
film goes on for as long."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch of time in which somebody had paused the analysis, in seconds as rows have them."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Mark:
    """An event that somebody marked.

    Attributes:
        time: In seconds as rows have them.
        note: In words; "" without any.
    """

    time: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Settings, and from which row on they were in force.

    Attributes:
        time: Of that row, in seconds.
        settings: As values of JSON.
    """

    time: float
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Timing:
    """What rows alone do not say of a session's time; a film has none of it.

    Attributes:
        pauses: Ascending, none overlapping.
        end: Of the session, `LAST` after its last row or later; None if nobody knows it.
        last: Seconds for which the last frame counts, if nothing else ends it.
    """

    pauses: tuple[Pause, ...] = ()
    end: float | None = None
    last: float = LAST


ROWS_ALONE: Final = Timing()
"""Of a film: no pauses, and it ends `LAST` after its last row."""
