"""One bounded pool of threads that analyses the newest frames of all sessions in turn."""

from __future__ import annotations

import logging
import queue
import threading
import time
import weakref
from collections.abc import Callable
from typing import Final, Protocol

_log = logging.getLogger(__name__)

CONNECTING: Final = 10.0
"""Seconds for which a seat is kept until the first frame comes."""

SILENT: Final = 3.0
"""Seconds after its last frame at which a session's seat counts as free: a closed tab says no
goodbye, and who reloads the page wants to start again."""

_FORGOTTEN: Final = 120.0  # seconds after which a session that was never dismissed is let go


class Job(Protocol):
    """A session, as the pool sees it."""

    @property
    def waiting(self) -> bool:
        """Whether there is a frame to analyse."""
        ...

    def run(self) -> None:
        """Analyse the newest frame. Called by one thread of the pool at a time."""
        ...


class AnalysisPool:
    """Run each job that has something waiting, first come, first served, one frame a turn.

    A job stands in the queue at most once and is never run by two threads, so that the queue is as
    short as there are sessions and none of them can crowd out another.

    Args:
        workers: Threads. They are daemons: one that hangs in a detector does not hold up the exit.
        clock: Seconds, monotonic.
    """

    def __init__(self, workers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._scheduled: set[Job] = set()
        self._seats: dict[Job, float] = {}  # until when each is kept
        self._dismissed: weakref.WeakSet[Job] = weakref.WeakSet()
        self._threads = [
            threading.Thread(target=self._work, name=f"analysis_{i}", daemon=True)
            for i in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def admit(self, job: Job, seats: int) -> bool:
        """Give the job one of `seats` seats; False if all are taken."""
        with self._lock:
            if job not in self._seats and self._taken() >= seats:
                return False
            self._dismissed.discard(job)
            self._seats[job] = self._clock() + CONNECTING
            return True

    def dismiss(self, job: Job) -> None:
        """Free the job's seat, if it has one. A frame still on its way does not take it again."""
        with self._lock:
            self._seats.pop(job, None)
            self._dismissed.add(job)

    @property
    def seated(self) -> int:
        """How many sessions have a seat and gave a sign of life lately."""
        with self._lock:
            return self._taken()

    @property
    def queued(self) -> int:
        """How many jobs wait or run."""
        return len(self._scheduled)

    def wake(self, job: Job) -> None:
        """Schedule a job that has a frame waiting. Returns at once.

        Whoever sends frames has a seat, even without `admit`: a camera that was paused, or a
        connection that was made without asking. So the count that newcomers are told is true.
        """
        with self._lock:
            if job not in self._dismissed:
                self._seats[job] = self._clock() + SILENT
            if job in self._scheduled:
                return
            self._scheduled.add(job)
        self._queue.put(job)

    def close(self) -> None:
        """End the threads once they have finished their current jobs."""
        for _ in self._threads:
            self._queue.put(None)

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                job.run()
            except Exception:  # a job that breaks its promise must not cost a thread
                _log.exception("An analysis job raised")
            with self._lock:
                again = job.waiting
                if not again:
                    self._scheduled.discard(job)
            if again:
                self._queue.put(job)
            del job  # or an idle thread would hold on to a session that has ended

    def _taken(self) -> int:
        now = self._clock()
        for job in [job for job, until in self._seats.items() if now - until > _FORGOTTEN]:
            del self._seats[job]
        return sum(now <= until for until in self._seats.values())
