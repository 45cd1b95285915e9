"""The camera: each face boxed with its apparent expression, the seven probabilities beside it."""

import streamlit as st

from ui import frame, resources
from ui.live import camera, panel, states, streamer


def _busy() -> None:
    st.warning(states.BUSY, icon=":material/hourglass_empty:")
    with st.container(horizontal=True):
        st.button("Try again", on_click=streamer.forget_refusal)
        st.page_link("pages/photos.py", label="Use photos", icon=":material/photo_library:")


def _live() -> None:
    recognizer = resources.recognizer()
    camera.watch()
    video, numbers = st.columns([3, 2], gap="large")
    with video, st.container(key=camera.FRAME):
        running = streamer.draw(recognizer)
    with numbers:
        panel.draw(running)


frame.header("Live", states.LEAD)
if streamer.was_refused():
    _busy()
else:
    _live()
