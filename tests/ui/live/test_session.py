import threading

import numpy as np
import pytest
from live_fixtures import FakeClock, face, picture

from ui.live.session import FRESH, LiveSession


def _session(analyze, clock=None, **options):
    return LiveSession(analyze, clock=clock or FakeClock(), **options)


def test_only_the_newest_frame_is_analysed():
    seen = []
    session = _session(lambda image: seen.append(int(image[0, 0, 0])) or [])
    for value in (1, 2, 3):
        session.offer(picture(value))
    assert session.waiting
    session.run()
    session.run()
    assert seen == [3]
    assert not session.waiting
    assert session.status().frames == 3


def test_answer_delay_and_rate_are_measured():
    clock = FakeClock()

    def analyze(image):
        clock.now += 0.040
        return [face()]

    session = _session(analyze, clock)
    for _ in range(10):
        session.offer(picture())
        session.run()
        clock.now += 0.060
    status = session.status()
    assert status.analysed_fps == pytest.approx(5.0)  # ten in the window of two seconds
    assert status.delay_ms == pytest.approx(40)
    assert status.latest is not None
    assert status.latest.size == (48, 64)
    assert status.since_face == pytest.approx(0.060)


def test_old_answer_is_not_shown():
    clock = FakeClock()
    session = _session(lambda image: [face()], clock)
    session.offer(picture())
    session.run()
    assert session.latest() is not None
    clock.now += FRESH + 0.01
    assert session.latest() is None
    assert session.status().latest is None


def test_failing_analysis_is_counted_and_the_next_frame_served():
    answers = iter([ValueError("secret pixels"), [face()]])

    def analyze(image):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    session = _session(analyze)
    session.offer(picture())
    session.run()
    assert session.status().failures == 1
    assert session.latest() is None
    session.offer(picture())
    session.run()
    assert session.latest() is not None


def test_burst_of_failures_is_logged_once(caplog):
    clock = FakeClock()
    session = _session(lambda image: 1 / 0, clock)
    for _ in range(20):
        session.offer(picture())
        session.run()
        clock.now += 0.03
    assert len(caplog.records) == 1
    assert session.status().failures == 20


def test_refine_sees_faces_and_arrival_in_order():
    calls = []

    def refine(faces, arrived):
        calls.append((len(faces), arrived))
        return faces[:1]

    session = _session(lambda image: [face(), face("sad")], refine=refine)
    session.offer(picture(), arrived=1.0)
    session.run()
    session.offer(picture(), arrived=2.0)
    session.run()
    assert calls == [(2, 1.0), (2, 2.0)]


def test_closed_session_keeps_no_picture():
    started, go = threading.Event(), threading.Event()

    def analyze(image):
        started.set()
        assert go.wait(5)
        return [face()]

    session = LiveSession(analyze)
    session.offer(picture())
    worker = threading.Thread(target=session.run)
    worker.start()
    assert started.wait(5)
    session.close()
    go.set()
    worker.join(5)
    session.offer(np.zeros((4, 4, 3), np.uint8))
    assert session.closed
    assert not session.waiting
    assert session.latest() is None
    session.run()
    assert session.status().analysed_fps == 0


@pytest.mark.parametrize(
    ("faces", "since_face"), [([], 5.0), ([face()], 0.0)], ids=["no face", "a face"]
)
def test_time_without_a_face(faces, since_face):
    clock = FakeClock()
    session = _session(lambda image: faces, clock)
    clock.now += 5
    session.offer(picture())
    session.run()
    assert session.status().since_face == pytest.approx(since_face)
    assert session.status().since_answer == pytest.approx(0.0)
