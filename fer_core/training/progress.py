"""One line of progress on a terminal; one line a phase step elsewhere. Used by the scripts."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

BAR_WIDTH = 24


class TrainingProgress:
    """A run's `Reporter`: a bar with time left on a terminal, one line an epoch in a log file."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._phase = ""
        self._start = (0.0, 0.0)
        self._shown = 0.0

    def batch(self, phase: str, done: float, total: float, logs: dict[str, float]) -> None:
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._start = phase, (now, done)
        epoch_over = abs(done - round(done)) < 1e-9
        if not epoch_over and (not self._live or now - self._shown < 0.2):
            return
        self._shown = now
        line = f"{phase} {bar(done / total)} epoch {done:5.2f}/{total:.0f}"
        line += f"  loss {logs.get('loss', 0):.3f}  accuracy {logs.get('accuracy', 0):.3f}"
        line += f"  {time_left(now - self._start[0], done - self._start[1], total - done)}"
        self._write(f"\r\x1b[2K{line}" if self._live else f"{line}\n")

    def message(self, text: str) -> None:
        self._write(f"\r\x1b[2K{text}\n" if self._live else f"{text}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def share_shown(of: str, stream: TextIO) -> Callable[[float], None]:
    """Shows the share done as a bar with the time left; on a terminal only, no log has use for it.

    Args:
        of: What is gone through, as in "the test faces".
    """
    start = time.monotonic()

    def show(share: float) -> None:
        if stream.isatty():
            left = time_left(time.monotonic() - start, share, 1 - share)
            end = "\n" if share == 1 else ""
            stream.write(f"\r\x1b[2K{bar(share)} {share:4.0%} of {of}, {left}{end}")
            stream.flush()

    return show


def bar(share: float) -> str:
    """A bar for a share in [0, 1].

    >>> bar(0.5)
    '[############------------]'
    """
    filled = round(BAR_WIDTH * min(max(share, 0.0), 1.0))
    return f"[{'#' * filled}{'-' * (BAR_WIDTH - filled)}]"


def time_left(seconds: float, done: float, left: float) -> str:
    """What is left in words, from what was done in `seconds`.

    >>> time_left(60.0, 1.0, 2.0)
    '2 min left'
    """
    if done <= 0:
        return "time left: not known yet"
    remaining = seconds / done * left
    if remaining < 90:
        return f"{remaining:.0f} s left"
    if remaining < 5400:
        return f"{remaining / 60:.0f} min left"
    return f"{remaining / 3600:.1f} h left"
