"""What this is, and three ways in; a sample result is there without a click."""

import streamlit as st

from fer_core.errors import ModelError, ReportError
from fer_core.evaluation.report import EvaluationReport
from fer_core.recognition.drawing import caption
from ui import frame, model_choice, resources, sample, thumbnail
from ui.photos import faces as face_view
from ui.widgets import SPLIT_KINDS


def _ways_in() -> None:
    """Three cards, each of which is its first link as a whole (frame.css)."""
    with st.container(key="ways"):
        camera, photos, trust = st.columns(3, border=True)
    with camera:
        st.header("Try the camera", anchor=False)
        st.markdown("Your face on the screen, boxed and named, many times a second.")
        st.page_link("pages/live.py", label="Open the camera page", icon=":material/videocam:")
    with photos:
        st.header("Try photos or a film", anchor=False)
        st.markdown("Drop them in; take the results home as a table.")
        with st.container(horizontal=True):
            st.page_link("pages/photos.py", label="Open the photo page", icon=":material/image:")
            st.page_link("pages/films.py", label="Films", icon=":material/movie:")
    with trust:
        st.header("See how far to trust it", anchor=False)
        _trust()
        st.page_link(
            "pages/evaluation.py", label="Open the evaluation", icon=":material/query_stats:"
        )


def _trust() -> None:
    """The figure of the foot, whichever of report and card has it."""
    report = _report()
    found = resources.headline_figure()
    if found is None:
        st.markdown("The network has not been evaluated yet.")
        return
    name, accuracy, _ = found
    words = f"Right for **{100 * accuracy.value:.0f} of 100** {SPLIT_KINDS.get(name, 'faces')}."
    if report is None or name not in report.splits:
        st.markdown(words)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="trust"):
        st.markdown(words, width="content")
        thumbnail.show(report.splits[name])


def _report() -> EvaluationReport | None:
    try:
        return resources.report()
    except ReportError:
        return None


def _sample() -> None:
    st.header("A sample", anchor=False)
    picture, faces = sample.answer()
    left, right = st.columns(2, gap="large")
    with left, st.container(key="sample-picture"):
        words = [caption(face, number) for number, face in enumerate(faces, start=1)]
        alt = ", ".join(["Portrait, its face boxed", *words])
        st.image(picture, width="stretch", caption=sample.CREDIT, alt=alt)
    with right, st.container(key="sample-faces"):
        face_view.show(faces)
        st.caption("The network's probabilities for the seven expressions it knows.")


frame.header(
    "Apparent expression",
    "Point a camera at a face, or drop in a photo or film, and see which of seven expressions it "
    "shows. It cannot tell what anybody feels. Everything stays on this computer.",
)
_ways_in()
try:
    _sample()
except ModelError as error:
    model_choice.in_its_place(error)
