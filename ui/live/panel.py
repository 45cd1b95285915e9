"""Beside the video: bars, figures and the message of the moment, twice a second."""

from __future__ import annotations

import streamlit as st

from ui.live import bars, states
from ui.live.session import LiveSession, Status
from ui.live.streamer import Camera

_FIGURES_HELP = (
    "The delay is the time from a frame's arrival at the app to its answer. "
    "The way from and to your browser comes on top."
)


def draw(camera: Camera) -> None:
    """Draws the panel, which then keeps itself up to date."""
    if camera.playing:
        _running(camera.session)
    else:
        _waiting(camera.starting)


def _waiting(starting: bool) -> None:
    bars.draw(None, None)
    st.markdown("Connecting …" if starting else states.BEFORE)


@st.fragment(run_every=0.5)
def _running(session: LiveSession) -> None:
    status = session.status()
    faces = status.latest.faces if status.latest else ()
    bars.draw(faces[0] if faces else None, len(faces))
    st.caption(_figures(status), help=_FIGURES_HELP)
    message = states.notice(status)
    # The place is always there, so that nothing moves when a message comes or goes.
    with st.container(key="live_notice", height=150, border=False):
        if message is not None:
            show = st.warning if message.kind == "warning" else st.info
            show(message.text)


def _figures(status: Status) -> str:
    if status.delay_ms is None:
        return "– frames a second analysed"
    return f"{status.analysed_fps:.0f} frames a second analysed · {status.delay_ms:.0f} ms delay"
