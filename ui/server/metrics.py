"""A line in the log every minute: how much is going on. No names, no addresses, no pictures."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, Literal

from streamlit.logger import get_logger

from ui.live.pipeline.meter import METER, Meter

EACH_S: Final = 60.0
"""Seconds between two lines."""

_log = logging.getLogger(__name__)


class Counts:
    """Counts what happens. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counter[str]()

    def add(self, what: Literal["photos", "refusals"]) -> None:
        """One more: a photograph that was looked at, or a request that was turned away."""
        with self._lock:
            self._counts[what] += 1

    def take(self) -> Counter[str]:
        """What was counted since the last call; counting then begins anew."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return counts


COUNTS: Final = Counts()
"""Of this process."""


def line(
    sessions: int, held: int, seconds: float, meter: Meter = METER, counts: Counts = COUNTS
) -> str:
    """What happened in the last seconds, as key=value; counting then begins anew.

    Args:
        sessions: Open tabs.
        held: Bytes of uploads that are held at the moment.
        seconds: Since the last line.
        meter: Of the live page.
        counts: Of everything else.
    """
    live, counted = meter.take(), counts.take()
    delay = "-" if live.delay_ms is None else f"{live.delay_ms:.0f}"
    return (
        f"sessions={sessions} live={live.sessions} "
        f"frames_a_second={live.frames / seconds:.1f} delay_ms={delay} "
        f"uploads_mb={held / 1e6:.1f} photos={counted['photos']} refusals={counted['refusals']}"
    )


async def report(runtime: Any, held: Callable[[], int]) -> None:
    """Logs a line every minute until it is cancelled.

    Args:
        runtime: Streamlit's; its session manager has a private name.
        held: Returns the bytes of uploads that are held.
    """
    while True:
        await asyncio.sleep(EACH_S)
        sessions = runtime._session_mgr.num_active_sessions()
        _log.info(line(sessions, held(), EACH_S))


def log_to_console() -> None:
    """The app's own lines go where Streamlit's do, with their time, from INFO on."""
    for name in ("ui", "fer_core"):
        get_logger(name)
