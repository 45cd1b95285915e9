"""The camera on the page: streamlit-webrtc, wired to one session of the shared pipeline."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st
from streamlit_webrtc import WebRtcMode, webrtc_streamer
from streamlit_webrtc.config import Translations

from fer_core.recognition.recognizer import Recognizer
from fer_core.video.film import maker
from ui.camera_words import BLOCKED, NO_ACCESS, START
from ui.live.pipeline import capacity
from ui.live.pipeline import service as pipeline
from ui.live.pipeline.session import LiveSession
from ui.live.pipeline.settings import Settings
from ui.live.pipeline.tracks import LiveTracks
from ui.live.webrtc import ice, wiring
from ui.recorded.study import Study
from ui.server.metrics import COUNTS

_VIEWER: Final = "live_viewer"
"""In the session: the `Viewer`."""

# Ideals, not demands: a camera that cannot do this gives what it has.
_CAMERA: Final[dict[str, Any]] = {
    "video": {
        "width": {"ideal": 640},
        "height": {"ideal": 480},
        "frameRate": {"ideal": 30, "max": 30},
    },
    "audio": False,
}

_WORDS: Final[Translations] = {
    "start": START,
    "stop": "Stop",
    "select_device": "Choose camera",
    "select_camera": "Camera",
    "media_api_not_available": NO_ACCESS,
    "device_ask_permission": "Allow the camera when your browser asks.",
    "device_not_available": "The camera is not available",
    "device_access_denied": BLOCKED,
}


@dataclass
class Viewer:
    """What belongs to one viewer. One object: a run of the page may be ended at each look into the
    session, and tracks would be left without their study.

    Attributes:
        tracks, study: Of the camera session that runs or will run next, and what it will leave.
        recorded: What the newest session that showed anything leaves.
        refused: Whether the last start found every seat taken.
        refusals: How many have.
    """

    tracks: LiveTracks | None = None
    study: Study | None = None
    recorded: Study | None = None
    refused: bool = False
    refusals: int = 0

    def remember(self, study: Study) -> Study | None:
        """What the newest session showed that showed anything. It goes with the browser's tab."""
        if len(study.record):
            self.recorded = study
        return self.recorded


def _viewer() -> Viewer:
    found: Viewer = st.session_state.setdefault(_VIEWER, Viewer())
    return found


@dataclass(frozen=True, slots=True)
class Camera:
    """The viewer's camera at this run of the page.

    Attributes:
        session: Its frames, answers and figures.
        study: What it will leave.
        playing: Whether pictures flow.
        starting: Whether the browser and the app are agreeing on a connection.
        recorded: What the session or, before it has shown anything, the one before it leaves; None
            if there was none.
    """

    session: LiveSession
    study: Study
    playing: bool
    starting: bool
    recorded: Study | None

    @property
    def on(self) -> bool:
        return self.playing or self.starting

    @property
    def unsaved(self) -> str:
        """The token of the session that would be lost by now; "" if none would."""
        if self.playing:
            return self.study.token
        return self.recorded.token if self.recorded and self.recorded.unsaved else ""


@st.cache_resource(show_spinner=False)
def service() -> pipeline.Service:
    """One a process."""
    return pipeline.start_service()


@st.cache_resource(show_spinner="Warming up the network …", hash_funcs={Recognizer: id})
def frame_cost(recognizer: Recognizer) -> float:
    """CPU seconds of a 640x480 frame with one face."""
    return pipeline.frame_cost(recognizer)


def draw(recognizer: Recognizer, settings: Settings, participant: str) -> Camera:
    """Draw the camera and its buttons. The recognizer is warm before they appear.

    Args:
        participant: Who is before the camera; counts while it runs.

    Raises:
        FerError: if an environment variable is damaged.
    """
    wiring.prepare()
    seats = capacity.seats(frame_cost(recognizer), pipeline.CORES)
    tracks = _tracks(recognizer)
    session = tracks.session
    session.settings = replace(settings, paused=session.settings.paused)
    context: Any = webrtc_streamer(
        key=key(),
        mode=WebRtcMode.SENDRECV,
        rtc_configuration=ice.rtc_configuration(),
        media_stream_constraints=_CAMERA,
        sink_video_track=tracks.sink,
        source_video_track=tracks.source,
        sendback_audio=False,
        media_toggle_controls=False,
        video_html_attrs={
            "autoPlay": True,
            "controls": False,
            "muted": True,
            "playsInline": True,
            "style": {"width": "100%", "borderRadius": "4px"},
        },
        translations=_WORDS,
        on_change=functools.partial(_admit, recognizer, seats),
    )
    state = context.state
    viewer = _viewer()
    study = viewer.study
    assert study is not None
    study.timezone = st.context.timezone
    if state.playing:
        study.participant = participant
    return Camera(
        session,
        study,
        playing=state.playing,
        starting=state.signalling and not state.playing,
        recorded=viewer.remember(study),
    )


def key() -> str:
    """The streamer's key. Another one after each refusal: its frame in the browser, which still
    waits for an answer to its offer, then cannot be taken over by the next start."""
    return f"live_{_viewer().refusals}"


def was_refused() -> bool:
    """Whether this viewer's last start found every seat taken."""
    return _viewer().refused


def forget_refusal() -> None:
    _viewer().refused = False


def _tracks(recognizer: Recognizer) -> LiveTracks:
    """This viewer's tracks; new ones if the last have ended."""
    viewer = _viewer()
    if viewer.tracks is None or viewer.tracks.ended:
        if viewer.study is not None:
            viewer.remember(viewer.study)
        viewer.tracks = pipeline.start_session(recognizer, service())
        viewer.study = Study(viewer.tracks.session.record, maker(recognizer))
    return viewer.tracks


def _admit(recognizer: Recognizer, seats: int) -> None:
    """Ask for a seat when the browser offers a connection, before the page runs with it.

    The page then leaves the streamer out, which ends the browser's side and frees the camera. The
    tracks are looked up now: those of the page's last run may have ended since, and the run that
    follows makes the connection with the ones found here.
    """
    viewer = _viewer()
    if not st.session_state[key()].state.signalling:
        return
    if not service().pool.admit(_tracks(recognizer).session, seats):
        COUNTS.add("refusals")
        viewer.refused = True
        viewer.refusals += 1
