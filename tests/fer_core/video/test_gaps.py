"""Time adds up: what is analysed, paused and not analysed make up the whole session."""

import pytest
from session_fixtures import steady, tracked

from fer_core.video.gaps import gaps
from fer_core.video.record import SessionRecord
from fer_core.video.spans import by_face
from fer_core.video.summary import summarize
from fer_core.video.timing import LAST, Pause, Timing

PAUSED, NOT = "paused", "not analysed"


def _record(frames, pauses=(), end=None):
    """A session of face 1 analysed at these times, which begin at 100 s of its clock."""
    record = SessionRecord()
    told = sorted(
        [(t, "frame") for t in frames]
        + [(start, "pause") for start, _ in pauses]
        + [(stop, "resume") for _, stop in pauses if stop is not None]
    )
    for time, what in told:
        if what == "frame":
            record.append(100 + time, [tracked(1, "happy")])
        else:
            getattr(record, what)(100 + time)
    record.see(100 + (end if end is not None else max(frames)))
    return record


def _times(*stretches):
    return [t for start, end in stretches for t, _, _ in steady(1, "happy", start, end)]


@pytest.mark.parametrize(
    ("frames", "pauses", "end", "found"),
    [
        (_times((0, 19)), [], 19, []),
        (_times((0, 8), (11, 19)), [(8, 10.9)], 19, [(8, 11, PAUSED)]),
        (_times((0, 8), (8.5, 19)), [(8.0, 8.4)], 19, [(8, 8.5, PAUSED)]),
        (_times((0, 10)), [(10, None)], 15, [(10, 15, PAUSED)]),
        ([0, 3, 6], [], 6, [(1, 3, NOT), (4, 6, NOT)]),
        (_times((0, 2)), [], 9, [(2.9, 9, NOT)]),
        ([0, 9], [(4, 6)], 9, [(1, 4, NOT), (4, 6, PAUSED), (6, 9, NOT)]),
        ([0, 9], [(2, 3), (5, 6)], 9, [
            (1, 2, NOT), (2, 3, PAUSED), (3, 5, NOT), (5, 6, PAUSED), (6, 9, NOT),
        ]),
        ([0], [], 0, []),
        (_times((5, 9)), [(1, 3)], 9, []),
    ],
    ids=[
        "throughout", "a pause", "a short pause", "paused at the end", "overload",
        "overload at the end", "behind before and after a pause", "two pauses", "one frame",
        "a pause before the first frame",
    ],
)  # fmt: skip
def test_every_gap_has_a_name_and_time_adds_up(frames, pauses, end, found):
    record = _record(frames, pauses, end)
    rows, timing = record.rows(), record.timing
    told = [(round(g.start, 2), round(g.end, 2), g.kind) for g in gaps(rows, timing)]
    assert told == [(start, stop, kind) for start, stop, kind in found]
    summary = summarize(rows, timing)
    assert summary.duration == pytest.approx(max(end, max(frames) + LAST) - min(frames))
    assert summary.analysed + summary.paused + summary.not_analysed == pytest.approx(
        summary.duration
    )
    (face,) = summary.faces
    assert face.seconds == pytest.approx(summary.analysed), "in every analysed frame"
    assert summary.without_face == 0
    assert summary.to_dict()["paused_s"] == pytest.approx(summary.paused, abs=1e-3)


def test_no_answer_reaches_into_a_pause():
    record = _record(_times((0, 2), (2.7, 4)), [(2, 2.6)], 4)
    (face,) = by_face(record.rows(), record.timing)
    into = [t for t, end in zip(face.rows["time"], face.ends, strict=True) if t < 2 and end > 2.001]
    assert into == []


def test_a_pause_within_a_pause_and_a_resume_without_one_change_nothing():
    record = _record(_times((0, 2)))
    record.resume(102)
    record.pause(103)
    record.pause(104)
    record.resume(105)
    record.see(106)
    assert record.timing == Timing((Pause(3.0, 5.0),), 6.0)
