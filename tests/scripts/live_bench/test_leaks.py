"""What of a session is left, by comparison."""

from dataclasses import replace

import pytest

from scripts.live_bench.leaks import Living
from scripts.live_bench.messages import Census
from scripts.live_bench.process_stats import ProcessStats

CENSUS = Census(
    threads=("MainThread", "painter_0"),
    tasks=0,
    sockets=3,
    sessions=0,
    connections=0,
    seated=0,
    queued=0,
)
BEFORE = Living(CENSUS, ProcessStats(at=0.0, cpu_s=1.0, rss_mb=200.0, threads=16, fds=11))


def after(process=(), **census):
    return Living(replace(CENSUS, **census), replace(BEFORE.process, **dict(process)))


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (BEFORE, {}),
        (after({"rss_mb": 400.0, "cpu_s": 60.0}), {}),
        (after({"threads": 15, "fds": 10}), {}),
        (after({"threads": 18}), {"native_threads": 2}),
        (after({"fds": 12}, sockets=4), {"fds": 1, "sockets": 1}),
        (after(tasks=7, connections=1), {"tasks": 7, "connections": 1}),
        (after(sessions=1, seated=1, queued=1), {"sessions": 1, "seated": 1, "queued": 1}),
        (
            after(threads=("MainThread", "painter_0", "video-decoder", "video-decoder")),
            {"threads": ["video-decoder", "video-decoder"]},
        ),
    ],
)
def test_whatever_there_is_more_of_is_left(now, left):
    assert now.left(BEFORE) == left
