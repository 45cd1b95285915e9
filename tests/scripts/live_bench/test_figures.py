"""Times in, figures out."""

import pytest

from scripts.live_bench import figures


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
    assert figures.percentiles(seconds) == {"p50": p50, "p95": p95}


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
    assert figures.longest_gap(times, 0.0, 10.0) == gap


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
    found = figures.longest_unexplained_gap(shown, sent, 0.0, 10.0, 0.1)
    assert found == pytest.approx(unexplained, abs=0.25)


@pytest.mark.parametrize(
    ("times", "values", "growth"),
    [
        ([], [], None),
        ([0, 60], [100, 101], None),
        ([0, 60, 120], [100, 101, 102], 1.0),
        ([5, 35, 65], [100, 100, 100], 0.0),
        ([0, 30, 60, 90], [200, 199, 198, 197], -2.0),
    ],
)
def test_growth_per_minute(times, values, growth):
    assert figures.growth_per_minute(times, values) == pytest.approx(growth)
