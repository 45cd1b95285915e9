"""Times → figures: delays, rates, gaps, growth."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np


def percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    """Median and 95th percentile in milliseconds; None of nothing."""
    if not seconds:
        return {"p50": None, "p95": None}
    p50, p95 = np.percentile(np.asarray(seconds) * 1000, [50, 95])
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1)}


def longest_gap(times: Sequence[float], start: float, end: float) -> float:
    """The longest time without an event between `start` and `end`, in the unit of the times.

    Args:
        times: Ascending; those outside of the two are left out.
    """
    inside = [start, *(t for t in times if start < t < end), end]
    return max(after - before for before, after in pairwise(inside))


def longest_unexplained_gap(
    shown: Sequence[float], sent: Sequence[float], start: float, end: float, interval: float
) -> float:
    """The longest gap between pictures, less the time for which the client itself sent none.

    A client that is kept off the processor sends nothing and so gets nothing back: that is no
    fault of the server. What counts of each gap is its length minus its sender's pauses, each as
    far as it exceeds `interval`.

    Args:
        shown: When pictures came back, ascending, in seconds.
        sent: When frames were sent, ascending, in seconds.
        start: Of the time looked at.
        end: Of the time looked at.
        interval: Between two frames of a camera that keeps its rate.
    """
    moments = [start, *(t for t in shown if start < t < end), end]
    cameras = np.asarray([start, *(t for t in sent if start < t < end), end])
    longest = 0.0
    for before, after in pairwise(moments):
        if after - before > longest:
            longest = max(longest, after - before - _pauses(cameras, before, after, interval))
    return longest


def _pauses(sent: np.ndarray, start: float, end: float, interval: float) -> float:
    """How long the sender rested between the two times, beyond what its rate explains."""
    clipped = np.clip(sent, start, end)
    return float(np.maximum(np.diff(clipped) - interval, 0).sum())


def growth_per_minute(times: Sequence[float], values: Sequence[float]) -> float | None:
    """Slope of the least-squares line through the values, per minute; None below three of them.

    Args:
        times: In seconds.
        values: One each.
    """
    if len(times) < 3:
        return None
    minutes = (np.asarray(times) - times[0]) / 60
    return float(np.polyfit(minutes, np.asarray(values), 1)[0])
