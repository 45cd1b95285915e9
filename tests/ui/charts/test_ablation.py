"""Readings of the ablation and its chart, as tables."""

from dataclasses import replace

import pytest
from ablation_tools import filled_work
from made_figures import says

from fer_core.evaluation.ablation_report import (
    CONFIRMED,
    FIGURES,
    NOT_CONFIRMED,
    UNDECIDABLE,
    Claim,
    Difference,
    PairedTest,
)
from scripts.ablation.design import CELLS, PLAIN_CELL, TRANSFER_CELL
from scripts.ablation.summary import summarise
from ui.charts.ablation import (
    TITLES,
    ablation_dots,
    cell_title,
    p_value,
    read_cells,
    read_design,
    read_verdict,
)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return summarise(filled_work(tmp_path_factory.mktemp("work"), each=20))


TEST = PairedTest(
    claim="upscaling", event="false_neutral", treated=("a",), control=("b",), seeds=(1, 2),
    images=2982, more=40, fewer=100, difference=Difference(-0.02, -0.031, -0.009),
    by_seed=(-0.025, -0.015), p=0.00001, p_holm=0.0002,
)  # fmt: skip
HARMFUL = replace(
    TEST, event="correct", images=3589, difference=Difference(-0.01, -0.02, 0.0),
    by_seed=(-0.015, -0.005), p_holm=0.04,
)  # fmt: skip


LEVEL = replace(
    TEST, difference=Difference(0.0004, -0.003, 0.004), by_seed=(-0.001, 0.002), p_holm=1.0
)


@pytest.mark.parametrize(
    ("test", "verdict", "parts"),
    [
        (
            TEST,
            CONFIRMED,
            "2.0 fewer of every 100 … neutral (2,982 faces) … 0.9 to 3.1 … 2.5, 1.5; p < 0.001",
        ),
        (
            HARMFUL,
            NOT_CONFIRMED,
            "1.0 fewer … right (3,589 … \u22122.0 to 0.0 … \u22121.5, \u22120.5; p = 0.040 … "
            "other way",
        ),
        (
            LEVEL,
            NOT_CONFIRMED,
            "just as many … \u22120.4 to 0.3 … 0.1, \u22120.2; p = 1.000 … no benefit",
        ),
    ],
)
def test_a_verdict_is_explained(test, verdict, parts):
    sentence = read_verdict(Claim("x", "X.", verdict, test))
    assert says(sentence, parts), sentence


@pytest.mark.parametrize(
    ("test", "verdict", "words"),
    [
        (None, UNDECIDABLE, "not all trained"),
        (replace(TEST, seeds=(1,), by_seed=(-0.02,)), UNDECIDABLE, "too few"),
        (TEST, UNDECIDABLE, "as possible as none"),
        (TEST, NOT_CONFIRMED, "no benefit"),
    ],
)
def test_what_follows(test, verdict, words):
    assert words in read_verdict(Claim("x", "X.", verdict, test))


@pytest.mark.parametrize(
    ("p", "text"), [(0.0009, "p < 0.001"), (0.001, "p = 0.001"), (1.0, "p = 1.000")]
)
def test_p_values(p, text):
    assert p_value(p) == text


def test_cells_have_names_of_their_own():
    assert len({cell_title(cell) for cell in CELLS}) == len(CELLS)
    assert cell_title(TRANSFER_CELL) == "96 px, smoothed"
    assert cell_title(PLAIN_CELL) == "Standard network"
    assert cell_title(replace(TRANSFER_CELL, class_weights="balanced")) == "96 px, both"


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_a_chart_with_every_cell_and_a_reading(report, name):
    figure = ablation_dots(report, name)
    dots = next(trace for trace in figure.data if trace.hovertext)
    assert list(dots.y) == [cell_title(cell) for cell in CELLS]
    factor = 1 if name == "neutral_bias_index" else 100
    expected = [factor * result.figures[name].value for result in report.cells]
    assert list(dots.x) == pytest.approx(expected)
    assert "from" in read_cells(report, name)
    assert name in TITLES


def test_a_figure_that_does_not_exist_is_left_out(report):
    def without(result):
        return replace(result, figures={**result.figures, "disgust_recall": None})

    bare = replace(report, cells=tuple(map(without, report.cells)))
    ablation_dots(bare, "disgust_recall")
    assert "have none" in read_cells(bare, "disgust_recall")


def test_the_design_in_a_sentence(report):
    assert read_design(report).startswith("18 networks")
    assert "140 faces of PublicTest" in read_design(report)
    assert "of the test part" in read_design(replace(report, test_part="test"))
