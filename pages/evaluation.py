"""How far to trust the answers: every figure comes from the models' report files."""

import streamlit as st

from fer_core.errors import ReportError
from fer_core.evaluation.report import EvaluationReport
from ui import ablation_view, frame, resources
from ui import evaluation_view as view
from ui.charts import readings
from ui.widgets import SPLIT_SENTENCES, SPLIT_TITLES, plain, split_line


def _reports(stems: list[str]) -> dict[str, EvaluationReport]:
    """The readable reports; a message in place of each other."""
    reports = {}
    for stem in stems:
        try:
            reports[stem] = resources.report(stem)
        except ReportError as error:
            st.error(plain(str(error)), icon=":material/error:")
    return reports


def _choose_models() -> list[str]:
    """One stem, or two to compare."""
    names = resources.report_names()
    first, second = st.columns(2)
    model = first.selectbox("Model", names, format_func=resources.title)
    others = [name for name in names if name != model]
    other = second.selectbox(
        "Compare with",
        others,
        index=None,
        format_func=resources.title,
        placeholder="No other model" if others else "There is no other report",
        disabled=not others,
        help="Every chart then shows both models side by side.",
    )
    return [name for name in (model, other) if name]


def _choose_split(reports: dict[str, EvaluationReport]) -> str | None:
    first, *others = reports.values()
    common = [name for name in first.splits if all(name in other.splits for other in others)]
    names = [name for name in SPLIT_TITLES if name in common]
    names += [name for name in common if name not in SPLIT_TITLES]
    if not names:
        st.info("These two reports have no test images in common.", icon=":material/info:")
        return None
    return st.selectbox(
        "Test images",
        names,
        format_func=lambda name: split_line(name, first.splits[name].n),
    )


def _remarks(reports: dict[str, EvaluationReport], split_name: str) -> None:
    """What to know before comparing or quoting the figures."""
    remarks = [SPLIT_SENTENCES.get(split_name, "")]
    if split_name.startswith("private"):
        remarks += [
            f"It was looked at {_times(report.private_reads)} for {plain(resources.title(stem))}."
            for stem, report in reports.items()
            if report.private_reads
        ]
    st.caption(" ".join(remarks))
    if len({report.data_sha256 for report in reports.values()}) > 1:
        st.warning(
            "These models were evaluated on different data sets: their figures cannot be compared.",
            icon=":material/warning:",
        )


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n:,} times")


def _show(reports: dict[str, EvaluationReport], split_name: str) -> None:
    stems = list(reports)
    splits = {stem: report.splits[split_name] for stem, report in reports.items()}
    _remarks(reports, split_name)
    for stem in stems:
        if len(stems) > 1:
            st.markdown(f"**{plain(resources.title(stem))}**")
        view.headline_row(splits[stem])
        view.mirrored(reports[stem].mirrored_accuracy.get(split_name))

    matrix, bars = st.columns([3, 2], gap="large") if len(stems) == 1 else (st.container(),) * 2
    with matrix:
        st.subheader("What is taken for what", anchor=False)
        shares = st.segmented_control(
            "Shares", list(view.MATRIX_SHARES), default="By true label", required=True
        )
        view.side_by_side(stems, lambda stem: view.confusion(splits[stem], shares, stem))
    with bars:
        st.subheader("Each expression, hardest first", anchor=False)
        metric = st.segmented_control(
            "Figure", list(view.METRICS), default="Recall", required=True, help=view.METRIC_HELP
        )
        view.side_by_side(stems, lambda stem: view.per_class(splits[stem], metric, stem))

    st.subheader("Neutral, fear and surprise", anchor=False)
    view.side_by_side(
        stems,
        lambda stem: st.markdown(
            f"- {readings.read_neutral_bias(splits[stem])}\n"
            f"- {readings.read_fear_surprise(splits[stem])}"
        ),
    )
    st.subheader("Is it as often right as it is sure?", anchor=False)
    view.side_by_side(stems, lambda stem: view.calibration(splits[stem], stem))
    st.subheader("How it was trained", anchor=False)
    view.side_by_side(stems, lambda stem: view.curves(stem, stem, wide=len(stems) == 1))


frame.header(
    "Evaluation",
    "How often the network is right on faces it was not trained on, and where it goes wrong.",
)
if not resources.report_names():
    st.info(
        "There is no evaluation report yet. Write one with `python scripts/evaluate.py`.",
        icon=":material/info:",
    )
elif (readable := _reports(_choose_models())) and (chosen_split := _choose_split(readable)):
    _show(readable, chosen_split)
ablation_view.section()
