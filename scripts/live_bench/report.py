"""What was measured → the one JSON object that the benchmark prints."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import linear_regression, median
from typing import Any, Final

import numpy as np
import psutil

from scripts.benchmarks import machine
from scripts.live_bench.messages import Served, Viewed

_SETTLING: Final = 120.0
"""Seconds after which memory no longer grows because everything happens for the first time."""

_NEAR: Final = 5  # samples whose median stands for a moment


@dataclass(frozen=True, slots=True)
class ProcessStats:
    """A process at one moment.

    Attributes:
        at: When, in seconds, monotonic.
        cpu_s: Processor time since its start, its threads' and the kernel's for it, in seconds.
        rss_mb: Resident memory, in 10⁶ bytes.
        threads: Those of its libraries included.
        fds: Open file descriptors.
    """

    at: float
    cpu_s: float
    rss_mb: float
    threads: int
    fds: int

    @classmethod
    def of(cls, process: psutil.Process) -> ProcessStats:
        """Raises psutil.Error if the process has ended."""
        with process.oneshot():
            cpu = process.cpu_times()
            return cls(
                at=time.monotonic(),
                cpu_s=cpu.user + cpu.system,
                rss_mb=process.memory_info().rss / 1e6,
                threads=process.num_threads(),
                fds=process.num_fds(),
            )


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured between `Bench.begin` and `Bench.end`.

    Attributes:
        viewed: By each viewer, by peer.
        served: Of each session by the server, by peer.
        queues: The most frames of one session that waited at once: `app` for painting and
            analysis, `undecoded` and `decoded` in aiortc before it.
        warnings: What the app wrote to its log, less the faults that were asked for.
        samples: The server's process, once a second.
        server_cpu_s: Its processor time.
        clients_cpu_s: The client processes' together.
    """

    viewed: dict[int, Viewed]
    served: dict[int, Served]
    queues: dict[str, int]
    warnings: list[str]
    samples: Sequence[ProcessStats]
    server_cpu_s: float
    clients_cpu_s: float


def about(options: dict[str, Any]) -> dict[str, Any]:
    """The machine, how busy it is, and what is asked of it."""
    load = [round(value, 2) for value in os.getloadavg()]
    run = {name: value for name, value in options.items() if value is not None}
    return {"machine": machine.describe() | {"load_average": load}, "run": run}


def report(window: Window, refused: Sequence[float], after: dict[str, Any]) -> dict[str, Any]:
    """A run's sessions, server and clients.

    Args:
        window: Its measured part.
        refused: Seconds after which each viewer without a seat was told so.
        after: What `runs.after_all_left` found.
    """
    frames = sum(session.frames for session in window.served.values())
    return {
        "sessions": [
            _session(viewed, window.served[peer]) for peer, viewed in sorted(window.viewed.items())
        ],
        "server": {
            "cpu_ms_per_frame": _per_frame(window.server_cpu_s, frames),
            "max_queue": window.queues.get("app", 0),
            "max_queue_in_aiortc": {
                place: window.queues.get(place, 0) for place in ("undecoded", "decoded")
            },
            "warnings": window.warnings,
            **memory(window.samples),
            "refused": len(refused),
            "refused_within_s": round(max(refused), 3) if refused else None,
            **after,
        },
        "clients": {"cpu_ms_per_frame": _per_frame(window.clients_cpu_s, frames)},
    }


def _session(viewed: Viewed, served: Served) -> dict[str, Any]:
    return {
        "sent_fps": round(viewed.sent / viewed.seconds, 1),
        "returned_fps": round(viewed.returned / viewed.seconds, 1),
        "analysed_fps": round(served.analysed / viewed.seconds, 1),
        "delay_ms": viewed.delay_ms,
        "longest_freeze_s": round(viewed.longest_freeze_s, 3),
        "server_freeze_s": round(viewed.server_freeze_s, 3),
        "unreadable": viewed.unreadable,
        "with_face": round(served.with_face / served.analysed, 3) if served.analysed else None,
        "sizes": [f"{width}x{height}" for height, width in sorted(viewed.sizes)],
        "raised": served.raised,
        "hung": served.hung,
    }


def _per_frame(seconds: float, frames: int) -> float | None:
    """Milliseconds for each frame that was sent back."""
    return round(1000 * seconds / frames, 2) if frames else None


def memory(samples: Sequence[ProcessStats]) -> dict[str, Any]:
    """The server's memory over time; the first two minutes, or the first quarter, do not count."""
    start, minutes = samples[0].at, list[float]()
    settled = start + min(_SETTLING, (samples[-1].at - start) / 4)
    counted = [sample for sample in samples if sample.at >= settled]
    growth = None
    if len(counted) > 2:
        times, sizes = [sample.at for sample in counted], [sample.rss_mb for sample in counted]
        growth = round(60 * linear_regression(times, sizes).slope, 2)
    before = median(sample.rss_mb for sample in counted[:_NEAR])
    after = median(sample.rss_mb for sample in counted[-_NEAR:])
    for sample in samples:  # a leak rises to the end, a cache levels off
        if sample.at >= start + 60 * len(minutes):
            minutes.append(round(sample.rss_mb, 1))
    return {
        "rss_growth_mb_per_min": growth,
        "rss_mb": {"settled": round(before, 1), "end": round(after, 1)},
        "rss_mb_each_minute": minutes,
        "rss_growth_percent": round(100 * (after / before - 1), 2),
        "measured_s": round(samples[-1].at - start),
    }


def percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    """Median and 95th percentile in milliseconds; None of nothing."""
    if not seconds:
        return {"p50": None, "p95": None}
    p50, p95 = np.percentile(np.asarray(seconds) * 1000, [50, 95])
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1)}


def longest_gap(
    times: Sequence[float],
    start: float,
    end: float,
    *,
    sent: Sequence[float] = (),
    interval: float = math.inf,
) -> float:
    """The longest time without a picture, less the time for which the client itself sent none.

    A client that is kept off the processor sends nothing and so gets nothing back, which is no
    fault of the server. Of each gap counts its length minus its sender's pauses, each as far as it
    exceeds `interval`; without the two options all of it counts.

    Args:
        times: When pictures came back, ascending, in seconds.
        start: Of the time looked at; it and the end count as pictures.
        end: Of the time looked at.
        sent: When frames were sent, ascending, in seconds.
        interval: Between two frames of a camera that keeps its rate.
    """
    frames = np.asarray(_within(sent, start, end))
    longest = 0.0
    for before, after in pairwise(_within(times, start, end)):
        if after - before > longest:
            pauses = np.diff(frames.clip(before, after)) - interval
            longest = max(longest, after - before - float(pauses.clip(0).sum()))
    return longest


def _within(times: Sequence[float], start: float, end: float) -> list[float]:
    return [start, *(t for t in times if start < t < end), end]
