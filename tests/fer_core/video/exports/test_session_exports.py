"""A live session leaves in the same files as films do, with what only sessions have."""

import csv
import io
import json

import pytest
from session_fixtures import record_of, steady, tracked

from fer_core.video.exports.files import EXPORTS
from fer_core.video.exports.tables import COLUMNS
from fer_core.video.film.edits import Edits
from fer_core.video.record import NOBODY
from fer_core.video.session import analyzed_session

MAKER = {"model": "small", "unsure_below": 0.5, "expected_mix": "everyday"}


def _session():
    """Happy for 2 s, nobody for 1 s, paused for 3 s, sad for 1 s under another threshold."""
    record = record_of([])
    for time, number, _ in steady(1, "happy", 0, 2) + steady(NOBODY, "", 2, 3):
        faces = [tracked(1, "happy")] if number else []
        settings = {"unsure_below": 0.4, "expected_mix": "everyday"}
        record.append(time, faces, frame=round(30 * time), settings=settings)
    record.mark(1.05, "=cue\tone")
    record.pause(3.0)
    record.mark(4.0)
    record.resume(6.0)
    for time, _, _ in steady(2, "sad", 6, 7):
        settings = {"unsure_below": 0.6, "expected_mix": "even"}
        record.append(time, [tracked(2, "sad")], frame=round(30 * time), settings=settings)
    record.see(7.0)
    return analyzed_session(record, MAKER, "session 1", "Ann")


def _table(film, ending=".frames.csv"):
    return list(csv.DictReader(io.StringIO(EXPORTS[ending](film).decode(), newline="")))


def test_every_analysed_frame_has_a_row_with_what_was_in_force():
    table = _table(_session())
    assert tuple(table[0]) == COLUMNS
    assert [row["face_id"] for row in table] == ["1"] * 20 + ["0"] * 10 + ["2"] * 10
    assert {row["unsure_below"] for row in table[:30]} == {"0.4"}
    assert {row["unsure_below"] for row in table[30:]} == {"0.6"}
    assert {row["expected_mix"] for row in table[30:]} == {"even"}
    assert [row["frame"] for row in table[:3]] == ["0", "3", "6"]


def test_events_stand_in_every_file_that_has_a_place_for_them():
    film = _session()
    events = [(row["timestamp"], row["event"]) for row in _table(film) if row["event"]]
    assert events == [("1.1", "'=cue\tone"), ("6.0", "mark")]
    data = json.loads(EXPORTS[".json"](film))
    assert data["events"] == [{"time_s": 1.05, "note": "=cue\tone"}, {"time_s": 4.0, "note": ""}]
    boris = [line.split("\t") for line in EXPORTS[".boris.tsv"](film).decode().splitlines()]
    assert ["1.050", "", "'=cue one"] in boris
    assert ["4.000", "", "mark"] in boris
    assert "00:00:01.050 --> 00:00:02.050\n=cue one\n" in EXPORTS[".vtt"](film).decode()


def test_gaps_stand_in_captions_events_and_summary():
    film = _session()
    assert "00:00:03.000 --> 00:00:06.000\nPaused\n" in EXPORTS[".vtt"](film).decode()
    lines = EXPORTS[".boris.tsv"](film).decode().splitlines()
    assert [line for line in lines if "paused" in line] == ["3.000\t\tpaused", "6.000\t\tpaused"]
    (row,) = _table(film, ".summary.csv")
    assert (row["paused_s"], row["not_analysed_s"], row["events"]) == ("3.0", "0.0", "2")
    assert float(row["analysed_s"]) == pytest.approx(4.0)
    assert float(row["without_face"]) == pytest.approx(0.25)
    assert json.loads(EXPORTS[".json"](film))["gaps"] == [
        {"kind": "paused", "start_s": 3.0, "end_s": 6.0}
    ]


def test_json_says_who_and_when_and_which_settings_from_when_on():
    data = json.loads(EXPORTS[".json"](_session()))
    assert (data["participant"], data["started"]) == ("Ann", "2026-03-01T13:05:09+00:00")
    force = data["settings"]["in_force"]
    assert [(each["from_s"], each["unsure_below"]) for each in force] == [(0.0, 0.4), (6.0, 0.6)]
    assert data["model"] == "small"
    assert "unsure_below" not in data, "one threshold for all would not be true"


def test_faces_are_merged_and_named_as_in_films():
    film = Edits(names={1: "Ann"}, same_as={2: 1}).apply(_session())
    assert {row["name"] for row in _table(film) if row["face_id"] != "0"} == {"Ann"}
    (face,) = film.summary().faces
    assert face.seconds == pytest.approx(3, abs=0.05)
    left = Edits(left_out=frozenset([1])).apply(_session())
    assert [row["face_id"] for row in _table(left)] == ["0"] * 30 + ["2"] * 10
    assert left.summary().paused == pytest.approx(3)


@pytest.mark.parametrize("ending", sorted(EXPORTS))
def test_a_session_without_a_frame_makes_every_file(ending):
    assert isinstance(EXPORTS[ending](analyzed_session(record_of([]), MAKER, "none")), bytes)
