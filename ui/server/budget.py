"""One budget of memory for all that visitors upload and the app decodes, and a share for each."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

MEGABYTE: Final = 1_000_000
TOTAL_VARIABLE: Final = "FER_MEMORY_MB"
TOTAL_MB: Final = 500
PERSON_SHARE: Final = 0.5
"""The most of all that one visitor's uploads may take."""
MOST_FILES: Final = 200
"""Files that a visitor may have uploaded at a time."""
_FIRST: Final = "Remove some, then add this one."


class BudgetError(Exception):
    """What does not fit, in words for the person who asked for it."""


@dataclass(frozen=True, slots=True)
class Held:
    """What visitors have uploaded already.

    Attributes:
        total: Bytes of all.
        own: Bytes of the one who asks.
        files: How many files those are.
    """

    total: int
    own: int
    files: int


class Originals:
    """Photos as they came, kept for those visitors who ask for it. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[str, dict[int, bytes]] = {}

    def keep(self, session: str, number: int, data: bytes, most: int) -> bool:
        """Keeps a visitor's photo under a number; returns False if they had more than `most` bytes
        then."""
        with self._lock:
            own = self._files.setdefault(session, {})
            if sum(map(len, own.values())) + len(data) > most:
                return False
            own[number] = data
            return True

    def of(self, session: str) -> dict[int, bytes]:
        """Number → what a visitor has kept."""
        with self._lock:
            return dict(self._files.get(session, {}))

    def all(self) -> dict[str, list[bytes]]:
        """Session → what is kept."""
        with self._lock:
            return {session: list(own.values()) for session, own in self._files.items()}

    def drop(self, session: str, number: int | None = None) -> None:
        """Forgets a visitor's photo, or all of theirs."""
        with self._lock:
            if number is None:
                self._files.pop(session, None)
            else:
                self._files.get(session, {}).pop(number, None)


ORIGINALS: Final = Originals()


@dataclass
class Budget:
    """Bytes that are held for uploads on their way in, and for pictures while they are decoded.

    What has arrived is Streamlit's to keep; `held` asks for it. Safe to use from several threads.

    Attributes:
        total: Bytes for everybody.
        held: A visitor's session id → what is uploaded already.
    """

    total: int
    held: Callable[[str], Held]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _reserved: Counter[str] = field(default_factory=Counter)

    @property
    def person(self) -> int:
        """Bytes of uploads for each visitor."""
        return int(self.total * PERSON_SHARE)

    @contextmanager
    def upload(self, session: str, size: int) -> Iterator[None]:
        """Holds the bytes of an upload while it comes in.

        Raises:
            BudgetError: if it does not fit, with the reason.
        """
        with self._lock:
            held, coming = self.held(session), self._reserved[session]
            if held.files >= MOST_FILES:
                raise BudgetError(f"{MOST_FILES} files are the most at a time. {_FIRST}")
            if held.own + coming + size > self.person:
                raise BudgetError(f"All your files together may have {_mb(self.person)}. {_FIRST}")
            if held.total + self._reserved.total() + size > self.total:
                raise BudgetError(
                    "Others are using this app's memory at the moment. Add this file again in a "
                    "minute."
                )
            self._reserved[session] += size
        try:
            yield
        finally:
            self._give_back(session, size)

    def try_decode(self, session: str, size: int) -> bool:
        """Holds the bytes that decoding a picture takes, if they are free.

        Pictures larger than what is left of an empty budget are let in alone, so that none waits
        forever: each is bounded by itself.
        """
        with self._lock:
            taken = self.held(session).total + self._reserved.total()
            if taken + size > self.total and self._reserved.total():
                return False
            self._reserved[session] += size
            return True

    def decoded(self, session: str, size: int) -> None:
        """Gives back what `try_decode` held."""
        self._give_back(session, size)

    def _give_back(self, session: str, size: int) -> None:
        with self._lock:
            self._reserved[session] -= size
            if not self._reserved[session]:
                del self._reserved[session]


def total_bytes() -> int:
    """The budget that the environment variable sets, in bytes; the default if it is no number."""
    try:
        megabytes = int(os.environ.get(TOTAL_VARIABLE, TOTAL_MB))
    except ValueError:
        megabytes = TOTAL_MB
    return max(megabytes, 1) * MEGABYTE


def _mb(size: int) -> str:
    return f"{size / MEGABYTE:.0f} MB"
