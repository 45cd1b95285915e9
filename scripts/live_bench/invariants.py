"""What must hold however slow the machine is, and what must hold under overload."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from scripts.live_bench.fault_run import HANG

FREEZE_S: Final = 1.0
REFUSAL_S: Final = 1.0
WAITING: Final = 2  # frames of one session, in the app
BACKLOG: Final = 30  # frames of one session in aiortc's queues: a second of a camera's
OVERLOAD_P95_MS: Final = 1000.0
OVERLOAD_GROWTH: Final = 1.0  # MB a minute
SOAK_S: Final = 600.0  # runs as long as this show whether memory grows
SOAK_GROWTH: Final = 5.0  # percent


def broken(result: dict[str, Any]) -> list[str]:
    """Every promise that a run's report breaks, in words; of any run."""
    return [*_let_go(result["server"]), *_served(result), *_refused(result["server"])]


def broken_by_faults(result: dict[str, Any]) -> list[str]:
    """Also whether the faults took place: a run without them shows nothing."""
    first, second = result["sessions"]
    found = broken(result)
    if first["hung"] != 1:
        found.append(
            f"The detector was to hang once for {HANG:.0f} s. It did {first['hung']} times."
        )
    if not second["raised"]:
        found.append("No analysis of the second session was made to raise.")
    if len(second["sizes"]) != 2:
        found.append(f"The second camera has two sizes. Came back: {second['sizes']}")
    if result["server"]["refused"] != 1:
        found.append(f"One viewer was to be refused. Refused: {result['server']['refused']}")
    return found


def broken_by_overload(result: dict[str, Any]) -> list[str]:
    found = broken(result)
    for i, session in enumerate(result["sessions"]):
        if (p95 := session["delay_ms"]["p95"]) is None or p95 > OVERLOAD_P95_MS:
            found.append(f"Session {i}: p95 of the delay is {p95} ms, over {OVERLOAD_P95_MS:.0f}.")
    growth = result["server"]["rss_growth_mb_per_min"]
    if growth is None or growth >= OVERLOAD_GROWTH:
        found.append(f"Memory grows by {growth} MB a minute, {OVERLOAD_GROWTH} or more.")
    return found


def broken_by_visits(result: dict[str, Any]) -> list[str]:
    return list(_let_go(result["server"]))


def _let_go(server: dict[str, Any]) -> Iterator[str]:
    if server["left"]:
        yield f"Left after the last viewer had gone: {server['left']}"


def _refused(server: dict[str, Any]) -> Iterator[str]:
    within = server["refused_within_s"]
    if within is not None and within > REFUSAL_S:
        yield f"A viewer was refused only after {within} s, over {REFUSAL_S}."


def _served(result: dict[str, Any]) -> Iterator[str]:
    for i, session in enumerate(result["sessions"]):
        if session["server_freeze_s"] > FREEZE_S:
            yield f"Session {i}: the picture froze for {session['server_freeze_s']} s."
        if not session["analysed_fps"]:
            yield f"Session {i}: nothing was analysed."
        if not session["with_face"]:
            yield f"Session {i}: the film's face was never found."
    server = result["server"]
    if server["warnings"]:
        yield f"The app warned of what nobody asked for: {server['warnings']}"
    if server["max_queue"] > WAITING:
        yield f"{server['max_queue']} frames of one session waited, over {WAITING}."
    for place, count in server["max_queue_in_aiortc"].items():
        if count > BACKLOG:
            yield f"{count} {place} frames of one session waited in aiortc, over {BACKLOG}."
    grown = server["rss_growth_percent"]
    if server["measured_s"] >= SOAK_S and grown >= SOAK_GROWTH:
        yield f"Memory has grown by {grown} %, {SOAK_GROWTH} or more."
