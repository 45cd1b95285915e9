"""All figures of one session or film add up, in whatever order faces, pauses and gaps come."""

from __future__ import annotations

import json

import numpy as np
import pytest
from session_fixtures import STARTED, tracked

from fer_core.video.exports.document import as_json
from fer_core.video.exports.events import as_boris, film_episodes
from fer_core.video.film.record import AnalyzedFilm
from fer_core.video.record import ANSWERS, SessionRecord
from fer_core.video.session import SessionInfo, analyzed_session
from fer_core.video.timing import LAST

STEPS = [0.0, 0.03, 0.1, 0.9, 1.0, 1.2, 4], None, True, [0.02, 0.3, 0.5, 0.07, 0.03, 0.05, 0.03]
"""Seconds to the next frame, and how often each is drawn."""
SHOWN = ("happy", "sad", "unsure")


def _session(seed: int, faces: int) -> AnalyzedFilm:
    """A minute at most: irregular frames, long gaps, pauses, faces that come and go, a late end."""
    rng = np.random.default_rng(seed)
    record = SessionRecord(now=lambda: STARTED)
    time = 100.0
    for _ in range(rng.integers(1, 120)):
        there = [n for n in range(1, faces + 1) if rng.random() < 0.8]
        record.append(time, [tracked(n, SHOWN[rng.integers(0, 3)]) for n in there])
        if rng.random() < 0.06:
            record.pause(time + rng.choice([0.0, 0.02, 0.3]))
            time += rng.uniform(0.4, 3)
            record.resume(time)
        time += rng.choice(
            [0.0, 0.03, 0.1, 0.9, 1.0, 1.2, 4], p=[0.02, 0.3, 0.5, 0.07, 0.03, 0.05, 0.03]
        )
    if rng.random() < 0.5:
        record.see(time + rng.choice([0.01, 0.5, 3]))
    return analyzed_session(record, {"model": "m"}, "s")


def _film(seed: int, faces: int) -> AnalyzedFilm:
    """The same rows without a clock of their own; the file says where it ends, or does not."""
    rows = _session(seed, faces).rows
    last = float(rows["time"][-1])
    ends = (None, last + 0.01, last + 0.04, last + 5, last)[seed % 5]
    return AnalyzedFilm(SessionInfo("f", "", None, ends), None, rows, {"model": "m"})


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("make", [_session, _film])
def test_one_face_and_nobody_make_up_the_analysed_time(make, seed: int) -> None:
    summary = make(seed, 1).summary()
    without = summary.without_face * summary.analysed
    assert sum(f.seconds for f in summary.faces) + without == pytest.approx(summary.analysed)
    whole = summary.analysed + summary.paused + summary.not_analysed
    assert whole == pytest.approx(summary.duration)
    assert min(summary.analysed, summary.paused, summary.not_analysed) >= 0


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("make", [_session, _film])
def test_each_of_several_faces(make, seed: int) -> None:
    film = make(seed, 3)
    summary = film.summary()
    for face, figures in zip(film.faces(), summary.faces, strict=True):
        assert figures.seconds <= summary.analysed * (1 - summary.without_face) + 1e-6
        assert sum(figures.shares.values()) == pytest.approx(1)
        assert face.answer_seconds.sum() == pytest.approx(face.seconds)
        spans = [span for n, span in film_episodes(film, 0.0) if n == face.number]
        assert sum(s.end - s.start for s in spans) == pytest.approx(face.seconds)
        for answer in ANSWERS:
            seconds = sum(s.end - s.start for s in spans if s.answer == answer)
            assert seconds == pytest.approx(figures.shares[answer] * face.seconds, abs=1e-6)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("make", [_session, _film])
def test_nothing_ends_after_the_end(make, seed: int) -> None:
    film = make(seed, 3)
    end = film.summary().end
    if film.info.duration is not None:
        assert end <= max(film.info.duration, float(film.rows["time"][-1]) + LAST) + 1e-9
    data = json.loads(as_json(film))
    told = [each["end_s"] for each in data["episodes"] + data["gaps"]]
    told += [float(line.split("\t")[0]) for line in as_boris(film).splitlines()]
    assert all(time <= round(end, 3) for time in told)
    if make is _session:
        assert data["duration_s"] == data["summary"]["end_s"]
