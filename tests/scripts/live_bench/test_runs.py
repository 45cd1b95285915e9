"""What is left of a session, by comparison, with patience."""

from collections import Counter

import pytest

from scripts.live_bench import runs
from scripts.live_bench.messages import Message
from scripts.live_bench.report import ProcessStats

BEFORE = Counter({"thread MainThread": 1, "sockets": 3, "native_threads": 16, "fds": 11})


class _Bench:
    """Gives one census after another, the last one again and again; waiting takes its time."""

    def __init__(self, clock, *censuses, threads=16, fds=11):
        self._clock, self._censuses = clock, list(censuses)
        self._stats = ProcessStats(at=0.0, cpu_s=1.0, rss_mb=200.0, threads=threads, fds=fds)

    def tell_server(self, kind):
        assert kind == "count"

    def expect(self, kind):
        census = self._censuses.pop(0) if len(self._censuses) > 1 else self._censuses[0]
        return Message(kind, value=Counter({"thread MainThread": 1, "sockets": 3, **census}))

    def server_stats(self):
        return self._stats

    def wait(self, seconds):
        self._clock[0] += seconds


@pytest.fixture
def clock(monkeypatch):
    now = [50.0]
    monkeypatch.setattr(runs.time, "monotonic", lambda: now[0])
    return now


@pytest.mark.parametrize(
    ("census", "process", "left"),
    [
        ({}, {}, {}),
        ({}, {"threads": 15, "fds": 10}, {}),
        ({}, {"threads": 18}, {"native_threads": 2}),
        ({"sockets": 4}, {"fds": 12}, {"fds": 1, "sockets": 1}),
        ({"tasks": 7, "connections": 1, "seated": 0}, {}, {"tasks": 7, "connections": 1}),
        ({"thread video-decoder": 2}, {}, {"thread video-decoder": 2}),
    ],
)
def test_whatever_there_is_more_of_is_left(clock, census, process, left):
    found = runs.after_all_left(_Bench(clock, census, **process), BEFORE)
    assert found["left"] == left
    assert (found["clean_after_s"] is None) == bool(left)
    threads = (found["threads_before"], found["threads_after"])
    assert threads == (16, process.get("threads", 16))
    assert clock[0] - 50 > (runs.PATIENCE if left else -1)


def test_what_goes_a_little_later_is_waited_for(clock):
    bench = _Bench(clock, {"tasks": 2}, {"tasks": 1}, {})
    found = runs.after_all_left(bench, BEFORE)
    assert (found["left"], found["clean_after_s"]) == ({}, 1.0)
