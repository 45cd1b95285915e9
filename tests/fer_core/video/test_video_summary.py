import numpy as np
import pytest
from session_fixtures import record_of, rows_of, steady

from fer_core.labels import EMOTIONS
from fer_core.video.record import ANSWERS, NOBODY
from fer_core.video.summary import summarize

TOLD = steady(1, "happy", 0, 6) + steady(1, "sad", 6, 8) + steady(1, "happy", 8, 10.1)


def test_one_face():
    summary = summarize(rows_of(TOLD))
    (face,) = summary.faces
    assert (summary.start, summary.frames, summary.without_face) == (0, 101, 0)
    assert summary.duration == pytest.approx(10.04)
    assert face.seconds == pytest.approx(10.04)
    assert tuple(face.shares) == ANSWERS
    assert face.shares["sad"] == pytest.approx(2 / 10.04)
    assert sum(face.shares.values()) == pytest.approx(1)
    assert (face.changes, face.main_answer) == (2, "happy")
    assert face.probabilities[EMOTIONS.index("sad")] == pytest.approx(
        (0.7 * 2 + 0.05 * 8.04) / 10.04
    )


def test_shares_are_of_time_not_of_frames():
    """Ten frames a second of one answer weigh no more than two a second of another."""
    told = steady(1, "happy", 0, 5, step=0.1) + steady(1, "sad", 5, 10, step=0.5)
    (face,) = summarize(rows_of(told)).faces
    assert face.shares["happy"] == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    ("told", "seconds", "changes"),
    [
        (steady(1, "happy", 0, 2) + steady(1, "sad", 32, 34), 1.9 + 1 + 1.94, 1),
        (steady(1, "happy", 0, 2) + steady(1, "happy", 32, 34), 1.9 + 1 + 1.94, 0),
        ([(0, 1, "happy")], 0.04, 0),
        ([(0, 1, "happy"), (0, 1, "sad")], 0.04, 1),
    ],
    ids=["a pause", "a pause without a change", "one frame", "no time passes"],
)
def test_time_in_view(told, seconds: float, changes: int):
    (face,) = summarize(rows_of(told)).faces
    assert face.seconds == pytest.approx(seconds)
    assert face.changes == changes
    assert sum(face.shares.values()) == pytest.approx(1)


PAUSED = [*steady(NOBODY, "", 0, 1), (1, 1, "happy"), (61, NOBODY, ""), (61.5, 1, "sad")]
BLINKING = [(i / 10, NOBODY if i % 5 == 4 else 1, "happy") for i in range(50)]


@pytest.mark.parametrize(
    ("told", "share"),
    [
        ([], 0),
        ([(0, NOBODY, "")], 1),
        ([(0, 1, "happy")], 0),
        (steady(NOBODY, "", 0, 5), 1),
        (steady(1, "happy", 0, 3) + steady(NOBODY, "", 3, 4.1), 1.04 / 4.04),
        (PAUSED, 1.5 / 2.54),
        (BLINKING[:49], 0),
        (
            sorted(steady(1, "sad", 0, 2) + steady(2, "sad", 1, 3)) + steady(NOBODY, "", 3, 4.1),
            1.04 / 4.04,
        ),
    ],
    ids=["nothing", "empty frame", "one frame", "empty room", "left", "paused", "blinks", "two"],
)
def test_share_of_time_without_a_face(told, share: float):
    assert summarize(rows_of(told)).without_face == pytest.approx(share)


def test_what_was_let_go_is_told():
    record = record_of(TOLD, max_rows=50, chunk_rows=10)
    summary = summarize(record.rows())
    assert summary.start == pytest.approx(6)
    assert summary.end == pytest.approx(10.04)
    assert summary.frames == 41


def test_the_dictionary_is_rounded_and_complete():
    data = summarize(rows_of(TOLD)).to_dict()
    (face,) = data["faces"]
    assert data["frames"] == 101 and data["end_s"] == 10.04
    assert face["shares"]["sad"] == round(2 / 10.04, 4)
    assert list(face["mean_probabilities"]) == list(EMOTIONS)
    assert np.sum(list(face["mean_probabilities"].values())) == pytest.approx(1, abs=1e-3)
