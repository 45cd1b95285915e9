import gc
import threading
import weakref

import numpy as np
import pytest
from live_fixtures import FakeClock, face, picture

from ui.live.pipeline.session import FRESH, LiveSession
from ui.live.pipeline.settings import Settings


def _session(analyze, clock=None, **options):
    return LiveSession(analyze, clock=clock or FakeClock(), **options)


def test_only_the_newest_frame_is_analysed():
    seen = []
    session = _session(lambda image, width: seen.append(int(image[0, 0, 0])) or [])
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

    def analyze(image, width):
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
    session = _session(lambda image, width: [face()], clock)
    session.offer(picture())
    session.run()
    assert session.latest() is not None
    clock.now += FRESH + 0.01
    assert session.latest() is None
    assert session.status().latest is None


def test_failing_analysis_is_counted_and_the_next_frame_served():
    answers = iter([ValueError("secret pixels"), [face()]])

    def analyze(image, width):
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
    session = _session(lambda image, width: 1 / 0, clock)
    for _ in range(20):
        session.offer(picture())
        session.run()
        clock.now += 0.03
    assert len(caplog.records) == 1
    assert session.status().failures == 20


def test_faces_get_numbers_and_are_written_down_in_order():
    session = _session(lambda image, width: [face(), face("sad", x=200)])
    for time in (1.0, 2.0):
        session.offer(picture(), arrived=time)
        session.run()
    session.close()
    rows = session.record.rows()
    assert rows["time"].tolist() == [0.0, 0.0, 1.0, 1.0]
    assert rows["number"].tolist() == [1, 2, 1, 2]
    assert rows["x"].tolist() == [10, 200, 10, 200]


@pytest.mark.parametrize(
    ("settings", "answer", "width"),
    [
        (Settings(), "happy", 320),
        (Settings(unsure_below=0.95), "unsure", 320),
        (Settings(detection="fast"), "happy", 224),
        (Settings(detection="far faces"), "happy", 640),
    ],
)
def test_settings_count_from_the_next_frame_on(settings, answer, width):
    widths = []

    def analyze(image, width):
        widths.append(width)
        return [face()]

    session = _session(analyze)
    session.settings = settings
    session.offer(picture())
    session.run()
    assert [shown.answer for shown in session.latest().faces] == [answer]
    assert widths == [width]


@pytest.mark.parametrize(("smoothing", "shown"), [(0.0, "sad"), (2.0, "happy")])
def test_smoothing_can_be_changed_while_it_runs(smoothing, shown):
    answers = iter([[face("happy")], [face("sad")]])
    session = _session(lambda image, width: next(answers))
    session.settings = Settings(smoothing=smoothing)
    for time in (1.0, 1.1):
        session.offer(picture(), arrived=time)
        session.run()
    (latest,) = session._latest.faces
    assert latest.answer == shown


def test_paused_session_analyses_nothing_and_shows_no_answer():
    session = _session(lambda image, width: [face()])
    session.offer(picture())
    session.run()
    session.settings = Settings(paused=True)
    assert session.latest() is None
    session.offer(picture())
    assert not session.waiting
    assert session.status().paused
    assert session.status().frames == 2
    session.settings = Settings()
    session.offer(picture())
    session.run()
    assert session.latest() is not None


def test_another_resolution_changes_no_number():
    faces = iter([[face(x=10)], [face(x=20, scale=2)]])
    session = _session(lambda image, width: next(faces))
    for size in ((48, 64), (96, 128)):
        session.offer(picture(size=size))
        session.run()
    assert session.record.faces() == (1,)


def test_brightness_is_the_last_frames():
    session = _session(lambda image, width: [])
    assert session.status().brightness is None
    session.offer(picture(12))
    session.run()
    assert session.status().brightness == 12


@pytest.mark.parametrize("closed_while_analysing", [False, True])
def test_closed_session_keeps_no_face(closed_while_analysing):
    crops = []

    def analyze(image, width):
        found = face()
        crops.append(weakref.ref(found.crop))
        if closed_while_analysing:
            session.close()
        return [found]

    session = _session(analyze)
    session.offer(picture())
    session.run()
    session.close()
    gc.collect()
    assert crops[0]() is None
    assert len(session.record) == (0 if closed_while_analysing else 1)


def test_closed_session_keeps_no_picture():
    started, go = threading.Event(), threading.Event()

    def analyze(image, width):
        started.set()
        assert go.wait(60)
        return [face()]

    session = LiveSession(analyze)
    session.offer(picture())
    worker = threading.Thread(target=session.run)
    worker.start()
    assert started.wait(60)
    session.close()
    go.set()
    worker.join(60)
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
    session = _session(lambda image, width: faces, clock)
    clock.now += 5
    session.offer(picture())
    session.run()
    assert session.status().since_face == pytest.approx(since_face)
    assert session.status().since_answer == pytest.approx(0.0)
