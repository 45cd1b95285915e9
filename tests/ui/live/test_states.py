"""The table that decides what the live page says, as a table."""

import pytest
from live_fixtures import tracked

from ui.live import states
from ui.live.pipeline.session import Analysis, Status
from ui.live.states import TABLE, Facts


def _latest(*faces):
    return Analysis(faces, (480, 640), 0.0, 0.0)


ONE, TWO, NONE = _latest(tracked(1)), _latest(tracked(1), tracked(4)), _latest()
WELL = {
    "frames": 100,
    "answers": 90,
    "analysed_fps": 28.0,
    "passing_ms": 20.0,
    "since_frame": 0.03,
    "since_answer": 0.05,
    "since_face": 0.05,
    "failures": 0,
    "brightness": 110.0,
    "paused": False,
    "latest": ONE,
}


def _facts(on=True, **changes):
    return Facts(on, Status(**{**WELL, **changes}))


LATE = {"since_answer": 4, "since_face": 4, "latest": None}
GONE = {"since_face": 4, "latest": NONE}
CASES = [
    ("one", {}),
    ("several", {"latest": TWO}),
    ("one", {"brightness": 20.0}),
    ("one", {"failures": 1}),
    ("nobody", {"latest": NONE, "since_face": 2.9}),
    ("empty", GONE),
    ("dark", {**GONE, "brightness": 20.0}),
    ("looking", {"frames": 1, "answers": 0, "latest": None, "brightness": None}),
    ("looking", {"latest": None, "since_answer": 1.5}),  # the last answer is too old to show
    ("behind", LATE),
    ("behind", {**LATE, "brightness": 20.0}),
    ("failing", {**LATE, "failures": 60}),
    ("failing", {**LATE, "failures": 60, "answers": 0}),
    ("paused", {"paused": True, "since_answer": 9, "since_face": 9, "latest": None}),
    ("silent", {"paused": True, "since_frame": 9, "latest": None}),
    ("silent", {**LATE, "since_frame": 4}),
    ("connecting", {"frames": 0, "since_frame": 1, "latest": None}),
    ("unreached", {"frames": 0, "since_frame": 7, "latest": None}),
    ("off", {"on": False}),
    ("off", {"on": False, "paused": True, "frames": 0}),
]


@pytest.mark.parametrize(("state", "changes"), CASES)
def test_state(state, changes):
    assert states.saying(_facts(**changes)).state == state


def test_every_state_is_reached_once_in_the_table_and_by_some_case():
    names = [row.state for row in TABLE]
    assert len(set(names)) == len(names)
    assert set(names) == {state for state, _ in CASES}


@pytest.mark.parametrize(("state", "changes"), CASES)
def test_nothing_that_is_said_contradicts_the_rest(state, changes):
    facts = _facts(**changes)
    said = states.saying(facts)
    if facts.status.frames and facts.on:
        assert "Connecting" not in said.title, "the video plays"
    if not facts.status.answers or facts.status.latest is None:
        assert "face" not in said.title.lower(), "nobody has looked"
        assert not said.figures, "there is no rate to tell"
    if facts.faces and facts.on:
        assert "No face" not in said.title + said.notice
    assert said.kind == "info" or said.notice, "a warning without words"


@pytest.mark.parametrize(
    ("face", "count", "expected"),
    [
        (tracked(emotion="happy", confidence=0.92), 1, "Happy 92 %"),
        (tracked(2, emotion="sad", confidence=0.5), 3, "Face 2: sad 50 %"),
        (tracked(emotion="fear", confidence=0.4, unsure_below=0.5), 1, "Unsure: fear or happy"),
        (None, 0, "No face in the picture"),
    ],
)
def test_title(face, count, expected):
    faces = [face, *(tracked(9) for _ in range(count - 1))] if face else []
    said = states.saying(_facts(latest=_latest(*faces)))
    assert states.title(said, face) == expected


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (0.0, "Less than 1 frame a"),
        (0.6, "1 frame a second"),
        (1.4, "1 frame a second"),
        (2.0, "2 frames a second"),
        (28.4, "28 frames a second"),
    ],
)
def test_one_frame_is_not_several(rate, words):
    assert states.figures(_facts(analysed_fps=rate).status).startswith(words)
