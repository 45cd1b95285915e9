"""What must hold however slow the machine is, and what must hold with faults or under overload."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from scripts.live_bench.runs import HANG

FREEZE_S: Final = 1.0
REFUSAL_S: Final = 1.0
WAITING: Final = 2  # frames of one session, in the app
BACKLOG: Final = 30  # frames of one session in aiortc's queues: a second of a camera's
OVERLOAD_P95_MS: Final = 1000.0
OVERLOAD_GROWTH: Final = 1.0  # MB a minute
SOAK_S: Final = 600.0  # runs as long as this show whether memory grows
SOAK_GROWTH: Final = 5.0  # percent


def broken(result: dict[str, Any], *, faults: bool = False, overload: bool = False) -> list[str]:
    """Every promise that a run's report breaks, in words.

    Args:
        result: The report of any run; one of many short visits has no sessions.
        faults: Whether the run was one with faults: it shows nothing if they did not take place.
        overload: Whether more viewers were admitted than fit.
    """
    found = []
    if left := result["server"]["left"]:
        found.append(f"Left after the last viewer had gone: {left}")
    if "sessions" in result:
        for i, session in enumerate(result["sessions"]):
            found += [f"Session {i}: {sentence}" for sentence in _session(session, overload)]
        found += _server(result["server"])
    if faults:
        found += _faults(result)
    growth = result["server"].get("rss_growth_mb_per_min")
    if overload and (growth is None or growth >= OVERLOAD_GROWTH):
        found.append(f"Memory grows by {growth} MB a minute, {OVERLOAD_GROWTH} or more.")
    return found


def _session(session: dict[str, Any], overload: bool) -> Iterator[str]:
    if session["server_freeze_s"] > FREEZE_S:
        yield f"the picture froze for {session['server_freeze_s']} s."
    if not session["analysed_fps"]:
        yield "nothing was analysed."
    if not session["with_face"]:
        yield "the film's face was never found."
    p95 = session["delay_ms"]["p95"]
    if overload and (p95 is None or p95 > OVERLOAD_P95_MS):
        yield f"p95 of the delay is {p95} ms, over {OVERLOAD_P95_MS:.0f}."


def _server(server: dict[str, Any]) -> Iterator[str]:
    if (within := server["refused_within_s"]) is not None and within > REFUSAL_S:
        yield f"A viewer was refused only after {within} s, over {REFUSAL_S}."
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


def _faults(result: dict[str, Any]) -> Iterator[str]:
    first, second = result["sessions"]
    if first["hung"] != 1:
        yield f"The detector was to hang once for {HANG:.0f} s. It did {first['hung']} times."
    if not second["raised"]:
        yield "No analysis of the second session was made to raise."
    if len(second["sizes"]) != 2:
        yield f"The second camera has two sizes. Came back: {second['sizes']}"
    if result["server"]["refused"] != 1:
        yield f"One viewer was to be refused. Refused: {result['server']['refused']}"
