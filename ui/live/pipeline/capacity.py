"""How many sessions this machine can serve, from what a frame was measured to cost."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Final

from fer_core.errors import FerError

VARIABLE: Final = "FER_LIVE_SESSIONS"

LEAST_FPS: Final = 10.0
"""Analyses a second that each session keeps when all seats are taken."""

_CAMERA_FPS: Final = 30.0
_PATH: Final = 0.010  # CPU seconds to decode, paint and encode one 640x480 frame in VP8
_USABLE: Final = 0.8  # share of the cores; the rest serves pages
_RUNS: Final = 5


def seats(cost: float, cores: int, environment: Mapping[str, str] = os.environ) -> int:
    """The number of sessions that fit, at least 1; `FER_LIVE_SESSIONS` overrides it.

    Args:
        cost: CPU seconds of analysing one frame with one face.
        cores: Of this machine.

    Raises:
        FerError: if the variable is not a whole number of at least 1.
    """
    chosen = environment.get(VARIABLE, "").strip()
    if not chosen:
        return max(1, int(_USABLE * cores / (LEAST_FPS * cost + _CAMERA_FPS * _PATH)))
    if not chosen.isdecimal() or int(chosen) < 1:
        raise FerError(
            f"{VARIABLE} is the number of live sessions at a time, 1 or more. "
            f"Received: {chosen!r}. Correct it, or unset it to have it worked out."
        )
    return int(chosen)


def measure(analyze: Callable[[], object], cpu: Callable[[], float] = time.process_time) -> float:
    """CPU seconds of one call: the least of five, after one to warm up.

    The least, because other threads of the process are counted too.
    """
    analyze()
    costs = []
    for _ in range(_RUNS):
        start = cpu()
        analyze()
        costs.append(cpu() - start)
    return min(costs)
