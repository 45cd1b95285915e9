"""Medians of repeated calls, and a process's memory."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

WARM_UP: Final = 3
"""Calls that do not count."""


def median_ms(call: Callable[[], Any], times: int) -> float:
    """The median of `times` calls in milliseconds."""
    return medians_ms([call], times)[0]


def medians_ms(calls: list[Callable[[], Any]], times: int) -> list[float]:
    """The median of each, taken by turns, so that a busy moment strikes all of them."""
    durations: list[list[float]] = [[] for _ in calls]
    for turn in range(WARM_UP + times):
        for call, seconds in zip(calls, durations, strict=True):
            start = time.perf_counter()
            call()
            if turn >= WARM_UP:
                seconds.append(time.perf_counter() - start)
    return [statistics.median(seconds) * 1000 for seconds in durations]


def cpu_ms(call: Callable[[], Any], times: int) -> float:
    """The median of this thread's CPU time in milliseconds: what a call costs on a busy machine."""
    durations = []
    for turn in range(WARM_UP + times):
        start = time.thread_time()
        call()
        if turn >= WARM_UP:
            durations.append(time.thread_time() - start)
    return statistics.median(durations) * 1000


def resident_mb() -> float:
    """Memory of this process, in MB."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:  # no /proc: the peak instead
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
