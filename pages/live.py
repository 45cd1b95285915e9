"""The camera: each face boxed with its apparent expression, the seven probabilities beside it."""

import streamlit as st

from ui import frame, problems, resources
from ui.live import controls, panel, streamer, words
from ui.live.components import camera, connection_test


def _busy() -> None:
    st.warning(words.BUSY, icon=":material/hourglass_empty:")
    with st.container(horizontal=True):
        st.button("Try again", on_click=streamer.forget_refusal)
        st.page_link("pages/photos.py", label="Use photos", icon=":material/photo_library:")


def _live() -> None:
    recognizer = resources.recognizer()
    video, numbers = st.columns([3, 2], gap="large")
    participant, settings = controls.draw(recognizer)
    with video, st.container(key=camera.FRAME):
        running = streamer.draw(recognizer, settings, participant)
    with video:
        panel.buttons(running)
    with numbers, st.container(key=camera.BESIDE):
        camera.watch(running.unsaved)
        panel.beside(running)
    panel.below(running)
    problems.tell_of_detector(recognizer)
    connection_test.draw()


frame.header("Live", words.LEAD)
if streamer.was_refused():
    _busy()
else:
    _live()
