"""Photographs of all visitors take turns: as many at a time as cores, the others in a queue."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from fer_core.batch.photo_worker import PhotoWorker
from fer_core.errors import FerError
from fer_core.images import examine, supported_kind
from fer_core.recognition.photos import Photo
from ui.server.budget import Budget
from ui.server.metrics import COUNTS

LOOK_S: Final = 0.5
"""How often one who waits looks whether it is their turn, in seconds."""
IDLE_S: Final = 15.0
"""A worker that was not used for so long ends, but for the last one, in seconds."""


class Turns:
    """The queue. Safe to use from several threads, which is what it is for.

    Args:
        slots: How many pictures are looked at at a time, at least 1.
        budget: Of the memory that their decoding takes.
        live: Whether somebody's camera runs: there is a slot less then, but always one.
    """

    def __init__(
        self, slots: int, budget: Budget, live: Callable[[], bool] = lambda: False
    ) -> None:
        self._slots, self._budget, self._live = slots, budget, live
        self._workers = deque(PhotoWorker() for _ in range(slots))
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def turn(
        self, session: str, cost: int, on_wait: Callable[[int], None]
    ) -> Iterator[PhotoWorker]:
        """Waits for a turn and yields a worker that is the caller's until it ends.

        Args:
            session: Whose picture it is.
            cost: Bytes that decoding it takes.
            on_wait: Gets the number of pictures before this one, whenever that changes. What it
                raises gives the place up.
        """
        worker = self._wait(session, cost, on_wait)
        try:
            yield worker
        finally:
            COUNTS.add("photos")
            self._budget.decoded(session, cost)
            with self._changed:
                self._workers.append(worker)  # the next one to be used: the others may end
                self._changed.notify_all()

    def rest(self) -> None:
        """Ends the workers that were not used lately, but for one: it takes a second to start."""
        with self._changed:
            idle = [worker for worker in self._workers if worker.runs]
            spare = idle if len(self._workers) < self._slots else idle[:-1]
            for worker in spare:
                if time.monotonic() - worker.used > IDLE_S:
                    worker.close()

    def close(self) -> None:
        """Ends the workers that nobody is using."""
        with self._changed:
            for worker in self._workers:
                worker.close()

    def _wait(self, session: str, cost: int, on_wait: Callable[[int], None]) -> PhotoWorker:
        ticket = object()
        told = 0
        with self._changed:
            self._waiting.append(ticket)
        try:
            while True:
                with self._changed:
                    place = self._waiting.index(ticket)
                    if place == 0 and self._free() and self._budget.try_decode(session, cost):
                        return self._workers.pop()
                if place + 1 != told:
                    told = place + 1
                    on_wait(place)
                with self._changed:
                    self._changed.wait(LOOK_S)
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _free(self) -> bool:
        kept = 1 if self._live() and self._slots > 1 else 0
        return len(self._workers) > kept


def cost(photo: Photo) -> int:
    """Bytes that decoding a photo takes; 0 if it will be refused."""
    try:
        data = photo.read()
        return examine(supported_kind(data), data).cost
    except (FerError, ValueError):
        return 0
