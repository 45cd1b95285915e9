"""Medians of repeated calls, and a process's memory."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any, Final

WARM_UP: Final = 3
"""Calls that do not count."""

Clock = Callable[[], float]
"""Seconds: `time.perf_counter`, or `time.thread_time` for what a call costs on a busy machine."""


def median_ms(call: Callable[[], Any], times: int, clock: Clock = time.perf_counter) -> float:
    """The median of `times` calls in milliseconds."""
    return medians_ms([call], times, clock)[0]


def medians_ms(
    calls: list[Callable[[], Any]], times: int, clock: Clock = time.perf_counter
) -> list[float]:
    """The median of each, taken by turns, so that a busy moment strikes all of them."""
    durations: list[list[float]] = [[] for _ in calls]
    for _ in range(WARM_UP + times):
        for call, seconds in zip(calls, durations, strict=True):
            start = clock()
            call()
            seconds.append(clock() - start)
    return [statistics.median(seconds[WARM_UP:]) * 1000 for seconds in durations]


def resident_mb() -> float:
    """Memory of this process, in 10⁶ bytes."""
    import psutil  # here, so that importing this module costs a measured process nothing

    return float(psutil.Process().memory_info().rss / 1e6)
