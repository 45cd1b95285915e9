"""One model's evaluation on a page: figures, charts, a reading under each, and the numbers."""

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st
from plotly.graph_objects import Figure
from streamlit.delta_generator import DeltaGenerator

from fer_core.errors import ReportError
from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.split_report import SplitReport
from fer_core.labels import DISPLAY_NAMES, EMOTIONS
from ui import downloads, problems, resources
from ui.charts import readings
from ui.charts.draw import draw
from ui.charts.evaluation import Normalize, per_class_bars, reliability_diagram
from ui.charts.history import history_curves
from ui.charts.words import Measure, Metric, span
from ui.evaluation.subjects import Subject
from ui.widgets import figure, plain

MATRIX_SHARES: Final[dict[str, Normalize]] = {
    "By true label": "row",
    "By answer": "column",
    "Counts": "count",
}
METRICS: Final[dict[str, Metric]] = {"Recall": "recall", "Precision": "precision", "F1": "f1"}
METRIC_HELP = (
    "Recall: of the faces with this label, how many were called so. Precision: of the faces called "
    "so, how many have the label. F1: their harmonic mean."
)

Row = dict[str, str | float | int | None]


def headline_row(split: SplitReport) -> None:
    """Three figures with intervals, each with a sentence."""
    accuracy, balanced, neutral = st.columns(3, gap="large")
    with accuracy:
        sentence = "The share of all these faces that is answered as labelled."
        _figure("Accuracy", split.accuracy, sentence, percent=True)
    with balanced:
        sentence = "The mean recall of the expressions: each counts the same, however rare it is."
        _figure("Balanced accuracy", split.balanced_accuracy, sentence, percent=True)
    with neutral:
        sentence = readings.read_neutral_bias(split)
        _figure("Neutral-bias index", split.neutral_bias_index, sentence, percent=False)


def mirrored(accuracy: Estimate | None) -> None:
    """What a second look at each face would bring; nothing if that was not measured."""
    if accuracy is not None:
        st.caption(readings.read_mirrored(accuracy))


def confusion_words(split: SplitReport, key: str) -> None:
    """What stands under the matrix."""
    st.caption(readings.read_confusion(split))
    _numbers(_confusion_rows(split), f"{key}-confusion")


def per_class(split: SplitReport, metric: str, key: str) -> None:
    chart(
        per_class_bars(split, METRICS[metric]),
        readings.read_per_class(split, METRICS[metric]),
        _class_rows(split),
        f"{key}-classes",
    )


def calibration(split: SplitReport, key: str) -> None:
    rows: list[Row] = [
        {
            "confidence from": part.low,
            "to": part.high,
            "answers": part.count,
            "mean confidence": part.confidence,
            "right": part.accuracy,
        }
        for part in split.reliability
        if part.count
    ]
    reading = readings.read_calibration(split)
    chart(reliability_diagram(split), reading, rows, f"{key}-calibration")


def curves(stem: str, key: str, *, wide: bool) -> None:
    """Loss and accuracy of a training, beside each other if `wide`, or why not."""
    try:
        history = resources.history(stem)
    except ReportError as error:
        problems.show(error, "warning")
        return
    columns = ("epoch", "phase", "loss", "val_loss", "accuracy", "val_accuracy", "learning_rate")
    rows: list[Row] = [
        {name: getattr(history, name)[i] for name in columns} for i in range(len(history))
    ]
    loss, accuracy = st.columns(2, gap="large") if wide else (st.container(), st.container())
    measures: dict[Measure, DeltaGenerator] = {"loss": loss, "accuracy": accuracy}
    for measure, place in measures.items():
        with place:
            st.markdown(f"**{measure.capitalize()}**")
            reading = readings.read_curves(history, measure)
            draw(history_curves(history, measure), f"{key}-{measure}", reading)
            st.caption(reading)
    _numbers(rows, key)


def side_by_side(subjects: Sequence[Subject], draw: Callable[[Subject], object]) -> None:
    """Draws each subject in a column of its own; one takes the whole width."""
    for column, subject in zip(st.columns(len(subjects), gap="large"), subjects, strict=True):
        with column:
            if len(subjects) > 1:
                st.markdown(f"**{plain(subject.title)}**")
            draw(subject)


def _figure(name: str, estimate: Estimate | None, sentence: str, *, percent: bool) -> None:
    if estimate is None:
        st.html(figure(name, "not defined"))
        return
    factor, digits, unit = (100, 1, " %") if percent else (1, 2, "")
    st.html(figure(name, f"{factor * estimate.value:.{digits}f}{unit}"))
    if estimate.interval is not None:
        st.caption(f"95 % interval {span(*estimate.interval, share=percent)}")
    st.caption(sentence)


def chart(of: Figure, reading: str, rows: list[Row], key: str, *, say: bool = True) -> None:
    """A chart, its reading under it unless it was said already, and its numbers to unfold."""
    draw(of, key, reading)
    if say:
        st.caption(reading)
    _numbers(rows, key)


def _numbers(rows: list[Row], key: str) -> None:
    with st.expander("The numbers"):
        downloads.table(rows, key)


def _confusion_rows(split: SplitReport) -> list[Row]:
    return [
        {"true label": DISPLAY_NAMES[name], **dict(zip(_answers(), counts, strict=True))}
        for name, counts in zip(EMOTIONS, split.confusion_matrix, strict=True)
    ]


def _answers() -> list[str]:
    return [f"called {name}" for name in EMOTIONS]


def _class_rows(split: SplitReport) -> list[Row]:
    rows: list[Row] = []
    for name in EMOTIONS:
        scores = split.per_class[name]
        row: Row = {"expression": DISPLAY_NAMES[name], "faces": scores.support}
        for metric in METRICS.values():
            row |= cells(metric, getattr(scores, metric))
        rows.append(row)
    return rows


def cells(title: str, estimate: Estimate | None) -> Row:
    """A table's two cells for a figure: its value and its interval."""
    ends = None if estimate is None else estimate.interval
    return {
        title: None if estimate is None else round(estimate.value, 3),
        f"{title} 95 %": "" if ends is None else f"{ends[0]:.3f} to {ends[1]:.3f}",
    }
