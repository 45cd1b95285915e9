import numpy as np
import pytest

from fer_core import charts
from fer_core.labels import COLORS, DISPLAY_NAMES, EMOTIONS

NAMES = tuple(DISPLAY_NAMES[name] for name in EMOTIONS)
PROBABILITIES = np.array([0.02, 0, 0.05, 0.86, 0.01, 0.05, 0.01], np.float32)


def test_probability_bars_keep_order_place_and_axis() -> None:
    one, other = charts.probability_bars(PROBABILITIES), charts.probability_bars(None)
    assert list(one.data[0].x) == pytest.approx(PROBABILITIES.tolist())
    assert list(one.data[0].marker.color) == [COLORS[name] for name in EMOTIONS]
    assert one.data[1].text[:4] == ("2 %", "0 %", "5 %", "<b>86 %</b>")
    assert list(other.data[0].x) == [0] * 7 and set(other.data[1].text) == {"–"}
    assert one.layout == other.layout
    assert tuple(one.data[0].y) == tuple(other.data[0].y) == NAMES


def test_timeline_stacks_what_lies_in_the_window() -> None:
    gone = np.full(7, np.nan)
    figure = charts.probability_timeline(
        [100, 130, 140, 150], [PROBABILITIES, PROBABILITIES, gone, PROBABILITIES], window=30
    )
    assert [trace.name for trace in figure.data] == list(NAMES)
    assert {trace.stackgroup for trace in figure.data} == {"all"}
    assert all(list(trace.x) == [-20, -10, 0] for trace in figure.data)
    sums = np.sum([trace.y for trace in figure.data], axis=0)
    assert sums.tolist() == pytest.approx([1, 0, 1])
    assert list(figure.layout.xaxis.range) == [-30, 0]
    assert figure.layout.xaxis.ticktext[0] == "30 s ago"


@pytest.mark.parametrize(("now", "shown"), [(None, [-2, 0]), (13, [-5, -3]), (100, [0])])
def test_timeline_ends_now(now: float | None, shown: list[float]) -> None:
    figure = charts.probability_timeline([8, 10], [PROBABILITIES] * 2, now=now)
    assert list(figure.data[0].x) == shown
    assert (figure.data[3].y[0] > 0) == (now != 100), "nothing recent: empty, but with its legend"
