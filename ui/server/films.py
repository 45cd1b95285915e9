"""All visitors' films: who has which, and the queue in which they are looked at."""

from __future__ import annotations

import os
import secrets
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from fer_core.recognition.recognizer import Recognizer
from ui.server.budget import MEGABYTE, total_bytes
from ui.server.film_files import FilmFile
from ui.server.film_jobs import FilmJob, Task

MOST_BYTES: Final = 200 * MEGABYTE
"""Of a film that somebody uploads."""
SLOTS: Final = max(1, min(2, (os.cpu_count() or 1) // 2))
"""Films that are looked at at a time: each takes two threads, and a process that may add a gigabyte
(`film_process.HEADROOM`), which the budget does not count."""
_NICE: Final = 5
"""Live video comes before films."""


@dataclass(frozen=True, slots=True)
class _Arrived:
    session: str
    file: FilmFile


class Films:
    """Safe to use from several threads.

    Args:
        slots: How many films are looked at at a time.
        limit: Bytes that a file made of a film may have.
        total: Bytes for all visitors' films and what is made of them; the app's budget by default.
        apart: Whether films are decoded in processes of their own.
    """

    def __init__(
        self,
        slots: int = SLOTS,
        limit: int = MOST_BYTES,
        total: int | None = None,
        apart: bool = True,
    ) -> None:
        self._slots, self._limit, self._apart = slots, limit, apart
        self._total = total_bytes() if total is None else total
        self._lock = threading.Lock()
        self._arrived: dict[str, _Arrived] = {}
        self._opening: set[str] = set()
        self._jobs: dict[str, FilmJob] = {}
        self._order: list[FilmJob] = []
        self._pool = ThreadPoolExecutor(slots, "films", initializer=_step_back)

    def arrive(self, session: str, file: FilmFile) -> str:
        """Keeps a film until a page takes it, and returns the word by which it may."""
        word = secrets.token_urlsafe(24)
        with self._lock:
            self._arrived[word] = _Arrived(session, file)
        return word

    def open(self, session: str, word: str, name: str) -> FilmJob:
        """Makes an arrived film this visitor's; another one that they had is ended.

        Raises:
            KeyError: no such film of this visitor has arrived, or it was taken already.
            FilmError: it is no film that can be looked at.
        """
        with self._lock:
            arrived = self._arrived[word]
            if arrived.session != session or word in self._opening:
                raise KeyError(word)
            self._opening.add(word)
        try:
            job = FilmJob(session, name, arrived.file, self._room, self._apart)
        finally:
            with self._lock:
                self._opening.discard(word)
                stays = self._arrived.pop(word, None) is not None
        if not stays:  # its visitor left meanwhile, and nobody would end it any more
            job.end()
            raise KeyError(word)
        self.remove(session)
        with self._lock:
            self._jobs[session] = job
        return job

    def of(self, session: str) -> FilmJob | None:
        """A visitor's film."""
        return self._jobs.get(session)

    def find(self, token: str) -> FilmJob | None:
        """The film with this token."""
        with self._lock:
            jobs = list(self._jobs.values())
        asked = token.encode("utf-8", "replace")  # a text of other letters cannot be compared
        same = (job for job in jobs if secrets.compare_digest(job.token.encode(), asked))
        return next(same, None)

    def start(self, job: FilmJob, task: Task, recognizer: Recognizer) -> None:
        """Puts a task into the queue."""
        job.wait(task)
        with self._lock:
            self._order.append(job)
        self._pool.submit(job.work, recognizer).add_done_callback(
            lambda done: self._done(job, done)
        )

    def place(self, job: FilmJob) -> int:
        """How many films are looked at before this one is."""
        with self._lock:
            before = self._order.index(job) if job in self._order else 0
        return max(0, before - self._slots + 1)

    def held(self, session: str) -> tuple[int, int, int]:
        """Bytes of all films, of this visitor's, and how many those are."""
        with self._lock:
            sizes = [(a.session, a.file.size) for a in self._arrived.values()]
            sizes += [(job.session, job.size) for job in self._jobs.values()]
        own = [size for whose, size in sizes if whose == session]
        return sum(size for _, size in sizes), sum(own), len(own)

    def _room(self) -> int:
        """Bytes that a file may have which is made of a film now."""
        return max(0, min(self._limit, self._total - self.held("")[0]))

    def drop(self, word: str) -> None:
        """Forgets an arrived film that no page will take."""
        with self._lock:
            arrived = self._arrived.pop(word, None)
        if arrived is not None:
            arrived.file.close()

    def drop_arrived(self, session: str) -> None:
        """Forgets the films of a visitor that no page has taken."""
        for word in [w for w, a in list(self._arrived.items()) if a.session == session]:
            self.drop(word)

    def remove(self, session: str) -> None:
        """Ends a visitor's film, if there is one."""
        with self._lock:
            job = self._jobs.pop(session, None)
        if job is not None:
            job.end()

    def end(self, session: str) -> None:
        """Of a visitor who has left, nothing stays."""
        self.drop_arrived(session)
        self.remove(session)

    def close(self) -> None:
        """Ends everything, as the server does."""
        for session in {*self._jobs, *(a.session for a in list(self._arrived.values()))}:
            self.end(session)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _done(self, job: FilmJob, _: Future[None]) -> None:
        with self._lock, suppress(ValueError):
            self._order.remove(job)


def _step_back() -> None:
    """On Linux, a thread has a priority of its own, which the threads that it starts inherit."""
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


FILMS: Final = Films()
"""Of this process."""
