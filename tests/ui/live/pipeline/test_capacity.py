import pytest

from fer_core.errors import FerError
from ui.live.pipeline.capacity import measure, seats


@pytest.mark.parametrize(
    ("cost", "cores", "expected"),
    [
        (0.015, 2, 3),
        (0.015, 1, 1),
        (0.015, 8, 14),
        (0.200, 2, 1),  # too slow a machine still serves one
    ],
)
def test_seats_follow_cost_and_cores(cost, cores, expected):
    assert seats(cost, cores, environment={}) == expected


@pytest.mark.parametrize(("text", "expected"), [("1", 1), (" 12 ", 12), ("", 3)])
def test_seats_can_be_set(text, expected):
    assert seats(0.015, 2, environment={"FER_LIVE_SESSIONS": text}) == expected


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_damaged_setting_is_refused(text):
    with pytest.raises(FerError, match=r"FER_LIVE_SESSIONS.*1 or more"):
        seats(0.015, 2, environment={"FER_LIVE_SESSIONS": text})


def test_measure_warms_up_and_takes_the_least():
    times = iter([0.0, 0.9, 1.0, 1.2, 2.0, 2.1, 3.0, 3.5, 4.0, 4.3])
    calls = []
    cost = measure(lambda: calls.append(1), cpu=lambda: next(times))
    assert cost == pytest.approx(0.1)
    assert len(calls) == 6  # the first is not timed
