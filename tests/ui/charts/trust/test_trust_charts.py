"""The audits' charts and sentences, and the HTML file, against the figures that they come from."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from made_figures import counted_split, probabilities_of, says, split_of

from fer_core.data.findings import Finding
from fer_core.evaluation.audits.comparison import compare
from fer_core.evaluation.audits.corruptions import KINDS, SEVERITIES
from fer_core.evaluation.audits.robustness import Harmed, RobustnessReport
from fer_core.evaluation.audits.slices import Agreement, Slice
from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.metrics import evaluate_split
from fer_core.evaluation.report import EvaluationReport
from fer_core.labels import EMOTIONS, FEAR
from ui.charts.trust import figures, sentences
from ui.charts.trust.html import as_html

HAPPY, SAD = EMOTIONS.index("happy"), EMOTIONS.index("sad")
SPLIT = counted_split({(FEAR, FEAR): 16, (FEAR, SAD): 24, (HAPPY, HAPPY): 60})
SLICES = (
    Slice("brightness", 10, 90.4, 200, 90),
    Slice("brightness", 91, 200, 200, 180),
    Slice("contrast", 10, 50, 200, 120),
    Slice("contrast", 51, 90, 200, 125),
)
AGREEMENT = (Agreement(1, 4, 50, 20, 25, 22), Agreement(9, 10, 150, 140, 148, 141))


def curve() -> object:
    """Ten answers at 0.9, of which nine are right, and ten at 0.4, of which five."""
    labels = np.zeros(20, int)
    answers = np.array([0] * 9 + [1] + [0] * 5 + [1] * 5)
    rows = np.concatenate(
        [probabilities_of(answers[:10], 0.9), probabilities_of(answers[10:], 0.4)]
    )
    return evaluate_split(labels, rows, 0.5)


def robustness(worst: str = "blur") -> RobustnessReport:
    cells = [
        Harmed(k, s, 1000, 300 if k == worst else 650 - 10 * s, Estimate(0.1, 0.05, 0.2))
        for k in KINDS
        for s in SEVERITIES
    ]
    clean = Harmed("none", 0, 1000, 700, Estimate(0.03, 0.02, 0.05))
    return RobustnessReport("m", "a", "b", (clean, *cells))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (sentences.read_verdict(SPLIT, "the test"),
         "100 faces of the test … **76 of 100** … interval 66.8 to … least with fearful faces … "
         "60 of 100 … most often for sad"),
        (sentences.read_verdict(counted_split({}), "the test"), "no images"),
        (sentences.read_own(SPLIT, split_of([0, 0], [0, 1]), faceless=3),
         "your 100 pictures … right for **76 of 100** … FER-2013's for 50. In 3 pictures no face … "
         "no pictures of angry, disgust, sad, surprise and neutral"),
        (sentences.read_own(counted_split({}), None, 2), "No face was found"),
        (sentences.read_coverage(counted_split({(0, 0): 4, (1, 1): 40})),
         "no pictures of fear … Too few … angry (4)"),
        (sentences.read_risk(curve(), 0.5), "below 50 % it answers 50 of 100 … 90 of 100 of those"),
        (sentences.read_risk(curve(), 0.0), "answers 100 of 100 … right for 70 of 100"),
        (sentences.read_risk(curve(), 0.95), "below 95 %, no face gets an answer"),
        (sentences.read_risk(dataclasses.replace(SPLIT, thresholds=()), 0.5, "m"),
         "python scripts/evaluate.py --model m --data PATH --stored"),
        (sentences.read_slices(SLICES), "brightness 10 to 90, right for 45 % … 91 to 200, 90 % … "
         "no chance"),
        (sentences.read_slices(SLICES[2:]), "contrast 10 to 50 … may be chance"),
        (sentences.read_slices(()), "too few faces"),
        (sentences.read_agreement(AGREEMENT), "9 or 10 of 10 agree, … 93 % … 4 or fewer … 40 % … "
         "25 % of its errors … commonest answer for 173 of 200 faces with votes (86 %)"),
        (sentences.read_disputed(()), ""),
        (sentences.read_agreement((), "m"),
         "python scripts/evaluate.py --model m --data PATH --stored --ferplus ferplus.csv"),
        (sentences.read_harm(robustness()), "70 % of 1,000 … Blur costs most: 30 % … least: 62 %"),
        (sentences.read_harm(RobustnessReport("m", "a", "b")), "Nothing was measured"),
        (sentences.read_relative(0.8, "Seed"), "20 % fewer errors than Seed … 0.80"),
        (sentences.read_relative(1.25, "Seed"), "25 % more errors"),
        (sentences.read_doubts(30, 1000), "30 of 1,000 faces (3.0 %)"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_the_figures_say(said: str, words: str) -> None:
    assert says(said, words), said


LABELS = np.tile(np.arange(7), 60)


@pytest.mark.parametrize(
    ("wrong_first", "wrong_second", "words"),
    [
        (
            20,
            120,
            "**A is better than B:** +23.8 points … 100 are answered right by A alone and 0 by",
        ),
        (120, 20, "**A is worse than B:** \N{MINUS SIGN}23.8 points"),
        (30, 31, "**Not decidable on these faces:** +0.2 points … about"),
        (30, 30, "**Not decidable on these faces:**"),
    ],
)
def test_the_verdict_of_two_models(wrong_first: int, wrong_second: int, words: str) -> None:
    def answers(wrong: int) -> np.ndarray:
        return np.where(np.arange(420) < wrong, (LABELS + 1) % 7, LABELS)

    found = compare(LABELS, answers(wrong_first), answers(wrong_second))
    assert says(sentences.read_comparison(found, "A", "B"), words)
    chart = figures.difference_dots(found)
    dots = chart.data[0]
    assert list(dots.x) == sorted(dots.x) and len(dots.y) == 7
    worst = min(found.recall, key=lambda name: found.recall[name].value)
    assert dots.x[0] == pytest.approx(100 * found.recall[worst].value)


def test_the_curve_and_its_marked_point() -> None:
    split = curve()
    figure = figures.risk_coverage(split, 0.5)
    line, _, point = figure.data
    assert (point.x[0], point.y[0]) == (0.5, 0.9)
    assert line.x[0] == 1 and line.y[0] == 0.7
    assert says(point.hovertext[0], "answers 50 % … right for 90.0 %")
    assert len(figures.risk_coverage(split, 0.99).data) == 1, "no point where nothing is answered"


def test_slices_stand_weakest_first_with_intervals() -> None:
    whiskers, dots = figures.slice_dots(SLICES).data
    assert list(dots.x) == sorted(dots.x) and dots.y[0] == "brightness 10 to 90"
    assert whiskers.x[0] + whiskers.error_x.array[0] == pytest.approx(SLICES[0].accuracy.high)


def test_agreement_by_label_and_by_annotators() -> None:
    by = {trace.name: trace for trace in figures.agreement_dots(AGREEMENT).data if trace.name}
    assert list(by["by the label"].x) == [0.4, pytest.approx(140 / 150)]
    assert list(by["by most annotators"].x) == [0.44, pytest.approx(0.94)]


@pytest.mark.parametrize(("calibration", "first"), [(False, 0.7), (True, 0.03)])
def test_two_models_meet_the_same_harm_on_the_same_axes(calibration: bool, first: float) -> None:
    figure = figures.harm_curves(
        {"A": robustness(), "B": robustness("noise")}, calibration=calibration
    )
    assert len(figure.data) == 2 * len(KINDS)
    assert {trace.y[0] for trace in figure.data} == {first}
    assert all(len(trace.x) == 1 + len(SEVERITIES) for trace in figure.data)
    assert len({tuple(axis.range) for axis in figure.select_yaxes()}) == 1


def test_the_html_file_stands_alone() -> None:
    split = dataclasses.replace(SPLIT, slices=SLICES, agreement=AGREEMENT)
    left_out = (Finding("unreadable", "warning", "Images that cannot be read.", 2, ("<a>.png",)),)
    report = EvaluationReport({"private": split}, model="m", created="now", left_out=left_out)
    page = as_html(report, "My <b>model</b>", None, robustness())
    text = page.split("</head>")[1]
    assert "My &lt;b&gt;model" in page and "<b>model" not in page.replace("&lt;", "")
    assert "&lt;a&gt;.png" in text
    for words in ("76 of 100", "What harms it", "Left out of the figures", "brightness 10 to 90"):
        assert words in text
    assert text.count('class="plotly-graph-div"') == 7
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", page), "nothing is fetched"


def test_an_empty_split_makes_a_page_too() -> None:
    page = as_html(EvaluationReport({"test": counted_split({})}), "M")
    assert "no images" in page and "plotly-graph-div" not in page.split("</head>")[1]


def test_every_expression_has_its_row_in_the_html_file() -> None:
    page = as_html(EvaluationReport({"test": SPLIT}), "M")
    assert all(f"<td>{name.capitalize()}</td>" in page for name in EMOTIONS)
