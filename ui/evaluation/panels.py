"""The panels of the audits: what "unsure" buys, hard faces, slices, harm, doubtful labels."""

from __future__ import annotations

from typing import Final

import streamlit as st

from fer_core.errors import ReportError
from fer_core.evaluation.audits.robustness import RobustnessReport, mean_corruption_error
from fer_core.labels import DISPLAY_NAMES
from ui import downloads, problems, resources
from ui.charts.draw import draw
from ui.charts.trust import figures, sentences
from ui.evaluation import behind, relabel
from ui.evaluation.subjects import OWN, Subject, data_faces
from ui.evaluation.view import Row, cells, chart
from ui.widgets import plain

REFERENCE: Final = "seed_recipe"
"""The network that harm is measured against."""
MOST_DOUBTS: Final = 500
_LAST: Final = 95  # percent


def unsure(subject: Subject) -> None:
    """The threshold, movable, on the curve of risk and coverage, and in words."""
    split = subject.split
    own = split.selective.unsure_below if split.selective else 0.0
    if not split.thresholds:
        st.info(plain(sentences.read_risk(split, own, subject.stem)), icon=":material/info:")
        return
    key, begin = f"{subject.key}-threshold", min(round(100 * own), _LAST)
    at = st.slider("“Unsure” below, %", 0, _LAST, begin, key=key)
    st.markdown(sentences.read_risk(split, at / 100))
    reading = sentences.read_risk(split, at / 100)
    rows: list[Row] = [
        {"unsure below": p.at, "answered": p.answered, "right": p.right} for p in split.thresholds
    ]
    chart(figures.risk_coverage(split, at / 100), reading, rows, f"{subject.key}-risk", say=False)
    if subject.stem and subject.stem == resources.chosen():
        _apply(at / 100, own)


def _apply(at: float, own: float) -> None:
    """Offers the threshold for what this visitor's other pages call unsure."""
    current = resources.threshold()
    if current is not None:
        st.caption(f"On your pages “unsure” begins below {100 * current:.0f} % now.")
    with st.container(horizontal=True):
        if st.button("Use this threshold on my pages", disabled=current == at):
            resources.set_threshold(at)
            st.rerun()
        if current is not None and st.button(f"Back to the model's own, {100 * own:.0f} %"):
            resources.set_threshold(None)
            st.rerun()


def hard_faces(subject: Subject) -> None:
    """Accuracy by how far the annotators agree, and by what the faces look like."""
    split = subject.split
    st.markdown("**Hard faces or bad answers**")
    if split.agreement or subject.part != OWN:
        reading = sentences.read_agreement(split.agreement, subject.stem)
        if split.agreement:
            rows: list[Row] = [
                {
                    "annotators": figures.agreement_name(part),
                    "faces": part.n,
                    **cells("right by the label", part.accuracy),
                    **cells("right by most annotators", part.by_annotators),
                }
                for part in split.agreement
            ]
            chart(
                figures.agreement_dots(split.agreement), reading, rows, f"{subject.key}-agreement"
            )
        else:
            st.info(plain(reading), icon=":material/info:")
    else:
        st.caption("Nobody else has labelled these pictures, so that the two cannot be told apart.")
    st.markdown("**Weakest first**")
    reading = sentences.read_slices(split.slices)
    if not split.slices:
        st.caption(reading)
        return
    table: list[Row] = [
        {"slice": figures.slice_name(part), "faces": part.n, **cells("right", part.accuracy)}
        for part in sorted(split.slices, key=lambda part: part.accuracy.value)
    ]
    chart(figures.slice_dots(split.slices), reading, table, f"{subject.key}-slices")


def harm(stems: list[str]) -> None:
    """What harms a network: curves of one or two models in the same charts."""
    reports = {}
    for stem in stems:
        try:
            reports[stem] = resources.robustness(stem)
        except ReportError as error:
            problems.show(error, "info")
    if not reports:
        return
    st.caption(
        "PublicTest's faces, harmed in five steps; every model meets the same harm, and none was "
        "tuned on it."
    )
    what = st.segmented_control(
        "Figure", ["Accuracy", "Calibration error"], default="Accuracy", required=True,
        key="harm-figure",
    )  # fmt: skip
    titled = {resources.title(stem): report for stem, report in reports.items()}
    readings = [
        f"{resources.title(stem)}: {sentences.read_harm(report)} {_relative(stem, report)}".strip()
        for stem, report in reports.items()
    ]
    figure = figures.harm_curves(titled, calibration=what == "Calibration error")
    draw(figure, "harm", " ".join(readings))
    for reading in readings:
        st.caption(plain(reading))
    with st.expander("The numbers"):
        downloads.table(_harm_rows(titled), "harm")


def doubtful(subject: Subject) -> None:
    """Labels that other images contradict, as faces and as a table."""
    try:
        found = resources.doubts(subject.stem)
    except ReportError as error:
        problems.show(error, "info")
        return
    images = resources.images_of(subject.stem)
    st.markdown(sentences.read_doubts(len(found), images or len(found)))
    names = ["Any label", *DISPLAY_NAMES.values()]
    label = st.selectbox("Labelled", [n for n in names if n != "Unsure"], key="doubts-label")
    shown = [d for d in found if label in ("Any label", DISPLAY_NAMES[d.label])]
    look_up = data_faces()
    if look_up is None:
        behind.say_how()
    else:
        relabel.draw(shown, look_up, resources.recognizer(subject.stem))
    rows: list[Row] = [
        {
            "file": d.path,
            "label": d.label,
            "suggested": d.suggested,
            "probability of the label": d.label_probability,
            "of the suggestion": d.suggested_probability,
            "your label": relabel.said().get(d.path, ""),
        }
        for d in shown[:MOST_DOUBTS]
    ]
    with st.expander(f"As a table (the first {MOST_DOUBTS})"):
        downloads.table(rows, "doubts")


def _relative(stem: str, report: RobustnessReport) -> str:
    if stem == REFERENCE:
        return ""
    try:
        reference = resources.robustness(REFERENCE)
    except ReportError:
        return ""
    error = mean_corruption_error(report, reference)
    return sentences.read_relative(error, resources.title(REFERENCE))


def _harm_rows(reports: dict[str, RobustnessReport]) -> list[Row]:
    return [
        {
            "model": title,
            "harm": cell.kind,
            "severity": cell.severity,
            "faces": cell.n,
            **cells("right", cell.accuracy),
            **cells("calibration error", cell.calibration_error),
        }
        for title, report in reports.items()
        for cell in report.cells
    ]
