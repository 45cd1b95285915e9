import gc
import threading
import weakref

import numpy as np
import pytest
from live_fixtures import FakeClock, face, picture

from ui.live.pipeline.session import FRESH, LiveSession
from ui.live.pipeline.settings import DETECTION_WIDTHS, Settings


def _session(analyze, clock=None, **options):
    return LiveSession(analyze, clock=clock or FakeClock(), **options)


def test_only_the_newest_frame_is_analysed():
    seen = []
    session = _session(lambda image, settings: seen.append(int(image[0, 0, 0])) or [])
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

    def analyze(image, settings):
        clock.now += 0.040
        return [face()]

    session = _session(analyze, clock)
    for _ in range(10):
        session.offer(picture())
        session.run()
        clock.now += 0.060
    status = session.status()
    assert status.analysed_fps == pytest.approx(5.0)  # ten in the window of two seconds
    assert (status.answers, status.passing_ms) == (10, None)
    for seconds in (0.01, 0.02, 0.9):
        session.passed(seconds)
    assert session.status().passing_ms == pytest.approx(20)
    assert status.latest is not None
    assert status.latest.size == (48, 64)
    assert status.since_face == pytest.approx(0.060)


def test_old_answer_is_not_shown():
    clock = FakeClock()
    session = _session(lambda image, settings: [face()], clock)
    session.offer(picture())
    session.run()
    assert session.latest() is not None
    clock.now += FRESH + 0.01
    assert session.latest() is None
    assert session.status().latest is None


def test_failing_analysis_is_counted_and_the_next_frame_served():
    answers = iter([ValueError("secret pixels"), [face()]])

    def analyze(image, settings):
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
    session = _session(lambda image, settings: 1 / 0, clock)
    for _ in range(20):
        session.offer(picture())
        session.run()
        clock.now += 0.03
    assert len(caplog.records) == 1
    assert session.status().failures == 20


def test_faces_get_numbers_and_are_written_down_in_order():
    session = _session(lambda image, settings: [face(), face("sad", x=200)])
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

    def analyze(image, settings):
        widths.append(DETECTION_WIDTHS[settings.detection])
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
    session = _session(lambda image, settings: next(answers))
    session.settings = Settings(smoothing=smoothing)
    for time in (1.0, 1.1):
        session.offer(picture(), arrived=time)
        session.run()
    (latest,) = session._latest.faces
    assert latest.answer == shown


def test_paused_session_analyses_nothing_and_shows_no_answer():
    session = _session(lambda image, settings: [face()])
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
    session = _session(lambda image, settings: next(faces))
    for size in ((48, 64), (96, 128)):
        session.offer(picture(size=size))
        session.run()
    assert session.record.faces() == (1,)


def test_brightness_is_the_last_frames():
    session = _session(lambda image, settings: [])
    assert session.status().brightness is None
    session.offer(picture(12))
    session.run()
    assert session.status().brightness == 12


@pytest.mark.parametrize("closed_while_analysing", [False, True])
def test_closed_session_keeps_no_face(closed_while_analysing):
    crops = []

    def analyze(image, settings):
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

    def analyze(image, settings):
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
    session = _session(lambda image, settings: faces, clock)
    clock.now += 5
    session.offer(picture())
    session.run()
    assert session.status().since_face == pytest.approx(since_face)
    assert session.status().since_answer == pytest.approx(0.0)


def test_the_record_has_every_analysed_frame_with_the_settings_in_force():
    clock = FakeClock()
    faces = iter([[face()], [], [face()]])
    session = _session(lambda image, settings: next(faces), clock)
    for settings in (Settings(unsure_below=0.4), Settings(unsure_below=0.4), Settings(mix="even")):
        session.settings = settings
        session.offer(picture())
        session.offer(picture())  # replaces the one before
        session.run()
        clock.now += 0.1
    rows = session.record.rows()
    assert rows["number"].tolist() == [1, 0, 1]
    assert rows["frame"].tolist() == [1, 3, 5], "of all frames that came"
    told = [
        (c.settings["unsure_below"], c.settings["expected_mix"]) for c in session.record.changes
    ]
    assert told == [(0.4, "everyday"), (0.0, "even")]


def test_pauses_and_frames_that_nobody_analysed_count_in_the_records_time():
    clock = FakeClock()
    session = _session(lambda image, settings: [face()], clock)
    session.offer(picture())
    session.run()
    clock.now += 1
    session.settings = Settings(paused=True)
    session.settings = Settings(paused=True, mirror=False)
    clock.now += 3
    session.settings = Settings()
    clock.now += 2
    session.offer(picture())  # never analysed
    session.close()
    clock.now += 5
    session.offer(picture())  # after the end
    timing = session.record.timing
    assert [(round(p.start, 6), round(p.end, 6)) for p in timing.pauses] == [(1, 4)]
    assert timing.end == pytest.approx(6)


def test_an_event_is_marked_at_its_moment_and_its_note_may_come_later():
    clock = FakeClock()
    session = _session(lambda image, settings: [face()], clock)
    session.mark("too early: nothing was analysed")
    session.offer(picture())
    session.run()
    clock.now += 2.5
    session.mark()
    session.record.note(0, "smile asked for")
    assert [(m.time, m.note) for m in session.record.marks] == [(2.5, "smile asked for")]
