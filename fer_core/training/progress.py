"""Progress of long commands, on tqdm: a bar on a terminal, one line an epoch in a log."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any, Final, TextIO

from tqdm import tqdm

BAR: Final = "{desc} |{bar:24}| epoch {n:.2f}/{total:.0f}{postfix} [{remaining} left]"
LINE: Final = "{desc}: epoch {n:.0f}/{total:.0f}{postfix} [{remaining} left]"
SHARE: Final = "|{bar:24}| {percentage:3.0f} % of {desc} [{remaining} left]"


class TrainingProgress:
    """A run's `Reporter`: a bar for the phase on a terminal, one line an epoch in a log file."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._bar: Any = None

    def batch(self, phase: str, done: float, total: float, logs: dict[str, float]) -> None:
        if self._bar is None or self._bar.desc != phase:
            self._begin(phase, done, total)
        figures = {name: f"{logs.get(name, 0):.3f}" for name in ("loss", "accuracy")}
        self._bar.set_postfix(figures, refresh=False)
        self._bar.update(done - self._bar.n)
        if not self._live and math.isclose(done, round(done)):
            self.message(str(self._bar))

    def message(self, text: str) -> None:
        if self._live:
            tqdm.write(text, file=self._stream)  # above the bar
        else:
            print(text, file=self._stream, flush=True)

    def _begin(self, phase: str, done: float, total: float) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar = tqdm(
            desc=phase,
            initial=done,
            total=total,
            file=self._stream,
            leave=False,
            miniters=0,
            smoothing=0,  # the phase's average speed: an epoch ends with a slow validation
            bar_format=BAR if self._live else LINE,
            delay=0 if self._live else math.inf,  # never draws itself into a log
        )


def share_shown(of: str, stream: TextIO) -> Callable[[float], None]:
    """Shows the share done as a bar with the time left; on a terminal only, no log has use for it.

    Args:
        of: What is gone through, as in "the test faces".

    Returns:
        Takes the share done, in [0, 1]; nothing is shown before its first call.
    """
    bar = tqdm(
        desc=of,
        total=1.0,
        file=stream,
        disable=None,  # anywhere but on a terminal
        leave=False,
        delay=1e-9,
        miniters=0,
        smoothing=0,
        bar_format=SHARE,
    )

    def show(share: float) -> None:
        bar.update(share - bar.n)
        if share >= 1:
            bar.leave = True
            bar.close()

    return show
