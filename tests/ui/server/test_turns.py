"""Pictures take turns, in the order in which they came, within the memory there is."""

import threading
import time

import pytest

from ui.server import turns
from ui.server.budget import Budget, Held
from ui.server.metrics import COUNTS
from ui.server.turns import Turns


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(turns, "LOOK_S", 0.01)


def _turns(slots=1, total=1000, live=lambda: False):
    return Turns(slots, Budget(total, lambda _: Held(0, 0, 0)), live)


def _until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class _Visitor(threading.Thread):
    """Takes a turn and holds it until it is told to go."""

    def __init__(self, queue, log, name, cost=0):
        super().__init__(name=name, daemon=True)
        self._queue, self._log, self._cost = queue, log, cost
        self.places, self.go = [], threading.Event()
        self.start()

    def run(self):
        with self._queue.turn(self.name, self._cost, self.places.append):
            self._log.append(self.name)
            self.go.wait(30)


def test_no_more_at_a_time_than_there_are_slots():
    queue, log = _turns(slots=2), []
    visitors = [_Visitor(queue, log, name) for name in "ab"]
    _until(lambda: len(log) == 2)
    third = _Visitor(queue, log, "c")
    _until(lambda: third.places == [0])
    assert len(log) == 2
    visitors[0].go.set()
    _until(lambda: log[2:] == ["c"])
    for visitor in (*visitors, third):
        visitor.go.set()
        visitor.join(30)


def test_first_come_first_served_and_everyone_knows_their_place():
    queue, log = _turns(), []
    visitors = []
    for i, name in enumerate("abcd"):
        visitors.append(_Visitor(queue, log, name))
        _until(lambda i=i: len(log) == 1 and (i == 0 or visitors[-1].places == [i - 1]))
    for done, visitor in enumerate(visitors, start=1):
        visitor.go.set()
        visitor.join(30)
        _until(lambda done=done: done > 2 or visitors[3].places[-1] == 2 - done)
    assert log == list("abcd")
    assert visitors[3].places == [2, 1, 0]
    assert visitors[0].places == []


def test_a_picture_waits_for_memory_too():
    queue, log = _turns(slots=2, total=1000), []
    large, larger = _Visitor(queue, log, "large", 700), None
    _until(lambda: log == ["large"])
    larger = _Visitor(queue, log, "larger", 400)
    _until(lambda: larger.places == [0])
    assert log == ["large"]
    large.go.set()
    _until(lambda: log == ["large", "larger"])
    larger.go.set()


def test_one_who_leaves_the_queue_holds_nobody_up():
    queue, log = _turns(), []
    first = _Visitor(queue, log, "first")
    _until(lambda: log == ["first"])

    class LeftError(Exception):
        pass

    def leave(_):
        raise LeftError

    with pytest.raises(LeftError), queue.turn("second", 0, leave):
        pass
    last = _Visitor(queue, log, "last")
    first.go.set()
    _until(lambda: log == ["first", "last"])
    last.go.set()


def test_a_fault_in_a_turn_ends_it():
    queue, log = _turns(total=10), []
    with pytest.raises(RuntimeError, match="fault"), queue.turn("a", 10, log.append):
        raise RuntimeError("fault")
    COUNTS.take()
    with queue.turn("b", 10, log.append) as worker:
        assert worker.analyze is not None
    assert log == []
    assert COUNTS.take() == {"photos": 1}


def test_while_a_camera_runs_there_is_a_slot_less_but_always_one():
    running = True
    queue, log = _turns(slots=2, live=lambda: running), []
    visitors = [_Visitor(queue, log, name) for name in "ab"]
    _until(lambda: len(log) == 1 and any(visitor.places == [0] for visitor in visitors))
    time.sleep(0.1)
    assert len(log) == 1
    running = False
    _until(lambda: len(log) == 2)
    for visitor in visitors:
        visitor.go.set()
    alone, log = _turns(slots=1, live=lambda: True), []
    last = _Visitor(alone, log, "c")
    _until(lambda: log == ["c"])
    last.go.set()


class _Worker:
    def __init__(self, used):
        self.used, self.runs = used, True

    def close(self):
        self.runs = False


def test_idle_workers_end_but_for_the_last(monkeypatch):
    queue = _turns(slots=3)
    long_ago, now = time.monotonic() - turns.IDLE_S - 1, time.monotonic()
    old, older, new = _Worker(long_ago), _Worker(long_ago), _Worker(now)
    queue._workers.clear()
    queue._workers.extend((old, new, older))
    queue.rest()
    assert (old.runs, new.runs, older.runs) == (False, True, True)
    queue.rest()
    assert (new.runs, older.runs) == (True, True)
    with queue.turn("a", 0, lambda _: None) as worker:
        assert worker is older, "the one that was used last"
        new.used = long_ago
        queue.rest()
        assert not new.runs
