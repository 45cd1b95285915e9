import json

import pytest
from session_fixtures import record_of, steady, tracked

from fer_core.labels import EMOTIONS
from fer_core.video.record import ANSWERS, NOBODY, SessionRecord
from ui.live.components.timeline import course

TWO = sorted(steady(1, "happy", 0, 70) + steady(2, "unsure", 50, 65) + steady(3, "sad", 1, 5))


def test_the_empty_state_has_the_same_shape():
    empty, full = course(SessionRecord(), None), course(record_of(TWO), 1)
    assert empty["title"] == "Last 60 seconds"
    assert empty["shares"] == [None] * 120
    assert empty["strips"] == []
    assert len(empty["edges"]) == len(full["edges"]) == 121
    assert empty["answers"] == full["answers"]
    assert [answer["name"].lower() for answer in full["answers"]] == list(ANSWERS)


@pytest.mark.parametrize(
    ("number", "title", "seen"),
    [
        (1, "Face 1, last 60 seconds", 120),
        (2, "Face 2, last 60 seconds", 30),
        (9, "Face 9, last 60 seconds", 0),
        (None, "Face 1, last 60 seconds", 120),
    ],
)
def test_the_chosen_face(number: int | None, title: str, seen: int):
    found = course(record_of(TWO), number)
    assert found["title"] == title
    assert sum(row is not None for row in found["shares"]) == pytest.approx(seen, abs=1)


def test_shares_are_per_mille_and_edges_end_now():
    found = course(record_of(steady(1, "happy", 0, 10.1)), 1)
    assert found["shares"][-1][EMOTIONS.index("happy")] == 700
    assert found["edges"][-1] == 0
    assert found["edges"] == sorted(found["edges"])
    assert found["edges"][0] == pytest.approx(-60, abs=0.5)


def test_strips_of_the_faces_in_the_window():
    strips = course(record_of(TWO), 1)["strips"]
    assert [strip["name"] for strip in strips] == ["Face 1", "Face 2"], "face 3 left before it"
    assert strips[0]["runs"] == [[-60, 0, ANSWERS.index("happy")]]
    ((start, end, code),) = strips[1]["runs"]
    assert (start, end) == pytest.approx((-19.9, -4.9), abs=0.25)
    assert ANSWERS[code] == "unsure"


@pytest.mark.parametrize(
    "told",
    [steady(1, "happy", 0, 5), steady(NOBODY, "", 0, 5), []],
    ids=["one face", "nobody", "nothing"],
)
def test_one_face_needs_no_strips(told):
    assert course(record_of(told), None)["strips"] == []


def test_of_a_crowd_eight_strips():
    record = SessionRecord()
    for i in range(20):
        record.append(i / 10, [tracked(n, "happy") for n in range(1, 13)])
    assert len(course(record, 1)["strips"]) == 8


def test_what_goes_to_the_browser_is_json_without_nan():
    json.dumps(course(record_of(TWO), 2), allow_nan=False)


def test_pauses_gaps_and_events_are_drawn_however_long_ago_they_began():
    record = record_of(steady(1, "happy", 0, 5))
    record.mark(4.0, "smile")
    record.pause(5.0)
    record.see(35.0)
    shown = course(record, 1)
    assert shown["gaps"] == [[pytest.approx(-30, abs=0.1), 0, "paused"]]
    assert shown["marks"] == [[pytest.approx(-31, abs=0.1), "smile"]]
    record.see(200.0)
    later = course(record, 1)
    assert later["gaps"] == [[-60, 0, "paused"]]
    assert later["marks"] == []
    assert later["shares"] == [None] * len(later["shares"])
