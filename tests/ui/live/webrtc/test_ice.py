import json

import pytest

from fer_core.errors import FerError
from ui.live.webrtc.ice import VARIABLE, rtc_configuration

STUN = {"urls": ["stun:stun.example.org:3478"]}
TURN = {"urls": "turn:turn.example.org", "username": "me", "credential": "s3cret"}


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        (None, []),
        ("", []),
        ("  ", []),
        ("[]", []),
        (json.dumps([STUN]), [STUN]),
        (json.dumps([STUN, TURN]), [STUN, TURN]),
        (json.dumps([{**STUN, "other": 1}]), [STUN]),
    ],
)
def test_servers_from_the_environment(text, servers):
    environment = {} if text is None else {VARIABLE: text}
    assert rtc_configuration(environment) == {"iceServers": servers}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("stun:stun.example.org", "not JSON"),
        ('[{"urls": "turn:x"', "not JSON"),
        (json.dumps(STUN), "not a list"),
        ('["stun:x"]', "entry 1 is not an object"),
        ("[{}]", "entry 1 has no"),
        ('[{"urls": []}]', "entry 1 has no"),
        ('[{"urls": "http://x"}]', "entry 1 has no"),
        (json.dumps([STUN, {"urls": "turn:x"}]), "entry 2 is a TURN server without"),
        (json.dumps([{**TURN, "credential": 5}]), "entry 1 is a TURN server without"),
    ],
)
def test_damage_is_named_and_the_remedy_with_it(text, fault):
    with pytest.raises(FerError) as caught:
        rtc_configuration({VARIABLE: text})
    message = str(caught.value)
    assert fault in message
    assert VARIABLE in message
    assert "Expected a JSON list" in message


def test_password_is_not_repeated():
    with pytest.raises(FerError) as caught:
        rtc_configuration({VARIABLE: '[{"urls": "turn:x", "credential": "s3cret"}]'})
    assert "s3cret" not in str(caught.value)
