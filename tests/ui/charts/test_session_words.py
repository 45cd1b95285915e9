import re
from dataclasses import replace

import numpy as np
import pytest
from made_figures import says
from session_fixtures import rows_of, steady

from fer_core.labels import EMOTIONS
from fer_core.video.gaps import Gap
from fer_core.video.record import ANSWERS, NOBODY
from fer_core.video.summary import FaceSummary, Summary, summarize
from ui.charts.session_words import (
    clock,
    duration,
    read_lost,
    read_session,
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


FULL = Summary(0.0, 130.0, 3250, 0.12, (_face({"happy": 0.8}),))


@pytest.mark.parametrize(
    ("summary", "parts"),
    [
        (FULL, "2 min 10 s … 3,250 analysed frames … no face … 12 % of the time"),
        (replace(FULL, without_face=0), "2 min 10 s … a face was in view throughout"),
        (replace(FULL, without_face=0.003), "no face … under 1 % of the time"),
        (replace(FULL, without_face=0.998), "no face … over 99 % of the time"),
        (Summary(0.0, 0.0, 1, 1.0, ()), "Under 1 s … 1 analysed frame; no face was in view."),
        (
            replace(FULL, gaps=(Gap(10, 13, "paused"), Gap(50, 57.2, "not analysed"))),
            "2 min 10 s long: 2 min analysed, 3 s paused, 7 s not analysed … 12 % of the analysed",
        ),
        (
            replace(FULL, without_face=0, gaps=(Gap(10, 13, "paused"),)),
            "2 min 7 s analysed, 3 s paused … in view all the analysed time",
        ),
        (replace(FULL, gaps=(Gap(1, 1.2, "not analysed"),)), "2 min 10 s long, 3,250 analysed"),
    ],
)
def test_a_session_in_words(summary: Summary, parts: str):
    assert says(read_session(summary), parts), read_session(summary)


@pytest.mark.parametrize("paused", [0.2, 0.5, 1.5, 2.49, 3.51, 7.77])
@pytest.mark.parametrize("lost", [0.0, 0.5, 1.49, 4.51])
@pytest.mark.parametrize("total", [19.0, 19.4, 19.5])
def test_the_seconds_that_are_said_add_up(total: float, paused: float, lost: float):
    gaps = (Gap(2, 2 + paused, "paused"), Gap(10, 10 + lost, "not analysed"))
    said = read_session(replace(FULL, end=total, gaps=gaps)).split(",")
    whole, *parts = (
        int(n) for n in re.findall(r"(\d+) s\b", ",".join(said[:3]).split(" frame")[0])
    )
    assert whole == round(total)
    assert not parts or sum(parts) == whole


def test_what_was_dropped_in_words():
    assert read_lost(FULL) == ""
    assert "the first 1 min 40 s of the session" in read_lost(replace(FULL, start=100.0))


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
