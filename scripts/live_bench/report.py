"""What was measured → the one JSON object that the benchmark prints."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from scripts.benchmarks import machine
from scripts.live_bench import figures
from scripts.live_bench.messages import Refused, Served, Serving, Viewed
from scripts.live_bench.process_stats import ProcessStats

_SETTLING: Final = 120.0
"""Seconds after which memory no longer grows because everything happens for the first time."""

_NEAR: Final = 5  # samples whose median stands for a moment


@dataclass(frozen=True, slots=True)
class Window:
    """What was measured between `Bench.begin` and `Bench.end`.

    Attributes:
        viewed: By peer.
        serving: By the server.
        samples: The server's process, once a second.
        server_cpu_s: Its processor time.
        clients_cpu_s: The client processes' together.
    """

    viewed: dict[int, Viewed]
    serving: Serving
    samples: Sequence[ProcessStats]
    server_cpu_s: float
    clients_cpu_s: float


def about(options: dict[str, Any]) -> dict[str, Any]:
    """The machine, how busy it is, and what is asked of it."""
    load = [round(value, 2) for value in os.getloadavg()]
    return {"machine": machine.describe() | {"load_average": load}, "run": options}


def sessions(window: Window) -> list[dict[str, Any]]:
    """One object per viewer."""
    served = window.serving.sessions
    return [_session(viewed, served[peer]) for peer, viewed in sorted(window.viewed.items())]


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


def work(window: Window) -> dict[str, Any]:
    """What the server and, apart from it, the clients spent on a frame that went back."""
    frames = sum(served.frames for served in window.serving.sessions.values())
    queues = window.serving.queues
    return {
        "server": {
            "cpu_ms_per_frame": _per_frame(window.server_cpu_s, frames),
            "max_queue": queues.get("app", 0),
            "max_queue_in_aiortc": {
                place: queues.get(place, 0) for place in ("undecoded", "decoded")
            },
            "warnings": list(window.serving.warnings),
            **memory(window.samples),
        },
        "clients": {"cpu_ms_per_frame": _per_frame(window.clients_cpu_s, frames)},
    }


def memory(samples: Sequence[ProcessStats]) -> dict[str, Any]:
    """The server's memory over time; the first two minutes, or the first quarter, do not count."""
    start = samples[0].at
    settled = start + min(_SETTLING, (samples[-1].at - start) / 4)
    counted = [sample for sample in samples if sample.at >= settled]
    growth = figures.growth_per_minute(
        [sample.at for sample in counted], [sample.rss_mb for sample in counted]
    )
    before = median(sample.rss_mb for sample in counted[:_NEAR])
    after = median(sample.rss_mb for sample in counted[-_NEAR:])
    return {
        "rss_growth_mb_per_min": None if growth is None else round(growth, 2),
        "rss_mb": {"settled": round(before, 1), "end": round(after, 1)},
        "rss_mb_each_minute": each_minute(samples),
        "rss_growth_percent": round(100 * (after / before - 1), 2),
        "measured_s": round(samples[-1].at - start),
    }


def each_minute(samples: Sequence[ProcessStats]) -> list[float]:
    """MB at the start and after each whole minute: a leak rises to the end, a cache levels off."""
    start, found = samples[0].at, list[float]()
    for sample in samples:
        if sample.at >= start + 60 * len(found):
            found.append(round(sample.rss_mb, 1))
    return found


def refusals(refused: Sequence[Refused]) -> dict[str, Any]:
    within = max((refusal.within_s for refusal in refused), default=None)
    return {
        "refused": len(refused),
        "refused_within_s": None if within is None else round(within, 3),
    }


def _per_frame(seconds: float, frames: int) -> float | None:
    return round(1000 * seconds / frames, 2) if frames else None
