"""How far to trust the answers: every figure comes from the models' report files."""

import streamlit as st

from fer_core import chart_readings
from fer_core.errors import ReportError
from fer_core.evaluation import EvaluationReport
from ui import evaluation_view as view
from ui import frame, resources
from ui.widgets import SPLIT_SENTENCES, SPLIT_TITLES, plain


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
    names = resources.report_names()
    chosen = st.multiselect(
        "Model",
        names,
        default=names[:1],
        format_func=resources.title,
        max_selections=2,
        help="Choose a second one, and every chart shows both side by side.",
    )
    return list(chosen)


def _choose_split(reports: dict[str, EvaluationReport]) -> str:
    common = set.intersection(*(set(report.splits) for report in reports.values()))
    names = [name for name in SPLIT_TITLES if name in common]
    return str(
        st.selectbox(
            "Test images",
            names,
            index=names.index("private") if "private" in names else 0,
            format_func=lambda name: SPLIT_TITLES[name],
        )
    )


def _show(reports: dict[str, EvaluationReport], split_name: str) -> None:
    stems = list(reports)
    splits = {stem: report.splits[split_name] for stem, report in reports.items()}
    st.caption(SPLIT_SENTENCES[split_name])

    for stem in stems:
        if len(stems) > 1:
            st.markdown(f"**{plain(resources.title(stem))}**")
        view.headline_row(splits[stem])

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
            f"- {chart_readings.read_neutral_bias(splits[stem])}\n"
            f"- {chart_readings.read_fear_surprise(splits[stem])}"
        ),
    )
    st.subheader("Is it as often right as it is sure?", anchor=False)
    view.side_by_side(stems, lambda stem: view.calibration(splits[stem], stem))
    st.subheader("How it was trained", anchor=False)
    view.side_by_side(stems, lambda stem: view.curves(stem, stem))


frame.header(
    "Evaluation",
    "How often the network is right on faces it was not trained on, and where it goes wrong.",
)
if not resources.report_names():
    st.info(
        "There is no evaluation report yet. Write one with `python scripts/evaluate.py`.",
        icon=":material/info:",
    )
    st.stop()
left, right = st.columns(2)
with left:
    models = _choose_models()
if not models:
    st.info("Choose a model to see its figures.", icon=":material/info:")
    st.stop()
readable = _reports(models)
if not readable:
    st.stop()
with right:
    chosen_split = _choose_split(readable)
_show(readable, chosen_split)
