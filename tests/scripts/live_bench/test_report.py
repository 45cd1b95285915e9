"""Times in, figures out; the server's memory over time."""

import os
import threading
import time
from pathlib import Path

import psutil
import pytest

from scripts.live_bench import report
from scripts.live_bench.report import ProcessStats, memory


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


def test_growth_of_a_moment_is_none():
    assert memory(samples(1 / 60, lambda minute: 200.0))["rss_growth_mb_per_min"] is None


def test_process_is_measured_as_the_kernel_does():
    stats = ProcessStats.of(psutil.Process())
    assert 0 < stats.at <= time.monotonic()
    assert stats.cpu_s == pytest.approx(time.process_time(), abs=1.0)
    assert stats.rss_mb > 10
    assert stats.threads >= threading.active_count()
    with Path(os.devnull).open(), Path(os.devnull).open():
        assert ProcessStats.of(psutil.Process()).fds == stats.fds + 2


@pytest.mark.parametrize(
    ("seconds", "p50", "p95"),
    [
        ([], None, None),
        ([0.1], 100.0, 100.0),
        ([0.3, 0.1, 0.2], 200.0, 290.0),
        ([i / 100 for i in range(101)], 500.0, 950.0),
        ([0.1] * 19 + [5.0], 100.0, 345.0),
    ],
)
def test_percentiles_are_in_milliseconds(seconds, p50, p95):
    assert report.percentiles(seconds) == {"p50": p50, "p95": p95}


@pytest.mark.parametrize(
    ("times", "gap"),
    [
        ([], 10.0),
        ([5.0], 5.0),
        ([1.0, 2.0, 3.5, 9.0], 5.5),
        ([9.0, 9.5], 9.0),
        ([0.5, 1.0], 9.0),
        ([-3.0, 4.0, 12.0], 6.0),
    ],
    ids=["never", "once", "middle", "at first", "at last", "outside does not count"],
)
def test_longest_gap(times, gap):
    assert report.longest_gap(times, 0.0, 10.0) == gap


def each(interval, start=0.0, end=10.0):
    return [start + i * interval for i in range(1, round((end - start) / interval))]


@pytest.mark.parametrize(
    ("shown", "sent", "unexplained"),
    [
        (each(0.1), each(0.1), 0.1),
        ([*each(0.1, 0, 4), *each(0.1, 7, 10)], each(0.1), 3.2),
        # The camera rested from 4 to 7: so nothing could come back.
        ([*each(0.1, 0, 4), *each(0.1, 7, 10)], [*each(0.1, 0, 4), *each(0.1, 7, 10)], 0.1),
        # It rested from 4 to 6; what it sent then came back only at 7.
        ([*each(0.1, 0, 4), *each(0.1, 7, 10)], [*each(0.1, 0, 4), *each(0.1, 6, 10)], 1.2),
        # It rested twice, for two seconds in all.
        (
            [*each(0.1, 0, 4), *each(0.1, 8, 10)],
            [*each(0.1, 0, 4), *each(0.1, 5, 6), *each(0.1, 7, 10)],
            2.2,
        ),
        ([], each(0.1), 10.0),
        ([], [], 0.1),
    ],
    ids=["all well", "server froze", "camera rested", "both", "rested twice", "nothing", "no one"],
)
def test_a_gap_that_the_sender_explains_is_no_freeze(shown, sent, unexplained):
    found = report.longest_gap(shown, 0.0, 10.0, sent=sent, interval=0.1)
    assert found == pytest.approx(unexplained, abs=0.25)
