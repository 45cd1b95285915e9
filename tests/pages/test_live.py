"""The live page but for the camera itself, which AppTest cannot run."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from session_fixtures import tracked

from fer_core.recognition.answers.ways import MIXES
from fer_core.recognition.recognizer import Recognizer
from ui.live import streamer
from ui.live import words as states
from ui.live.pipeline import session as session_of_live
from ui.live.webrtc import wiring


class _Streamer:
    """Stands for streamlit-webrtc and remembers what it was given."""

    def __init__(self):
        self.playing = self.signalling = False
        self.given = {}

    def __call__(self, **given):
        self.given = given
        return SimpleNamespace(
            state=SimpleNamespace(playing=self.playing, signalling=self.signalling)
        )


@pytest.fixture
def webrtc(monkeypatch):
    stand_in = _Streamer()
    monkeypatch.setattr(streamer, "webrtc_streamer", stand_in)
    monkeypatch.setattr(wiring, "prepare", lambda: None)
    return stand_in


def _texts(app):
    return " ".join(element.value for element in [*app.markdown, *app.warning, *app.info])


def _component(app, key):
    """What one of the page's own elements was given."""
    (found,) = (each for each in app.get("bidi_component") if key in each.proto.id)
    return json.loads(found.proto.json or found.proto.mixed.json)


def _bars(app):
    return _component(app, "live_bars")


def test_before_the_start(open_page, webrtc):
    app = open_page("live")
    assert app.title[0].value == "Live"
    assert states.LEAD in _texts(app)
    assert states.BEFORE in _texts(app)


def test_each_mix_begins_with_its_own_threshold(open_page, webrtc, monkeypatch):
    own = {mix: 30 + 10 * i for i, mix in enumerate(MIXES)}
    of_the_mix = property(lambda recognizer: own[recognizer.way.mix] / 100)
    monkeypatch.setattr(Recognizer, "unsure_below", of_the_mix)
    app = open_page("live")
    for mix in [*MIXES, *MIXES]:
        app.selectbox(key="live_mix").select(mix).run()
        (slider,) = (each for each in app.slider if each.label.startswith("Unsure below"))
        assert slider.value == own[mix]


def test_camera_is_asked_for_video_only_and_no_server_is_named(open_page, webrtc):
    open_page("live")
    assert webrtc.given["rtc_configuration"] == {"iceServers": []}
    assert webrtc.given["media_stream_constraints"]["audio"] is False
    assert webrtc.given["translations"]["start"] == "Start camera"


def test_reruns_keep_the_session_and_an_ended_one_is_replaced(open_page, webrtc):
    app = open_page("live")
    first = webrtc.given["source_video_track"]
    app.run()
    assert webrtc.given["source_video_track"] is first
    webrtc.given["sink_video_track"].stop()
    app.run()
    assert webrtc.given["source_video_track"] is not first
    assert webrtc.given["source_video_track"].readyState == "live"


def test_record_outlives_its_session(open_page, webrtc):
    app = open_page("live")
    record = app.session_state["live_viewer"].tracks.session.record
    record.append(1.0, [])
    webrtc.given["sink_video_track"].stop()
    app.run()
    assert "no face was in view" in _texts(app)
    app.slider(key="live_smoothing").set_value(1.5).run()
    assert app.session_state["live_viewer"].tracks.session.settings.smoothing == 1.5
    assert app.session_state["live_viewer"].recorded.record is record


@pytest.mark.parametrize(("detector", "knows_eyes"), [("YuNet", True), ("Haar cascade", False)])
def test_eyes_are_offered_only_by_a_detector_that_knows_them(
    open_page, webrtc, monkeypatch, detector, knows_eyes
):
    monkeypatch.setattr(Recognizer, "detector_name", detector)
    monkeypatch.setattr(Recognizer, "finds_landmarks", knows_eyes)
    app = open_page("live")
    offered = app.button_group(key="live_parts").options
    assert ("Eyes, nose, mouth" in offered) is knows_eyes
    assert ("Haar" in _texts(app)) is not knows_eyes, "the fallback is said"


