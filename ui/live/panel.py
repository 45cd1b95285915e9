"""Around the video: bars, figures and the message of the moment, and the last minute below."""

from __future__ import annotations

import streamlit as st

from ui.live import controls, summary, words
from ui.live.components import bars, snapshot, timeline
from ui.live.pipeline.session import LiveSession, Status
from ui.live.streamer import Camera

_FIGURES_HELP = (
    "The delay is the time from a frame's arrival at the app to its answer. "
    "The way from and to your browser comes on top."
)


def beside(camera: Camera) -> None:
    """The seven probabilities; they then keep themselves up to date."""
    if camera.playing:
        _running(camera.session)
    else:
        _waiting(camera.starting)


def buttons(camera: Camera) -> None:
    """What can be done with the picture while the camera runs."""
    # The place is always there, so that nothing moves at the start.
    with st.container(horizontal=True, key="live_buttons", height=60, border=False):
        if camera.playing:
            snapshot.button()
            controls.pause_button(camera.session)


def below(camera: Camera, model: str) -> None:
    """The last minute while the camera runs; afterwards what it showed.

    Args:
        model: The name of the model in use, for the downloads.
    """
    if camera.playing:
        _last_minute(camera.session)
    elif camera.recorded is not None and not camera.starting:
        summary.draw(camera.recorded.record, model, camera.recorded.settings.to_dict())


def _waiting(starting: bool) -> None:
    bars.draw(None, None)
    st.markdown("Connecting …" if starting else words.BEFORE)


@st.fragment(run_every=0.5)
def _running(session: LiveSession) -> None:
    status = session.status()
    faces = status.latest.faces if status.latest else ()
    bars.draw(controls.current_face(faces), None if status.paused else len(faces))
    controls.face_choice(faces)
    st.caption(_figures(status), help=_FIGURES_HELP)
    message = words.notice(status)
    # The place is always there, so that nothing moves when a message comes or goes.
    with st.container(key="live_notice", height=130, border=False):
        if message is not None:
            show = st.warning if message.kind == "warning" else st.info
            show(message.text)


# A chart costs more than bars do: it is drawn half as often.
@st.fragment(run_every=1.0)
def _last_minute(session: LiveSession) -> None:
    latest = session.latest()
    face = controls.current_face(latest.faces if latest else ())
    timeline.draw(session.record, face.number if face else None)


def _figures(status: Status) -> str:
    if status.delay_ms is None:
        return "– frames a second analysed"
    return f"{status.analysed_fps:.0f} frames a second analysed · {status.delay_ms:.0f} ms delay"
