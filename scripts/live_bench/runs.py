"""The runs of the benchmark: plain or overloaded, with faults, and many short visits."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from scripts.live_bench.bench import Bench
from scripts.live_bench.report import report

TABS: Final = 2
SEATS: Final = TABS + 1
"""Of the server of the run with faults."""

LEAST_SECONDS: Final = 12.0
"""What the hanging detector, the killed viewer's seat and a new start take together."""

HANG: Final = 5.0
"""Seconds for which the detector hangs."""

PATIENCE: Final = 30.0
"""Seconds after its viewer has gone, however it went, at which nothing of a session is left."""

_WARM_UP: Final = 3.0
"""Seconds for which a stream plays before it counts: encoders begin at their lowest rate."""

_LOOK_EACH: Final = 0.5
_FIRST, _SECOND, _KILLED, _REFUSED, _LATE, _RELOADED = range(6)


def steady(bench: Bench, sessions: int, seconds: float) -> dict[str, Any]:
    """Viewers come one after another, stay, and leave; who finds no seat is told.

    Args:
        bench: Without clients.
        sessions: How many ask.
        seconds: For which they are measured, once all are there.
    """
    before = living(bench)
    for peer in range(sessions):
        bench.open(peer)
    bench.wait_for_clients()
    refused, playing = list[float](), list[int]()
    for peer in range(sessions):
        bench.connect(peer)
        outcome = bench.expect("playing", "refused", peer=peer)
        if outcome.kind == "refused":
            refused.append(outcome.value)
        else:
            playing.append(peer)
    bench.wait(_WARM_UP)
    bench.begin(*playing)
    bench.wait(seconds)
    window = bench.end(*playing)
    for peer in playing:
        bench.close(peer)
    return report(window, refused, after_all_left(bench, before))


def faults(bench: Bench, seconds: float) -> dict[str, Any]:
    """Two tabs of one browser stay; another viewer is killed, one is refused, one comes later.

    One analysis in a hundred raises all the while, by the server's option.

    Args:
        bench: Without clients; its server has `SEATS` seats.
        seconds: For which the two are watched, at least `LEAST_SECONDS`.
    """
    before = living(bench)
    bench.open(_FIRST, _SECOND)
    for peer in (_KILLED, _REFUSED, _LATE):
        bench.open(peer)
    bench.wait_for_clients()
    bench.connect(_FIRST, _SECOND, _KILLED)
    for peer in (_FIRST, _SECOND, _KILLED):
        bench.expect("playing", peer=peer)
    refused = list[float]()

    def ask_in_vain() -> None:
        bench.connect(_REFUSED)
        refused.append(bench.expect("refused", peer=_REFUSED).value)

    def take_the_killed_viewers_seat() -> None:
        bench.connect(_LATE)
        bench.expect("playing", peer=_LATE)

    steps: list[tuple[float, Callable[[], None]]] = [
        (0.5, lambda: bench.tell_server("hang", _FIRST, HANG)),
        (1.0, ask_in_vain),
        (2.0, lambda: bench.kill(_KILLED)),
        (3.0, lambda: bench.tell(_SECOND, "resize")),
        (4.0, lambda: bench.tell(_FIRST, "corrupt")),
        (6.0, lambda: bench.tell(_SECOND, "corrupt")),
        (6.5, take_the_killed_viewers_seat),
        (8.0, lambda: bench.tell(_SECOND, "resize")),
    ]
    bench.begin(_FIRST, _SECOND)
    start = time.monotonic()
    for due, step in steps:
        bench.wait(start + due - time.monotonic())
        step()
    bench.wait(start + seconds - time.monotonic())
    window = bench.end(_FIRST, _SECOND)
    _all_leave(bench)
    return report(window, refused, after_all_left(bench, before))


def _all_leave(bench: Bench) -> None:
    """With "Stop", by a closed tab, and by a page that is loaded again and then closed."""
    bench.tell_server("stop", _FIRST)
    for peer in (_FIRST, _SECOND, _LATE):
        bench.close(peer)
    bench.reconnect(_RELOADED, before=_LATE)
    bench.expect("playing", peer=_RELOADED)
    bench.close(_RELOADED)


def visits(bench: Bench, cycles: int) -> dict[str, Any]:
    """One viewer who comes and goes: by turns with "Stop" and by closing the tab."""
    before = living(bench)
    bench.open(0)
    memory = []
    for peer in range(cycles):
        if peer == 0:
            bench.connect(peer)
        else:
            bench.reconnect(peer, before=peer - 1)
        bench.expect("playing", peer=peer)
        if peer % 2:
            bench.tell_server("stop", peer)
        bench.close(peer)
        memory.append(round(bench.server_stats().rss_mb, 1))
    after = after_all_left(bench, before)
    sizes = {"first": memory[0], "half_way": memory[len(memory) // 2], "last": memory[-1]}
    return {"cycles": cycles, "server": after | {"rss_mb": sizes}}


def living(bench: Bench) -> Counter[str]:
    """What lives in the server, as it counts itself and as the kernel does."""
    bench.tell_server("count")
    census: Counter[str] = bench.expect("census").value
    stats = bench.server_stats()
    return census + Counter(native_threads=stats.threads, fds=stats.fds)


def after_all_left(bench: Bench, before: Counter[str]) -> dict[str, Any]:
    """Wait until nothing is left, at most `PATIENCE` from now on.

    Args:
        bench: Its clients have just gone.
        before: What lived before any of them came.

    Returns:
        The numbers before and after, what there is more of, and how long it took.
    """
    gone = time.monotonic()
    while True:
        now = living(bench)
        left, took = now - before, time.monotonic() - gone
        if not left or took > PATIENCE:
            break
        bench.wait(_LOOK_EACH)
    return {
        "threads_before": before["native_threads"],
        "threads_after": now["native_threads"],
        "fds_before": before["fds"],
        "fds_after": now["fds"],
        "left": dict(left),
        "clean_after_s": None if left else round(took, 1),
    }
