from pathlib import Path

import pytest

from ui.live import words
from ui.live.pipeline.session import Status


def _status(**changes):
    values = {
        "frames": 100,
        "analysed_fps": 28.0,
        "delay_ms": 40.0,
        "since_frame": 0.03,
        "since_answer": 0.05,
        "since_face": 0.05,
        "failures": 0,
        "brightness": 110.0,
        "paused": False,
        "latest": None,
    }
    return Status(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({}, None, ""),
        ({"since_face": 2.9}, None, ""),
        ({"since_face": 3.1}, "info", "No face found"),
        ({"since_face": 3.1, "brightness": 20.0}, "warning", "too dark"),
        ({"brightness": 20.0}, None, ""),
        ({"paused": True, "since_answer": 9, "since_face": 9}, "info", "paused"),
        ({"paused": True, "since_frame": 9}, "warning", "No picture"),
        ({"failures": 1}, None, ""),
        ({"since_answer": 4, "since_face": 4}, "info", "behind"),
        ({"since_answer": 4, "since_face": 4, "failures": 60}, "warning", "analysis fails"),
        ({"since_frame": 4, "since_answer": 4, "since_face": 4}, "warning", "No picture"),
        ({"frames": 0, "since_frame": 1}, "info", "Connecting"),
        ({"frames": 0, "since_frame": 7}, "warning", "TURN"),
    ],
)
def test_notice(changes, kind, said):
    notice = words.notice(_status(**changes))
    if kind is None:
        assert notice is None
    else:
        assert notice.kind == kind
        assert said in notice.text


@pytest.mark.parametrize("state", sorted(words.CAMERA))
def test_each_camera_state_has_a_sentence_and_a_way_on(state):
    text = words.CAMERA[state]
    assert text.count(". ") >= 1
    assert any(way in text for way in ("Photos page", "Choose Allow", "press Start camera"))


def test_every_state_of_the_browser_has_words():
    script = (Path(words.__file__).parent / "components/static/camera.js").read_text("utf-8")
    for state in words.CAMERA:
        assert f'"{state}"' in script
