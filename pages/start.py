"""What this is, and three ways in; a sample result is there without a click."""

import streamlit as st

from fer_core import chart_readings, charts
from fer_core.errors import FerError, ReportError
from fer_core.report import SplitReport
from ui import charts as drawn
from ui import frame, resources, sample
from ui.widgets import answer_line, plain

THUMBNAIL = 420  # pixels high


def _ways_in() -> None:
    camera, photos, trust = st.columns(3, border=True)
    with camera:
        st.subheader("Try the camera", anchor=False)
        st.markdown("Your face on the screen, boxed and named, many times a second.")
        st.page_link("pages/live.py", label="Open the camera page", icon=":material/videocam:")
    with photos:
        st.subheader("Try photos", anchor=False)
        st.markdown("Drop in pictures; take the results home as a table.")
        st.page_link("pages/photos.py", label="Open the photo page", icon=":material/image:")
    with trust:
        st.subheader("See how far to trust it", anchor=False)
        st.markdown(_trust())
        st.page_link(
            "pages/evaluation.py", label="Open the evaluation", icon=":material/query_stats:"
        )


def _trust() -> str:
    split = _headline_split()
    if split is None or split.accuracy is None:
        return "The network has not been evaluated yet."
    return (
        f"Right for **{100 * split.accuracy.value:.0f} of 100** faces of a test that nothing was "
        "chosen on."
    )


def _headline_split() -> SplitReport | None:
    try:
        report = resources.report()
        return report.splits.get("private") or next(iter(report.splits.values()))
    except ReportError:
        return None


def _sample() -> None:
    picture, faces = sample.answer()
    left, right = st.columns(2, gap="large")
    with left:
        st.image(picture, width="stretch", caption=sample.CREDIT)
    with right:
        for face in faces:
            st.markdown(f"**{answer_line(face)}**")
            drawn.draw(charts.probability_bars(face.probabilities), "bars")
        st.caption("The network's probabilities for the seven expressions it knows.")


def _thumbnail(split: SplitReport) -> None:
    st.subheader("What it takes for what", anchor=False)
    figure = charts.confusion_heatmap(split).update_layout(height=THUMBNAIL)
    drawn.draw(figure, "thumbnail")
    st.caption(chart_readings.read_confusion(split))


frame.header(
    "Apparent expression",
    "Point a camera at a face, or drop in a photo, and see which of seven expressions it *shows*. "
    "It cannot tell what anybody feels. Everything stays on this computer.",
)
_ways_in()
try:
    _sample()
except FerError as error:
    st.error(plain(str(error)), icon=":material/error:")
if (found := _headline_split()) is not None:
    _thumbnail(found)
