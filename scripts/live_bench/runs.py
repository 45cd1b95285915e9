"""The runs of the benchmark: plain or overloaded, and many short visits."""

from __future__ import annotations

import time
from typing import Any, Final

from scripts.live_bench import leaks, report
from scripts.live_bench import messages as m
from scripts.live_bench.bench import Bench
from scripts.live_bench.leaks import Living
from scripts.live_bench.report import Window

_WARM_UP: Final = 3.0
"""Seconds for which a stream plays before it counts: encoders begin at their lowest rate."""


def steady(bench: Bench, sessions: int, seconds: float) -> dict[str, Any]:
    """Viewers come one after another, stay, and leave; who finds no seat is told.

    Args:
        bench: Without clients.
        sessions: How many ask.
        seconds: For which they are measured, once all are there.
    """
    before = Living.of(bench)
    for peer in range(sessions):
        bench.open(peer)
    bench.wait_for_clients()
    refused, playing = [], []
    for peer in range(sessions):
        bench.connect(peer)
        outcome = bench.starts(peer)
        if isinstance(outcome, m.Refused):
            refused.append(outcome)
        else:
            playing.append(peer)
    bench.wait(_WARM_UP)
    measuring = Measuring(bench, playing)
    bench.wait(seconds)
    window = measuring.end()
    for peer in playing:
        bench.close(peer)
    after = leaks.after_all_left(bench, before, time.monotonic())
    work = report.work(window)
    work["server"] |= report.refusals(refused) | after
    return {"sessions": report.sessions(window), **work}


class Measuring:
    """Everything that these peers and the server see counts from now until `end`."""

    def __init__(self, bench: Bench, peers: list[int]) -> None:
        self._bench = bench
        self._peers = peers
        self._server_cpu, self._clients_cpu = bench.server_stats().cpu_s, bench.clients_cpu(*peers)
        bench.begin(*peers)

    def end(self) -> Window:
        bench = self._bench
        viewed, serving = bench.end(*self._peers)
        return Window(
            viewed=viewed,
            serving=serving,
            samples=tuple(bench.samples),
            server_cpu_s=bench.server_stats().cpu_s - self._server_cpu,
            clients_cpu_s=bench.clients_cpu(*self._peers) - self._clients_cpu,
        )


def visits(bench: Bench, cycles: int) -> dict[str, Any]:
    """One viewer who comes and goes: by turns with "Stop" and by closing the tab."""
    before = Living.of(bench)
    bench.open(0)
    memory = []
    for peer in range(cycles):
        if peer == 0:
            bench.connect(peer)
        else:
            bench.again(peer, before=peer - 1)
        bench.expect(m.Playing, peer)
        if peer % 2:
            bench.tell_server(m.Stop(peer))
        bench.close(peer)
        memory.append(bench.server_stats().rss_mb)
    after = leaks.after_all_left(bench, before, time.monotonic())
    later = memory[len(memory) // 2 :]
    sizes = {
        "first": round(memory[0], 1),
        "half_way": round(later[0], 1),
        "last": round(later[-1], 1),
    }
    return {"cycles": cycles, "server": after | {"rss_mb": sizes}}
