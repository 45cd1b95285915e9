"""Around the video: bars, figures and the message of the moment, and the last minute below."""

from __future__ import annotations

import streamlit as st

from ui.live import controls, states, summary
from ui.live.components import bars, figures, snapshot, timeline
from ui.live.components.camera import NOTICE
from ui.live.pipeline.session import LiveSession
from ui.live.streamer import Camera


def beside(camera: Camera) -> None:
    """The seven probabilities; they then keep themselves up to date."""
    if camera.on:
        _running(camera.session)
    else:
        said = states.saying(states.Facts(False, camera.session.status()))
        bars.draw(None, said.title)
        with st.container(key=NOTICE):
            st.markdown(said.notice)


def buttons(camera: Camera) -> None:
    """What can be done while the camera runs."""
    if not camera.on:
        return
    # The place is there from the click on, so that nothing moves when the picture comes.
    with st.container(horizontal=True, key="live_buttons", height=60, border=False):
        if camera.playing:
            snapshot.button()
            controls.buttons(camera.session)


def below(camera: Camera) -> None:
    """The last minute while the camera runs; afterwards what it showed."""
    if camera.playing:
        _last_minute(camera.session)
        controls.last_note(camera.session)
    elif camera.recorded is not None and not camera.starting:
        summary.draw(camera.recorded)


@st.fragment(run_every=0.5)
def _running(session: LiveSession) -> None:
    _draw(states.Facts(True, session.status()))


def _draw(facts: states.Facts) -> None:
    said = states.saying(facts)
    face = controls.current_face(facts.faces) if said.figures else None
    bars.draw(face, states.title(said, face))
    controls.face_choice(facts.faces if said.figures else ())
    rate = states.figures(facts.status) if said.figures else ""
    figures.draw(rate, facts.status.passing_ms)
    # The place is always there, so that nothing moves when a message comes or goes.
    with st.container(key=NOTICE, height=130, border=False):
        if said.notice:
            show = st.warning if said.kind == "warning" else st.info
            show(said.notice)


# A chart costs more than bars do: it is drawn half as often.
@st.fragment(run_every=1.0)
def _last_minute(session: LiveSession) -> None:
    latest = session.latest()
    face = controls.current_face(latest.faces if latest else ())
    timeline.draw(session.record, face.number if face else None)