def test_what_would_be_lost_is_told_to_the_browser(open_page, webrtc):
    app = open_page("live")
    assert _component(app, "live_camera")["unsaved"] == ""
    webrtc.playing = True
    app.run()
    token = app.session_state["live_viewer"].study.token
    assert _component(app, "live_camera")["unsaved"] == token
    record = app.session_state["live_viewer"].study.record
    record.append(1.0, [tracked(1, "happy")])
    webrtc.playing = False
    webrtc.given["sink_video_track"].stop()
    app.run()
    assert _component(app, "live_camera")["unsaved"] == token
    app.session_state["live_viewer"].recorded.taken = True
    app.run()
    assert _component(app, "live_camera")["unsaved"] == ""


def test_participant_and_mix_reach_the_session_that_runs(open_page, webrtc):
    webrtc.playing = True
    app = open_page("live")
    app.text_input(key="live_participant").set_value(" P07 ").run()
    app.selectbox(key="live_mix").set_value("even").run()
    assert app.session_state["live_viewer"].study.participant == "P07"
    assert app.session_state["live_viewer"].tracks.session.settings.mix == "even"
    webrtc.playing = False
    app.run()
    app.text_input(key="live_participant").set_value("P08").run()
    assert app.session_state["live_viewer"].study.participant == "P07", (
        "the next one's name is not its"
    )


def test_two_viewers_share_nothing_of_their_own(open_page, webrtc):
    open_page("live")
    first = webrtc.given["source_video_track"]
    open_page("live")
    assert webrtc.given["source_video_track"] is not first


def test_while_connecting(open_page, webrtc):
    webrtc.playing, webrtc.signalling = False, True
    app = open_page("live")
    assert _bars(app)["title"] == "Connecting …"
    assert states.BEFORE not in _texts(app)


def test_while_playing_figures_and_notice_stand_beside_the_video(open_page, webrtc, monkeypatch):
    monkeypatch.setattr(session_of_live, "FRESH", 1e9)  # however slow this machine is
    webrtc.playing = True
    app = open_page("live")
    assert states.BEFORE not in _texts(app)
    assert _bars(app)["title"] == "Connecting …"  # no frame has come yet
    assert _component(app, "live_figures")["rate"] == ""
    session = app.session_state["live_viewer"].tracks.session
    session.offer(np.full((48, 64, 3), 120, np.uint8))
    app.run()
    assert _bars(app)["title"] == "Looking …"
    session.run()
    app.run()
    assert _bars(app)["title"] == "No face in the picture"
    assert "a second analysed" in _component(app, "live_figures")["rate"]


def test_all_seats_taken(open_page, webrtc, monkeypatch):
    monkeypatch.setenv("FER_LIVE_SESSIONS", "1")
    app = open_page("live")
    other = _Streamer()  # any job of somebody else
    pool = streamer.service().pool
    assert pool.admit(other, seats=1)
    try:
        app.session_state["live_0"] = SimpleNamespace(
            state=SimpleNamespace(signalling=True, playing=False)
        )
        _press_start(app, webrtc)
        assert states.BUSY in _texts(app)
        assert webrtc.given == {}, "the camera is drawn though it was refused"
    finally:
        pool.dismiss(other)
    app.button[0].click().run()
    assert states.BUSY not in _texts(app)
    assert webrtc.given["key"] == "live_1", "the refused frame would be taken over"


def _press_start(app, webrtc):
    """As streamlit-webrtc does: its callback runs first, and then the page."""
    callback, webrtc.given = webrtc.given["on_change"], {}
    state = {key: app.session_state[key] for key in ("live_0", "live_viewer")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streamer.st, "session_state", state)
        callback()
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception


def _forget(models, monkeypatch):
    (models / "ultimate_model.tflite").unlink()


def _alter(models, monkeypatch):
    with (models / "ultimate_model.tflite").open("ab") as network:
        network.write(b"!")


def _damage_ice(models, monkeypatch):
    monkeypatch.setenv("FER_ICE_SERVERS", "nonsense")


def _damage_sessions(models, monkeypatch):
    monkeypatch.setenv("FER_LIVE_SESSIONS", "many")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (_forget, "ultimate_model"),
        (_alter, "ultimate_model"),
        (_damage_ice, "ICE"),
        (_damage_sessions, "LIVE"),
    ],
    ids=["missing model", "altered model", "damaged servers", "damaged number of sessions"],
)
def test_what_is_wrong_is_said_in_words(open_page, models, webrtc, monkeypatch, harm, words):
    harm(models, monkeypatch)
    app = open_page("live")
    assert len(app.error) == 1
    assert words in app.error[0].value.replace("\\", "")
    assert webrtc.given == {}
