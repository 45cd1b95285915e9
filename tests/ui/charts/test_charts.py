import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from made_figures import history_of, probabilities_of, split_of

from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.metrics import evaluate_split
from fer_core.evaluation.split_report import ClassScores, SplitReport
from fer_core.labels import COLORS, DISPLAY_NAMES, EMOTIONS, FEAR, SURPRISE
from fer_core.recognition.label_tiles import contrast, from_hex
from ui.charts.evaluation import confusion_heatmap, per_class_bars, reliability_diagram
from ui.charts.history import history_curves
from ui.charts.style import blue, ink_on, with_text_color

ROOT = Path(__file__).resolve().parents[3]
SAD = EMOTIONS.index("sad")
NAMES = tuple(DISPLAY_NAMES[name] for name in EMOTIONS)


# Angry: 2 of 2. Fear: 1 of 4, two called surprise, one sad. Surprise: 3 of 4. No other images.
SPLIT = split_of([0, 0, 2, 2, 2, 2, 5, 5, 5, 5], [0, 0, 2, 5, 5, 4, 5, 5, 5, 0])
EMPTY = split_of([], [])
HISTORY = history_of(
    4,
    phase=("warm-up", *["fine-tuning"] * 3),
    loss=(1.9, 1.5, 1.2, 1.0),
    accuracy=(0.2, 0.4, 0.6, 0.7),
    val_loss=(1.8, 1.4, 1.3, 1.35),
    val_accuracy=(0.3, 0.45, 0.58, 0.55),
)


def _without_intervals(split: SplitReport) -> SplitReport:
    def bare(estimate: Estimate | None) -> Estimate | None:
        return None if estimate is None else Estimate(estimate.value)

    scores = {
        name: ClassScores(bare(s.precision), bare(s.recall), bare(s.f1), s.support)
        for name, s in split.per_class.items()
    }
    return replace(split, per_class=scores, reliability=())


