import numpy as np
import pytest
from session_fixtures import rows_of, steady

from fer_core.labels import COLORS, DISPLAY_NAMES, EMOTIONS
from fer_core.video.record import NOBODY
from ui.charts.faces import MOST_STRIPS, answer_strips, probability_bars

NAMES = tuple(DISPLAY_NAMES[name] for name in EMOTIONS)
PROBABILITIES = np.array([0.02, 0, 0.05, 0.86, 0.01, 0.05, 0.01], np.float32)
TOLD = steady(1, "happy", 0, 60) + steady(1, "unsure", 60, 80) + steady(1, "happy", 80, 120.1)


def _bars(figure) -> list[tuple[str, str, float, float]]:
    """(face, answer, from, to) of each bar."""
    return sorted(
        (face, trace.name, start, start + length)
        for trace in figure.data
        for face, start, length in zip(trace.y, trace.base, trace.x, strict=True)
    )


def test_a_bar_for_each_run_in_its_color():
    figure = answer_strips(rows_of(TOLD))
    expected = [
        ("Face 1", "Happy", 0, 60),
        ("Face 1", "Happy", 80, 120.04),
        ("Face 1", "Unsure", 60, 80),
    ]
    for bar, wanted in zip(_bars(figure), expected, strict=True):
        assert bar[:2] == wanted[:2]
        assert bar[2:] == pytest.approx(wanted[2:], abs=0.5)
    happy, unsure = figure.data
    assert happy.marker.color == COLORS["happy"] and happy.marker.pattern.shape is None
    assert unsure.marker.pattern.shape == "/"


def test_the_legend_names_only_answers_that_were_given():
    assert [trace.name for trace in answer_strips(rows_of(TOLD)).data] == ["Happy", "Unsure"]


def test_hover_in_words():
    happy, unsure = answer_strips(rows_of(TOLD)).data
    assert unsure.customdata[0] == "Face 1: unsure<br>1:00 to 1:20 (20 s)"
    assert happy.hovertemplate == "%{customdata}<extra></extra>"


def test_faces_from_the_top_by_number():
    told = sorted(steady(2, "sad", 0, 3) + steady(10, "sad", 0, 5) + steady(1, "sad", 1, 2))
    axis = answer_strips(rows_of(told)).layout.yaxis
    assert axis.categoryarray == ("Face 1", "Face 2", "Face 10")
    assert axis.autorange == "reversed"


def test_of_a_crowd_those_that_stayed_the_longest():
    told = sorted(entry for n in range(1, 15) for entry in steady(n, "sad", 0, 0.5 * n))
    figure = answer_strips(rows_of(told))
    assert len(figure.layout.yaxis.categoryarray) == MOST_STRIPS
    assert figure.layout.yaxis.categoryarray[-1] == "Face 14"


@pytest.mark.parametrize(
    ("seconds", "labels"),
    [
        (8, ("0:00", "0:02", "0:04", "0:06", "0:08")),
        (60, ("0:00", "0:15", "0:30", "0:45", "1:00")),
        (1200, ("0:00", "5:00", "10:00", "15:00", "20:00")),
        (7200, ("0:00", "30:00", "1:00:00", "1:30:00", "2:00:00")),
    ],
)
def test_the_axis_has_few_round_marks(seconds: float, labels: tuple[str, ...]):
    figure = answer_strips(rows_of([(0, 1, "happy"), (seconds, NOBODY, "")]))
    assert figure.layout.xaxis.ticktext == labels


def test_twenty_minutes_of_changes_are_a_few_hundred_bars():
    answers = ("happy", "sad", "unsure")
    told = [(i / 5, 1, answers[(i // 4) % 3]) for i in range(5 * 1200)]
    assert 100 < len(_bars(answer_strips(rows_of(told)))) <= 300


def test_probability_bars_keep_order_place_and_axis() -> None:
    one, other = probability_bars(PROBABILITIES), probability_bars(None)
    assert list(one.data[0].x) == pytest.approx(PROBABILITIES.tolist())
    assert list(one.data[0].marker.color) == [COLORS[name] for name in EMOTIONS]
    assert one.data[1].text[:4] == ("2 %", "0 %", "5 %", "<b>86 %</b>")
    assert list(other.data[0].x) == [0] * 7 and set(other.data[1].text) == {"–"}
    assert one.layout == other.layout
    assert tuple(one.data[0].y) == tuple(other.data[0].y) == NAMES
