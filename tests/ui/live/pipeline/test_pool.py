import gc
import threading
import time
import weakref
from collections import Counter

import pytest
from live_fixtures import FakeClock, until

from ui.live.pipeline.pool import CONNECTING, SILENT, AnalysisPool


class _Job:
    """Has `frames` frames waiting; each takes `seconds`."""

    def __init__(self, name, frames=1, seconds=0.0, record=None):
        self.name, self.left, self.seconds = name, frames, seconds
        self.record = record if record is not None else []
        self.at_once = self.most_at_once = 0

    @property
    def waiting(self):
        return self.left > 0

    def run(self):
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.left -= 1
        time.sleep(self.seconds)
        self.record.append(self.name)
        self.at_once -= 1


@pytest.fixture
def pools():
    made = []

    def make(workers, **options):
        made.append(AnalysisPool(workers, **options))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


def test_sessions_take_turns(pools):
    pool, record, both = pools(1), [], threading.Event()
    holding = _Job("holding")
    holding.run = lambda: (both.wait(), setattr(holding, "left", 0))
    pool.wake(holding)  # until both others stand in the queue
    greedy = _Job("greedy", frames=50, seconds=0.001, record=record)
    modest = _Job("modest", frames=3, seconds=0.001, record=record)
    pool.wake(greedy)
    pool.wake(modest)
    both.set()
    until(lambda: len(record) == 53)
    # The modest one's three frames come within the first turns, not after the greedy one's fifty.
    assert max(i for i, name in enumerate(record) if name == "modest") < 10


def test_no_session_is_run_by_two_threads_and_the_queue_is_bounded(pools):
    pool = pools(4)
    jobs = [_Job(i, frames=20, seconds=0.001) for i in range(3)]
    longest = 0
    for _ in range(200):
        for job in jobs:
            pool.wake(job)
        longest = max(longest, pool.queued)
    until(lambda: not any(job.waiting for job in jobs) and pool.queued == 0)
    assert longest <= len(jobs)
    assert [job.most_at_once for job in jobs] == [1, 1, 1]


def test_hanging_session_does_not_stop_another(pools):
    pool, go = pools(2), threading.Event()
    hanging, lively = _Job("hanging"), _Job("lively", frames=5)
    hanging.run = lambda: (go.wait(60), setattr(hanging, "left", 0))
    pool.wake(hanging)
    pool.wake(lively)
    until(lambda: not lively.waiting)
    go.set()


def test_raising_job_costs_no_thread(pools, caplog):
    pool = pools(1)
    broken, sound = _Job("broken"), _Job("sound")

    def fail():
        broken.left = 0
        raise RuntimeError("a bug")

    broken.run = fail
    pool.wake(broken)
    pool.wake(sound)
    until(lambda: sound.record == ["sound"])
    assert "An analysis job raised" in caplog.text


def test_close_ends_every_thread():
    before = set(threading.enumerate())
    pool = AnalysisPool(3)
    started = set(threading.enumerate()) - before
    assert len(started) == 3
    pool.close()
    until(lambda: not any(thread.is_alive() for thread in started))


def test_seats_are_counted_and_freed(pools):
    pool = pools(1)
    first, second, third = (_Job(i) for i in range(3))
    asked = [pool.admit(job, seats=2) for job in (first, first, second, third)]
    assert asked == [True, True, True, False]
    pool.dismiss(first)
    assert pool.admit(third, seats=2)
    assert pool.seated == 2
    pool.dismiss(first)  # twice does no harm


def test_silent_session_loses_its_seat_and_takes_it_again(pools):
    clock = FakeClock()
    pool = pools(1, clock=clock)
    silent, alive, new = (_Job(i, frames=0) for i in range(3))
    assert pool.admit(silent, seats=2)
    assert pool.admit(alive, seats=2)
    pool.wake(silent)
    clock.now += SILENT + 0.1
    pool.wake(alive)
    assert pool.admit(new, seats=2)
    assert pool.seated == 2
    pool.wake(silent)  # its camera had only paused: it goes on and counts again
    assert pool.seated == 3


def test_frames_that_were_never_admitted_take_a_seat_and_those_of_an_ended_session_none(pools):
    pool = pools(1)
    unasked, ended, new = (_Job(i, frames=0) for i in range(3))
    pool.wake(unasked)
    assert not pool.admit(new, seats=1)
    assert pool.admit(ended, seats=2)
    pool.dismiss(ended)
    pool.wake(ended)
    assert pool.seated == 1
    assert pool.admit(ended, seats=2)  # a new start
    pool.wake(ended)
    assert pool.seated == 2


@pytest.mark.parametrize(("seconds", "free"), [(CONNECTING - 0.1, False), (CONNECTING + 0.1, True)])
def test_seat_is_kept_while_the_connection_comes_about(pools, seconds, free):
    clock = FakeClock()
    pool = pools(1, clock=clock)
    assert pool.admit(_Job("connecting"), seats=1)
    clock.now += seconds
    assert pool.admit(_Job("next"), seats=1) is free


def test_sessions_that_were_never_dismissed_are_let_go(pools):
    clock = FakeClock()
    pool, job = pools(1, clock=clock), _Job("lost")
    assert pool.admit(job, seats=1)
    clock.now += 1000
    assert pool.seated == 0
    lost = weakref.ref(job)
    del job
    gc.collect()
    assert lost() is None


def test_every_woken_frame_is_analysed_under_contention(pools):
    pool, done = pools(3), Counter()
    jobs = [_Job(i, frames=0) for i in range(5)]
    for job in jobs:
        job.run = lambda job=job: (setattr(job, "left", 0), done.update([job.name]))
    for _ in range(100):
        for job in jobs:
            job.left = 1
            pool.wake(job)
        until(lambda: not any(job.waiting for job in jobs))
    assert set(done) == {0, 1, 2, 3, 4}
