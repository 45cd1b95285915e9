"""Photographs of all visitors take turns: as many at a time as cores, the others in a queue."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from fer_core.images.guarded import GuardedDecoder
from ui.server.budget import Budget
from ui.server.metrics import COUNTS

LOOK_S: Final = 0.5
"""How often one who waits looks whether it is their turn, in seconds."""


class Turns:
    """The queue. Safe to use from several threads, which is what it is for.

    Args:
        slots: How many pictures are looked at at a time.
        budget: Of the memory that their decoding takes.
    """

    def __init__(self, slots: int, budget: Budget) -> None:
        self._budget = budget
        self._decoders = deque(GuardedDecoder() for _ in range(slots))
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def turn(
        self, session: str, cost: int, on_wait: Callable[[int], None]
    ) -> Iterator[GuardedDecoder]:
        """Waits for a turn and yields a decoder that is the caller's until it ends.

        Args:
            session: Whose picture it is.
            cost: Bytes that decoding it takes.
            on_wait: Gets the number of pictures before this one, whenever that changes. What it
                raises gives the place up.
        """
        decoder = self._wait(session, cost, on_wait)
        try:
            yield decoder
        finally:
            COUNTS.add("photos")
            self._budget.decoded(session, cost)
            with self._changed:
                self._decoders.append(decoder)
                self._changed.notify_all()

    def close(self) -> None:
        """Ends the processes of the decoders that nobody is using."""
        with self._changed:
            for decoder in self._decoders:
                decoder.close()

    def _wait(self, session: str, cost: int, on_wait: Callable[[int], None]) -> GuardedDecoder:
        ticket = object()
        told = 0
        with self._changed:
            self._waiting.append(ticket)
        try:
            while True:
                with self._changed:
                    place = self._waiting.index(ticket)
                    if place == 0 and self._decoders and self._budget.try_decode(session, cost):
                        return self._decoders.popleft()
                if place + 1 != told:
                    told = place + 1
                    on_wait(place)
                with self._changed:
                    self._changed.wait(LOOK_S)
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()
