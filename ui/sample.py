"""The app's own sample: a portrait in the public domain, and the network's answer for it."""

from pathlib import Path

import streamlit as st

from fer_core.images import decode
from fer_core.recognition.drawing import annotate
from fer_core.types import FaceEmotion, RGBImage
from ui import resources

SAMPLE = Path(__file__).parent / "assets" / "eileen_collins.jpg"
CREDIT = "Eileen Collins, NASA astronaut. Portrait by NASA, public domain."


def answer() -> tuple[RGBImage, list[FaceEmotion]]:
    """The annotated portrait and its faces, through the same pipeline as any photo.

    Raises ModelError.
    """
    return _answer(resources.model_card().files[".tflite"]["sha256"])


# Not an upload: this one picture is the app's own, so that all sessions may share its result.
@st.cache_resource(show_spinner="Looking at the sample …", max_entries=2)
def _answer(network: str) -> tuple[RGBImage, list[FaceEmotion]]:
    image = decode(SAMPLE.read_bytes())
    faces = resources.recognizer().analyze(image)
    return annotate(image, faces), faces
