"""The camera: each face boxed with its apparent expression, the seven probabilities beside it."""

import streamlit as st

from ui import frame, resources
from ui.live import controls, panel, streamer, words
from ui.live.components import camera, connection_test


def _busy() -> None:
    st.warning(words.BUSY, icon=":material/hourglass_empty:")
    with st.container(horizontal=True):
        st.button("Try again", on_click=streamer.forget_refusal)
        st.page_link("pages/photos.py", label="Use photos", icon=":material/photo_library:")


def _live() -> None:
    recognizer = resources.recognizer()
    camera.watch()
    video, numbers = st.columns([3, 2], gap="large")
    settings = controls.draw(recognizer.card.unsure_below)
    with video, st.container(key=camera.FRAME):
        running = streamer.draw(recognizer, settings)
    with video:
        panel.buttons(running)
    with numbers:
        panel.beside(running)
    panel.below(running, recognizer.card.title)
    connection_test.draw()


frame.header("Live", words.LEAD)
if streamer.was_refused():
    _busy()
else:
    _live()
