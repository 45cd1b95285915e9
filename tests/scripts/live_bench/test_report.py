"""The server's memory over time."""

import pytest

from scripts.live_bench.process_stats import ProcessStats
from scripts.live_bench.report import memory


def samples(minutes, rss_mb):
    return [
        ProcessStats(at=10.0 + second, cpu_s=0.0, rss_mb=rss_mb(second / 60), threads=1, fds=1)
        for second in range(int(60 * minutes) + 1)
    ]


@pytest.mark.parametrize(
    ("rss_mb", "growth", "percent"),
    [
        (lambda minute: 200.0, 0.0, 0.0),
        (lambda minute: 200.0 + 2 * minute, 2.0, 4.0),  # of which the first minute is not counted
        (lambda minute: 100.0 if minute < 1 else 200.0, 0.0, 0.0),
    ],
    ids=["flat", "rising", "settling"],
)
def test_growth_after_the_first_quarter(rss_mb, growth, percent):
    found = memory(samples(5, rss_mb))
    assert found["rss_growth_mb_per_min"] == pytest.approx(growth, abs=0.01)
    assert found["rss_growth_percent"] == pytest.approx(percent, abs=0.4)
    assert found["rss_mb_each_minute"] == [rss_mb(minute) for minute in range(6)]
