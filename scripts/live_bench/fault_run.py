"""One run through what goes wrong at a webcam app, while the viewers of two tabs look on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from scripts.live_bench import leaks, report
from scripts.live_bench import messages as m
from scripts.live_bench.bench import Bench
from scripts.live_bench.leaks import Living
from scripts.live_bench.runs import Measuring

TABS: Final = 2
SEATS: Final = TABS + 1
LEAST_SECONDS: Final = 12.0
"""So long the hanging detector, the killed viewer's seat and a new start take together."""

HANG: Final = 5.0
"""Seconds for which the detector hangs."""

_FIRST, _SECOND, _KILLED, _REFUSED, _LATE, _AGAIN = range(6)


def faults(bench: Bench, seconds: float) -> dict[str, Any]:
    """Two tabs of one browser stay; another viewer is killed, one is refused, one comes later.

    One analysis in a hundred raises all the while, by the server's option.

    Args:
        bench: Without clients; its server has `SEATS` seats.
        seconds: For which the two are watched, at least `LEAST_SECONDS`.
    """
    before = Living.of(bench)
    bench.open(_FIRST, _SECOND)
    for peer in (_KILLED, _REFUSED, _LATE):
        bench.open(peer)
    bench.wait_for_clients()
    bench.connect(_FIRST, _SECOND, _KILLED)
    for peer in (_FIRST, _SECOND, _KILLED):
        bench.expect(m.Playing, peer)
    measuring = Measuring(bench, [_FIRST, _SECOND])
    troubles = _Troubles(bench)
    _play(bench, troubles.by_time(), seconds)
    window = measuring.end()
    _all_leave(bench)
    after = leaks.after_all_left(bench, before, time.monotonic())
    work = report.work(window)
    work["server"] |= report.refusals(troubles.refused) | after
    return {"sessions": report.sessions(window), **work}


def _play(bench: Bench, steps: list[tuple[float, Callable[[], None]]], seconds: float) -> None:
    start = time.monotonic()
    for due, step in steps:
        bench.wait(start + due - time.monotonic())
        step()
    bench.wait(start + seconds - time.monotonic())


def _all_leave(bench: Bench) -> None:
    """With "Stop", by a closed tab, and by a page that is loaded again and then closed."""
    bench.tell_server(m.Stop(_FIRST))
    bench.close(_FIRST)
    bench.close(_SECOND)
    bench.close(_LATE)
    bench.again(_AGAIN, before=_LATE)
    bench.expect(m.Playing, _AGAIN)
    bench.close(_AGAIN)


class _Troubles:
    """What happens, and what the viewer without a seat was told."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.refused: list[m.Refused] = []

    def by_time(self) -> list[tuple[float, Callable[[], None]]]:
        """(seconds since the start, what happens then)."""
        bench = self._bench
        return [
            (0.5, lambda: bench.tell_server(m.Hang(_FIRST, HANG))),
            (1.0, self._ask_in_vain),
            (2.0, lambda: bench.kill(_KILLED)),
            (3.0, lambda: bench.tell(_SECOND, m.Resize(_SECOND))),
            (4.0, lambda: bench.tell(_FIRST, m.Corrupt(_FIRST))),
            (6.0, lambda: bench.tell(_SECOND, m.Corrupt(_SECOND))),
            (6.5, self._start_in_the_killed_ones_seat),
            (8.0, lambda: bench.tell(_SECOND, m.Resize(_SECOND))),
        ]

    def _ask_in_vain(self) -> None:
        self._bench.connect(_REFUSED)
        self.refused.append(self._bench.expect(m.Refused, _REFUSED))

    def _start_in_the_killed_ones_seat(self) -> None:
        self._bench.connect(_LATE)
        self._bench.expect(m.Playing, _LATE)