FIGURES: dict[str, Callable[[], go.Figure]] = {
    **{
        f"{kind} matrix of {name}": lambda s=split, k=kind: confusion_heatmap(s, k)
        for kind in ("count", "row", "column")
        for name, split in (("some", SPLIT), ("none", EMPTY))
    },
    **{
        f"{metric} of {name}": lambda s=split, m=metric: per_class_bars(s, m)
        for metric in ("recall", "precision", "f1")
        for name, split in (("some", SPLIT), ("none", EMPTY), ("bare", _without_intervals(SPLIT)))
    },
    "reliability": lambda: reliability_diagram(SPLIT),
    "reliability of none": lambda: reliability_diagram(EMPTY),
    "reliability without bins": lambda: reliability_diagram(_without_intervals(SPLIT)),
    "loss": lambda: history_curves(HISTORY, "loss"),
    "accuracy": lambda: history_curves(HISTORY, "accuracy"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_lets_the_page_show_through_and_set_its_text(name: str) -> None:
    figure = json.loads(FIGURES[name]().to_json())
    layout = {key: value for key, value in figure["layout"].items() if key != "template"}
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0, 0, 0, 0)"
    assert "width" not in layout
    assert all(layout[axis]["automargin"] for axis in ("xaxis", "yaxis"))
    if "matrix" in name:  # whose annotations stand on filled cells
        layout.pop("annotations")
    assert not list(_font_colors(layout))


def _font_colors(value: object) -> Iterator[object]:
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key.endswith("font") and "color" in inner:
            yield inner["color"]
        yield from _font_colors(inner)
    for inner in value if isinstance(value, list) else ():
        yield from _font_colors(inner)


def test_the_pages_text_color_reaches_every_axis() -> None:
    layout = with_text_color(reliability_diagram(SPLIT), "#22262A").layout
    assert layout.font.color == "#22262A"
    for axis in (layout.xaxis, layout.yaxis, layout.yaxis2):
        assert axis.tickfont.color == axis.title.font.color == "#22262A"


def _contrast(one: str, other: str) -> float:
    return contrast(from_hex(one), from_hex(other))


@pytest.mark.parametrize(
    ("one", "other", "expected"),  # the last: WebAIM's contrast checker
    [("#000000", "#FFFFFF", 21), ("#777777", "#FFFFFF", 4.48), ("#0072B2", "#FFFFFF", 5.19)],
)
def test_contrast_as_others_compute_it(one: str, other: str, expected: float) -> None:
    assert _contrast(one, other) == pytest.approx(expected, abs=0.01)


def test_cell_text_reads_at_every_depth_and_deeper_is_darker() -> None:
    shades = [blue(share) for share in np.linspace(0, 1, 101)]
    assert min(_contrast(shade, ink_on(shade)) for shade in shades) >= 4.5
    lights = [_contrast(shade, "#000000") for shade in shades]
    assert lights == sorted(lights, reverse=True)
    assert lights[0] > 17 and lights[-1] < 2.6


@pytest.mark.parametrize(
    ("normalize", "depth", "text", "hover"),
    [
        (
            "row",
            2 / 4,
            "<b>50 %</b><br>2",
            "2 of 4 fearful faces were called surprised (50 %)",
        ),
        (
            "count",
            2 / 4,  # of the largest class
            "<b>2</b><br>50 %",
            "2 of 4 fearful faces were called surprised (50 %)",
        ),
        (
            "column",
            2 / 5,
            "<b>40 %</b><br>2",
            "2 of 5 faces called surprised were<br>fearful by label (40 %)",
        ),
    ],
)
def test_matrix_cell(normalize: str, depth: float, text: str, hover: str) -> None:
    figure = confusion_heatmap(SPLIT, normalize)
    heat, markers = figure.data
    assert tuple(heat.x) == tuple(heat.y) == NAMES
    assert heat.z[FEAR][SURPRISE] == pytest.approx(depth)
    cell = 7 * FEAR + SURPRISE
    assert (markers.x[cell], markers.y[cell]) == ("Surprise", "Fear")
    assert (tuple(markers.customdata[cell]), markers.hovertext[cell]) == ((FEAR, SURPRISE), hover)
    words = figure.layout.annotations[cell]
    assert (words.x, words.y, words.text) == ("Surprise", "Fear", text)
    assert words.font.color == ink_on(blue(depth))


def test_matrix_has_the_first_label_on_top() -> None:
    layout = confusion_heatmap(SPLIT).layout
    assert tuple(layout.yaxis.range) == (6.5, -0.5), "no room but for the seven"
    assert tuple(layout.xaxis.range) == (-0.5, 6.5)
    assert (layout.yaxis.title.text, layout.xaxis.title.text) == (
        "True label",
        "The network's answer",
    )


@pytest.mark.parametrize(
    ("normalize", "row", "column", "hover"),
    [
        ("row", FEAR, SAD, "1 of 4 fearful faces was called sad (25 %)"),
        ("row", SAD, FEAR, "This split has no sad faces."),
        ("column", FEAR, SAD, "1 of 1 face called sad was<br>fearful by label (100 %)"),
        ("column", FEAR, 3, "No face was called happy."),
    ],
)
def test_matrix_words_for_ones_and_nothing(
    normalize: str, row: int, column: int, hover: str
) -> None:
    assert confusion_heatmap(SPLIT, normalize).data[1].hovertext[7 * row + column] == hover


@pytest.mark.parametrize(
    ("metric", "labels"),
    [
        (
            "recall",
            "Fear 25 %,Surprise 75 %,Angry 100 %,Disgust –,Happy –,Sad –,Neutral –",
        ),
        (
            "precision",
            "Sad 0 %,Surprise 60 %,Angry 67 %,Fear 100 %,Disgust –,Happy –,Neutral –",
        ),
        ("f1", "Fear 40 %,Surprise 67 %,Angry 80 %,Disgust –,Happy –,Sad –,Neutral –"),
    ],
)
def test_bars_have_the_hardest_on_top_and_their_own_colours(metric: str, labels: str) -> None:
    figure = per_class_bars(SPLIT, metric)
    bars = figure.data[0]
    assert ",".join(bars.y) == labels
    assert figure.layout.yaxis.autorange == "reversed"
    names = [label.split(" ")[0].lower() for label in bars.y]
    assert list(bars.marker.color) == [COLORS[name] for name in names]


def test_bars_carry_their_intervals() -> None:
    figure = per_class_bars(SPLIT, "recall")
    fear = SPLIT.per_class["fear"].recall
    assert fear is not None and fear.low is not None and fear.high is not None
    for whiskers in figure.data[1:]:
        place = whiskers.y.index("Fear 25 %")
        assert whiskers.x[place] + whiskers.error_x.array[place] == pytest.approx(fear.high)
        assert whiskers.x[place] - whiskers.error_x.arrayminus[place] == pytest.approx(fear.low)
        assert len(whiskers.x) == 3, "absent expressions have none"
    assert figure.data[0].hovertext[0] == (
        "25 % of 4 fearful faces recognised<br>(95\u00a0% interval 4.6\u00a0to\u00a069.9\u00a0%)"
    )


def test_bars_without_intervals_in_the_report() -> None:
    figure = per_class_bars(_without_intervals(SPLIT), "recall")
    assert [len(whiskers.x) for whiskers in figure.data[1:]] == [0, 0]
    assert figure.data[0].hovertext[0] == "25 % of 4 fearful faces recognised"


def test_reliability_shows_every_bin_with_its_count() -> None:
    rows = probabilities_of([0] * 5 + [1] * 3, 0.9)
    rows[7] = probabilities_of([1], 0.4)
    figure = reliability_diagram(evaluate_split(np.zeros(8, int), rows))
    points = next(trace for trace in figure.data if trace.mode == "lines+markers")
    counts = next(trace for trace in figure.data if trace.type == "bar")
    assert list(points.x) == pytest.approx([0.4, 0.9])
    assert list(points.y) == pytest.approx([0, 5 / 7])
    assert list(counts.text) == ["1", "7"]
    assert list(counts.y) == [1, 7]
    assert figure.layout.yaxis2.range[1] > 7


@pytest.mark.parametrize(
    ("measure", "training", "validation", "hover"),
    [
        ("loss", HISTORY.loss, HISTORY.val_loss, "1.350, 0.350 above training"),
        ("accuracy", HISTORY.accuracy, HISTORY.val_accuracy, "55.0 %, 15.0 points below training"),
    ],
)
def test_curves(
    measure: str, training: tuple[float, ...], validation: tuple[float, ...], hover: str
) -> None:
    figure = history_curves(HISTORY, measure)
    ours, theirs = figure.data
    assert (ours.name, theirs.name) == ("Training", "Validation")
    assert (ours.y, theirs.y) == (training, validation)
    assert ours.line.dash != theirs.line.dash and ours.line.color != theirs.line.color
    assert theirs.fill == "tonexty"
    assert theirs.text[-1] == hover


def test_curves_shade_and_name_the_phases() -> None:
    layout = history_curves(HISTORY).layout
    assert [(s.x0, s.x1) for s in layout.shapes] == [(0.5, 1.5), (1.5, 4.5)]
    assert layout.shapes[0].fillcolor != layout.shapes[1].fillcolor
    assert [a.text for a in layout.annotations] == ["warm-up", "fine-tuning"]
    assert [a.textangle for a in layout.annotations] == [0, 0]


def test_short_phases_have_upright_names() -> None:
    long = history_of(40, phase=("warm-up", *["fine-tuning"] * 39))
    assert [a.textangle for a in history_curves(long).layout.annotations] == [-90, 0]


def test_drawing_a_report_needs_no_scikit_learn() -> None:
    modules = "ui.charts.ablation, ui.charts.evaluation, ui.charts.readings"
    code = f"import sys, {modules}; print('sklearn' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"
