"""A client's screen: which picture came back when, and how old it was."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from av import VideoFrame

from scripts.live_bench import figures, stamp
from scripts.live_bench.film import FPS
from scripts.live_bench.messages import Viewed


class Viewer:
    """Reads the counters of the pictures that come back.

    Args:
        sent: When each frame was taken, by its counter; it grows.
        mirrored: Whether the app flips the picture.
    """

    def __init__(self, sent: Sequence[float], *, mirrored: bool) -> None:
        self._sent = sent
        self._mirrored = mirrored
        self.begin()

    def begin(self) -> None:
        """Forgets what was seen; from now on it counts."""
        self._since = time.monotonic()
        self._newest = -1
        self._shown: list[float] = []
        self._delays: list[float] = []
        self._unreadable = 0
        self._sizes: set[tuple[int, int]] = set()

    @property
    def seen(self) -> int:
        """Different pictures so far."""
        return len(self._shown)

    def see(self, frame: VideoFrame) -> None:
        """Only a picture newer than all before counts: a repeated one is a frozen one."""
        now = time.monotonic()
        self._sizes.add((frame.height, frame.width))
        counter = stamp.read(_luma(frame), mirrored=self._mirrored)
        if counter is None:
            self._unreadable += 1
            return
        number = _unwrapped(counter, len(self._sent))
        if number > self._newest:
            self._newest = number
            self._shown.append(now)
            self._delays.append(now - self._sent[number])

    def report(self, peer: int) -> Viewed:
        """What was seen since `begin`."""
        start, end = self._since, time.monotonic()
        return Viewed(
            peer=peer,
            seconds=end - start,
            sent=sum(start < at < end for at in self._sent),
            returned=self.seen,
            unreadable=self._unreadable,
            delay_ms=figures.percentiles(self._delays),
            longest_freeze_s=figures.longest_gap(self._shown, start, end),
            server_freeze_s=figures.longest_unexplained_gap(
                self._shown, self._sent, start, end, 1 / FPS
            ),
            sizes=frozenset(self._sizes),
        )


def _unwrapped(counter: int, sent: int) -> int:
    """The newest frame, of so many that were sent, that bears this counter."""
    return counter + (sent - 1 - counter) // stamp.COUNTERS * stamp.COUNTERS


def _luma(frame: VideoFrame) -> np.ndarray:
    """(height, width) uint8: the first plane of a YUV frame, without its padding."""
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]
