"""The tracker on synthetic tracks: who is who, and when the shown answer changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from faces import answered

from fer_core.labels import UNSURE
from fer_core.types import Box, FaceEmotion
from fer_core.video.tracking import Tracker, steady_answer

FPS = 25


def _face(
    x: float, y: float = 100, side: int = 80, emotion: str = "happy", sure: float = 0.9
) -> FaceEmotion:
    box = Box(round(x - side / 2), round(y - side / 2), side, side)
    return answered(box, 0.4, score=0.9, **{emotion: sure})


def _play(tracker: Tracker, frames: list[list[FaceEmotion]]) -> list[dict[int, float]]:
    """For each frame: number → x of the centre, of the faces that were detected in it."""
    seen = []
    for i, faces in enumerate(frames):
        shown = tracker.update(faces, i / FPS)
        boxes = {t.number: t.result.face.box for t in shown if t.age == 0}
        seen.append({number: box.x + box.width / 2 for number, box in boxes.items()})
    return seen


def _walk(start: float, end: float, frames: int) -> list[float]:
    return np.linspace(start, end, frames).tolist()


def test_a_still_face_keeps_its_number():
    assert _play(Tracker(), [[_face(100)]] * 50) == [{1: 100.0}] * 50


@pytest.mark.parametrize("missed", [1, 10, 24])
def test_a_detector_that_blinks_for_up_to_a_second_changes_nothing(missed: int):
    frames = [[_face(100)]] * 5 + [[]] * missed + [[_face(110)]] * 5
    assert _play(Tracker(), frames)[-1] == {1: 110.0}


def test_a_lost_face_is_shown_with_its_age_and_then_forgotten():
    tracker = Tracker()
    tracker.update([_face(100)], 0.0)
    (lost,) = tracker.update([], 0.5)
    assert (lost.number, lost.age) == (1, 0.5)
    assert len(tracker.update([], 1.4)) == 1
    assert tracker.update([], 1.6) == ()
    (back,) = tracker.update([_face(100)], 1.7)
    assert back.number == 2


@pytest.mark.parametrize(("gap", "number"), [(1.2, 1), (4.9, 1), (5.1, 2)])
def test_a_machine_that_falls_behind_is_no_reason_for_a_new_number(gap: float, number: int):
    tracker = Tracker()
    tracker.update([_face(100)], 0.0)
    (after,) = tracker.update([_face(110)], gap)
    assert after.number == number


def test_what_is_found_in_a_single_frame_gets_no_number():
    tracker = Tracker(confirm_after=2)
    film = [[_face(100)], [_face(100), _face(400)], *[[_face(100)]] * 3, [_face(100), _face(300)]]
    seen = _play(tracker, [*film, [_face(100), _face(300)]])
    assert seen == [{}, *[{1: 100.0}] * 5, {1: 100.0, 2: 300.0}]


def test_a_camera_that_changes_its_resolution_changes_no_number():
    tracker = Tracker()
    tracker.update([_face(100), _face(300)], 0.0)
    tracker.rescale(2.0, 2.0)
    after = tracker.update([_face(600, y=200, side=160), _face(200, y=200, side=160)], 0.1)
    assert [(face.number, face.result.face.box.x) for face in after] == [(1, 120), (2, 520)]


@pytest.mark.parametrize("frames", [25, 50])
@pytest.mark.parametrize("hidden", [0, 5])
def test_crossing_faces_keep_their_numbers(frames: int, hidden: int):
    left, right = _walk(50, 550, frames), _walk(550, 50, frames)
    film = [[_face(a), _face(b, y=120)] for a, b in zip(left, right, strict=True)]
    middle = frames // 2
    for i in range(middle, middle + hidden):
        film[i] = film[i][:1]  # the one behind is covered
    last = _play(Tracker(), film)[-1]
    assert last == {1: 550.0, 2: 50.0}


def test_one_leaves_and_the_other_stays_itself():
    away = [[_face(200), _face(400 + 60 * i)] for i in range(10)]
    assert _play(Tracker(), away + [[_face(200)]] * 60)[-1] == {1: 200.0}


def test_a_face_elsewhere_or_of_another_size_is_another_face():
    assert _play(Tracker(), [[_face(100)], [_face(500)]])[-1] == {2: 500.0}
    assert _play(Tracker(), [[_face(100, side=40)], [_face(100, side=120)]])[-1] == {2: 100.0}


def test_why_a_face_is_hard_to_read_goes_along():
    face = replace(answered(Box(10, 20, 40, 40), happy=0.7), notes=("dark",))
    tracker = Tracker()
    for i in range(3):
        shown = tracker.update([face], i / 10)
    assert [tracked.result.notes for tracked in shown] == [("dark",)]


def test_the_order_of_detections_does_not_matter():
    film = [[_face(100), _face(300)], [_face(300), _face(100)]]
    assert _play(Tracker(), film)[-1] == {1: 100.0, 2: 300.0}


def test_at_most_eight_faces():
    crowd = [_face(100 * i) for i in range(12)]
    assert len(_play(Tracker(), [crowd, crowd])[-1]) == 8


def test_reset_starts_from_one():
    tracker = Tracker()
    tracker.update([_face(100)], 0.0)
    tracker.reset()
    assert tracker.update([_face(400)], 0.1)[0].number == 1


@pytest.mark.parametrize("smoothing", [0.0, 0.25, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("fps", [5, 10, 30])
def test_a_sudden_change_shows_within_twice_the_smoothing_time(smoothing: float, fps: int):
    tracker = Tracker(smoothing_seconds=smoothing)
    for i in range(3 * fps):
        tracker.update([_face(100, emotion="happy")], i / fps)
    start = 3.0
    for i in range(10 * fps):
        time = start + i / fps
        (face,) = tracker.update([_face(100, emotion="sad")], time)
        if face.answer == "sad":
            assert time - start <= max(2 * smoothing, 1 / fps)
            return
    pytest.fail("the change was never shown")


def test_smoothing_does_not_depend_on_the_frame_rate():
    shares = []
    for fps in (5, 20):
        tracker = Tracker(smoothing_seconds=0.5)
        tracker.update([_face(100, emotion="happy")], 0.0)
        for i in range(1, fps + 1):
            (face,) = tracker.update([_face(100, emotion="sad")], i / fps)
        shares.append(face.result.probabilities)
    np.testing.assert_allclose(shares[0], shares[1], atol=1e-5)
    assert shares[0].sum() == pytest.approx(1.0, abs=1e-5)


def test_a_flickering_input_gives_one_answer():
    tracker = Tracker(smoothing_seconds=0.5)
    answers = set()
    for i in range(200):
        emotion = "happy" if i % 2 else "surprise"
        (face,) = tracker.update([_face(100, emotion=emotion, sure=0.6)], i / FPS)
        answers.add(face.answer)
    assert len(answers - {UNSURE}) == 1


@pytest.mark.parametrize(
    ("happy", "surprise", "shown", "expected"),
    [
        (0.5, 0.45, "happy", "happy"),
        (0.45, 0.5, "happy", "happy"),  # ahead, but not clearly
        (0.4, 0.55, "happy", "surprise"),
        (0.38, 0.32, "happy", "happy"),  # a little below the threshold
        (0.36, 0.33, "happy", UNSURE),
        (0.41, 0.3, UNSURE, UNSURE),  # a little above it
        (0.45, 0.3, UNSURE, "happy"),
    ],
)
def test_hysteresis(happy: float, surprise: float, shown: str, expected: str):
    shares = {"happy": happy, "surprise": surprise, "neutral": 1 - happy - surprise}
    assert steady_answer(answered(unsure_below=0.4, **shares), shown) == expected


@pytest.mark.parametrize("seconds", [-0.1, 2.5])
def test_other_smoothing_times_are_refused(seconds: float):
    with pytest.raises(ValueError, match="0 to 2 seconds"):
        Tracker(smoothing_seconds=seconds)
