"""How far a long command is, and the time left: a bar on a terminal, a line a minute elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final, TextIO

from fer_core.store.names import printable

_ON_A_TERMINAL: Final = 0.2
_ELSEWHERE: Final = 60.0
_WIDTH: Final = 24
"""Of the bar, in characters."""
_WIPE: Final = "\r\x1b[2K"


class Progress:
    """Of one film, or of many files.

    Args:
        name: What is looked at.
        start: The share that was done before, in [0, 1]: it says nothing about the speed.
        clock: In seconds.
    """

    def __init__(
        self,
        name: str,
        start: float = 0.0,
        *,
        output: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._start = printable(name), start
        self._output, self._clock = output or sys.stderr, clock
        self._terminal = self._output.isatty()
        self._begun = self._said = clock()

    def update(self, share: float) -> None:
        """Says, if it is time to, that this share is done, in [0, 1]; 0 if nobody knows."""
        now = self._clock()
        if now - self._said < (_ON_A_TERMINAL if self._terminal else _ELSEWHERE):
            return
        self._said = now
        before, after = (_WIPE, "") if self._terminal else ("", "\n")
        self._output.write(f"{before}{self._line(share, now - self._begun)}{after}")
        self._output.flush()

    def close(self) -> None:
        """Takes the bar off the terminal."""
        if self._terminal:
            self._output.write(_WIPE)
            self._output.flush()

    def _line(self, share: float, elapsed: float) -> str:
        if share <= self._start:
            return f"{self._name}: {_clock(elapsed)} so far"
        left = elapsed * (1 - share) / (share - self._start)
        bar = f"|{'█' * round(_WIDTH * share):·<{_WIDTH}}| " if self._terminal else ""
        return f"{self._name}: {bar}{share:.0%}, {_clock(left)} left"


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
