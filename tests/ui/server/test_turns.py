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


def _turns(slots=1, total=1000):
    return Turns(slots, Budget(total, lambda _: Held(0, 0, 0)))


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
    with queue.turn("b", 10, log.append) as decoder:
        assert decoder.decode is not None
    assert log == []
    assert COUNTS.take() == {"photos": 1}
