"""Whether the server lets go of everything: compared before and after, with patience."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, fields
from typing import Any, Final

from scripts.live_bench.bench import Bench
from scripts.live_bench.messages import Census
from scripts.live_bench.process_stats import ProcessStats

PATIENCE: Final = 30.0
"""Seconds after its viewer has gone, however it went, at which nothing of a session is left."""

_LOOK_EACH: Final = 0.5


@dataclass(frozen=True, slots=True)
class Living:
    """What lives in the server, as it says itself and as the kernel says."""

    census: Census
    process: ProcessStats

    @classmethod
    def of(cls, bench: Bench) -> Living:
        return cls(bench.census(), bench.server_stats())

    def left(self, before: Living) -> dict[str, Any]:
        """What there is more of than before."""
        more: dict[str, Any] = {}
        for name in [field.name for field in fields(Census) if field.name != "threads"]:
            if (count := getattr(self.census, name) - getattr(before.census, name)) > 0:
                more[name] = count
        if names := Counter(self.census.threads) - Counter(before.census.threads):
            more["threads"] = sorted(names.elements())
        if (count := self.process.threads - before.process.threads) > 0:
            more["native_threads"] = count
        if (count := self.process.fds - before.process.fds) > 0:
            more["fds"] = count
        return more


def after_all_left(bench: Bench, before: Living, gone: float) -> dict[str, Any]:
    """Waits until nothing is left, at most `PATIENCE` after the viewers have gone.

    Args:
        bench: Its clients are gone.
        before: Any of them came.
        gone: When the last one left, monotonic.

    Returns:
        The numbers before and after, what is left, and how long it took.
    """
    while True:
        now = Living.of(bench)
        left, took = now.left(before), time.monotonic() - gone
        if not left or took > PATIENCE:
            break
        bench.wait(_LOOK_EACH)
    return {
        "threads_before": before.process.threads,
        "threads_after": now.process.threads,
        "fds_before": before.process.fds,
        "fds_after": now.process.fds,
        "left": left,
        "clean_after_s": None if left else round(took, 1),
    }
