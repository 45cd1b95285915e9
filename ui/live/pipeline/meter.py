"""How much was analysed lately, over all live sessions: figures only."""

from __future__ import annotations

import statistics
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Final

LIVE_S: Final = 3.0
"""For so long after an answer somebody's camera counts as running, in seconds."""
_MOST: Final = 20_000  # delays of which the median is taken: a minute of ten viewers


@dataclass(frozen=True, slots=True)
class Analysed:
    """What happened between two looks.

    Attributes:
        sessions: Live sessions that got an answer.
        frames: Answers.
        delay_ms: Their median delay, from a frame's arrival to its answer; None without one.
    """

    sessions: int
    frames: int
    delay_ms: float | None


class Meter:
    """Counts the answers of all sessions. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest = float("-inf")
        self._start()

    def add(self, session: object, delay_s: float) -> None:
        """One more answer."""
        with self._lock:
            self._latest = time.monotonic()
            self._frames += 1
            self._sessions.add(id(session))
            self._delays.append(delay_s)

    def live(self) -> bool:
        """Whether a session got an answer just now."""
        return time.monotonic() - self._latest < LIVE_S

    def take(self) -> Analysed:
        """What was counted since the last call; counting then begins anew."""
        with self._lock:
            delay_ms = 1000 * statistics.median(self._delays) if self._delays else None
            analysed = Analysed(len(self._sessions), self._frames, delay_ms)
            self._start()
        return analysed

    def _start(self) -> None:
        self._frames, self._sessions = 0, set[int]()
        self._delays: deque[float] = deque(maxlen=_MOST)


METER: Final = Meter()
"""Of this process."""
