"""The connection test's words are complete, and its answer to the browser is of the agreed form."""

import re
from pathlib import Path

import pytest

from ui.camera_words import START
from ui.live import streamer, words
from ui.live.components import connection_test
from ui.live.webrtc.ice import VARIABLE
from ui.live.webrtc.probe import Answer, ProbeError

FOLDER = Path(connection_test.__file__).parent / "static"


class _Probes:
    def __init__(self, error=None):
        self.error, self.asked = error, None

    def answer(self, name, offer, configuration):
        self.asked = (name, offer, configuration)
        if self.error:
            raise self.error
        return Answer("v=0", ("host", "relay"))


def test_reply_carries_the_answer():
    probes = _Probes()
    replied = connection_test.reply(probes, {"name": "one", "sdp": "offer"})
    assert replied == {"name": "one", "sdp": "v=0", "kinds": ["host", "relay"]}
    assert probes.asked[:2] == ("one", "offer")
    assert probes.asked[2].iceServers == []


def test_probe_has_the_videos_servers(monkeypatch):
    server = '[{"urls": "turn:turn.example.org", "username": "me", "credential": "secret"}]'
    monkeypatch.setenv(VARIABLE, server)
    probes = _Probes()
    connection_test.reply(probes, {"name": "one", "sdp": "offer"})
    (named,) = probes.asked[2].iceServers
    assert (named.urls, named.username) == ("turn:turn.example.org", "me")


@pytest.mark.parametrize("state", ["busy", "damaged", "slow"])
def test_refusal_is_an_outcome_with_words(state):
    replied = connection_test.reply(_Probes(ProbeError(state)), {"name": "one", "sdp": ""})
    assert replied == {"name": "one", "error": state}
    assert words.RESULTS["app"][state]


@pytest.mark.parametrize("sdp", [None, 5, ["v=0"]])
def test_what_is_no_text_does_not_reach_the_page_as_an_error(sdp):
    assert connection_test.reply(_Probes(ProbeError("damaged")), {"name": "one", "sdp": sdp})


def test_every_step_has_outcomes_and_every_outcome_a_sentence():
    assert list(words.RESULTS) == list(words.STEPS)
    for outcomes in words.RESULTS.values():
        assert all(sentence.endswith(".") for sentence in outcomes.values())


@pytest.mark.parametrize(
    ("script", "named"),
    [
        ("camera.js", set(words.LOST)),
        ("connection_test.js", {key for outcomes in words.RESULTS.values() for key in outcomes}),
        ("connection_test.js", set(words.STEPS) | set(words.MARKS) - {"waiting"}),
    ],
)
def test_scripts_know_what_there_are_words_for(script, named):
    text = (FOLDER / script).read_text("utf-8")
    from_python_or_browser = {"busy", "damaged", "slow", "denied"}
    for key in named - from_python_or_browser:
        assert re.search(rf'"{key}"|\b{key}:|\.{key}\b', text), key


def test_button_that_is_pressed_for_the_viewer_has_the_streamers_name():
    assert streamer._WORDS["start"] == START
