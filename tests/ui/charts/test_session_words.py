from dataclasses import replace

import numpy as np
import pytest
from made_figures import says
from session_fixtures import rows_of, steady

from fer_core.labels import EMOTIONS
from fer_core.video.record import ANSWERS, NOBODY
from fer_core.video.summary import FaceSummary, Summary, summarize
from ui.charts.session_words import (
    clock,
    duration,
    read_face,
    read_lost,
    read_session,
    read_strips,
    read_timeline,
)


@pytest.mark.parametrize(
    ("seconds", "words", "on_the_clock"),
    [
        (0, "under 1 s", "0:00"),
        (0.4, "under 1 s", "0:00"),
        (42.3, "42 s", "0:42"),
        (59.6, "1 min", "1:00"),
        (185, "3 min 5 s", "3:05"),
        (3600, "1 h", "1:00:00"),
        (3725, "1 h 2 min", "1:02:05"),
    ],
)
def test_durations(seconds: float, words: str, on_the_clock: str):
    assert duration(seconds) == words
    assert clock(seconds) == on_the_clock


def _face(shares: dict[str, float], number: int = 1, seconds: float = 42, changes: int = 5):
    full = {answer: shares.get(answer, 0.0) for answer in ANSWERS}
    return FaceSummary(number, seconds, full, changes, (1 / 7,) * 7)


@pytest.mark.parametrize(
    ("face", "parts"),
    [
        (_face({"happy": 0.61, "sad": 0.39}), "Face 1 … 42 s … happy for 61 % … 5 times"),
        (
            _face({"happy": 0.3, "sad": 0.4, "fear": 0.3}, number=12, changes=1),
            "Face 12 … most often … sad, for 40 % … changed once",
        ),
        (_face({"unsure": 1.0}, changes=0), "unsure for 100 % … never changed"),
        (
            _face({"unsure": 0.4, "sad": 0.3, "fear": 0.3}, changes=1200),
            "most often unsure, for 40 % … changed 1,200 times",
        ),
    ],
)
def test_a_face_in_words(face: FaceSummary, parts: str):
    assert says(read_face(face), parts), read_face(face)


FULL = Summary(0.0, 130.0, 3250, 0.12, (_face({"happy": 0.8}),))


@pytest.mark.parametrize(
    ("summary", "parts"),
    [
        (FULL, "2 min 10 s … 3,250 analysed frames … no face … 12 % of the time"),
        (replace(FULL, without_face=0.001), "2 min 10 s … a face was in view throughout"),
        (Summary(0.0, 0.0, 1, 1.0, ()), "Under 1 s … 1 analysed frame; no face was in view."),
    ],
)
def test_a_session_in_words(summary: Summary, parts: str):
    assert says(read_session(summary), parts), read_session(summary)


def test_what_was_dropped_in_words():
    assert read_lost(FULL) == ""
    assert "the first 1 min 40 s of the session" in read_lost(replace(FULL, start=100.0))


@pytest.mark.parametrize(
    ("faces", "parts"),
    [
        ((), "No face"),
        ((_face({"happy": 0.8}),), "2 min 10 s … face 1 … happy (80 %)"),
        (
            (_face({"happy": 0.8}, seconds=3), _face({"unsure": 0.5}, number=2)),
            "face 2 … unsure (50 %) … face 1 … happy (80 %)",
        ),
    ],
)
def test_strips_in_words(faces: tuple[FaceSummary, ...], parts: str):
    assert says(read_strips(replace(FULL, faces=faces)), parts)


def test_a_crowd_is_not_listed():
    faces = tuple(_face({"sad": 0.9}, number=n) for n in range(1, 10))
    assert says(read_strips(replace(FULL, faces=faces)), "face 4 … 5 more")


def _means(*shares: float) -> np.ndarray:
    """Bins with this much happy and the rest sad; NaN for a bin without the face."""
    rows = np.zeros((len(shares), 7), np.float32)
    rows[:, EMOTIONS.index("happy")] = shares
    rows[:, EMOTIONS.index("sad")] = 1 - np.array(shares)
    rows[np.isnan(shares)] = np.nan
    return rows


@pytest.mark.parametrize(
    ("number", "probabilities", "parts"),
    [
        (None, _means(np.nan), "No face … 60 seconds"),
        (2, _means(np.nan, np.nan), "Face 2 was not in view … 60 seconds"),
        (2, _means(0.9, np.nan, 0.8, 0.4), "Face 2 … happy … (70 %) … sad … (60 %)"),
    ],
)
def test_the_timeline_in_words(number: int | None, probabilities, parts: str):
    assert says(read_timeline(number, probabilities, 60), parts)


def test_the_words_of_a_whole_session():
    told = steady(1, "happy", 0, 8) + steady(NOBODY, "", 8, 10.1)
    summary = summarize(rows_of(told))
    assert says(read_session(summary), "no face … 20 %")
    assert says(read_face(summary.faces[0]), "Face 1 … 8 s … happy")
