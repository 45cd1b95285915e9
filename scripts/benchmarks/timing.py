"""Medians of repeated calls, the latency of an app, and a process's memory."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

WARM_UP: Final = 3
"""Calls that do not count."""
HEALTH_EACH_S: Final = 0.1

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


def ask_health(url: str, begun: Any, over: Any, answers: Any) -> None:
    """Asks an app for its health ten times a second; for a process that does nothing else.

    Args:
        url: Of the app, without a path.
        begun: An event that is set once this process is ready.
        over: An event; it ends when that is set.
        answers: A queue that gets the list of latencies in seconds, infinite for no answer.
    """
    latencies = []
    begun.set()
    while not over.wait(HEALTH_EACH_S):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
        start = time.perf_counter()
        try:
            connection.request("GET", "/_stcore/health")
            connection.getresponse().read()
            latencies.append(time.perf_counter() - start)
        except OSError:
            latencies.append(float("inf"))
        finally:
            connection.close()
    answers.put(latencies)


def resident_mb() -> float:
    """Memory of this process, in 10⁶ bytes."""
    import psutil  # here, so that importing this module costs a measured process nothing

    return float(psutil.Process().memory_info().rss / 1e6)
