"""What was shown: one row an analysed frame and face, and the rows of a live session.

Figures only, no picture.
"""

from __future__ import annotations

import datetime
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import EMOTIONS, UNSURE
from fer_core.video.tracking import TrackedFace

ANSWERS: Final = (*EMOTIONS, UNSURE)
"""What a face can be answered, in the order of the codes in `ROW`'s "answer"."""

NOBODY: Final = 0
"""The number in the row of an analysed frame without a face; faces are numbered from 1."""

ROW: Final = np.dtype(
    [
        ("time", "f8"),  # seconds since the first frame
        ("number", "u4"),
        ("x", "u2"),  # the box, in the pixels of the original frame
        ("y", "u2"),
        ("width", "u2"),
        ("height", "u2"),
        ("probabilities", "f4", (len(EMOTIONS),)),  # smoothed, in the order of EMOTIONS
        ("answer", "u1"),  # as shown: an index of ANSWERS
    ]
)
"""49 bytes. Rows are in the order of their frames, those of one frame by number."""

Rows = NDArray[np.void]
"""(n,) of `ROW`, times ascending."""

MAX_ROWS: Final = 400_000
"""20 MB: over four hours of one face at 25 frames a second, half an hour of eight."""
CHUNK_ROWS: Final = 4_000


@dataclass(slots=True, eq=False)
class _Chunk:
    rows: Rows
    filled: int = 0
    numbers: set[int] = field(default_factory=set)


class SessionRecord:
    """Keeps a live session's rows in memory, the newest `max_rows` of them.

    `append` is called by the analysis, everything else by the page, each from a thread of its own.
    Rows once written are never changed, so that readers copy them outside the lock.

    Args:
        max_rows: At most this many rows; beyond them the oldest chunk is dropped.
        chunk_rows: Rows a chunk, the unit in which memory is allocated and freed.
        now: The date and time of day, with its time zone.
    """

    def __init__(
        self,
        *,
        max_rows: int = MAX_ROWS,
        chunk_rows: int = CHUNK_ROWS,
        now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        if not 1 <= chunk_rows <= max_rows:
            raise ValueError(
                f"A chunk has 1 to max_rows rows. Received: {chunk_rows}, max_rows {max_rows}"
            )
        self._lock = threading.Lock()
        self._chunk_rows = chunk_rows
        self._chunks: deque[_Chunk] = deque()
        self._most_chunks = max_rows // chunk_rows
        self._now = now
        self._first: float | None = None
        self._last = 0.0
        self._started: datetime.datetime | None = None

    def append(self, time: float, faces: Sequence[TrackedFace]) -> None:
        """Adds an analysed frame.

        Args:
            time: Of the frame, in seconds of any clock, never before that of the last call.
            faces: As `Tracker.update` returns them. Those that were not detected in this frame
                (`age` above 0) have no row; a frame without any has one of `NOBODY`.
        """
        seen = [face for face in faces if face.age == 0]
        with self._lock:
            if self._first is None:
                self._first, self._started = time, self._now()
            self._last = time - self._first
            for face in seen:
                self._write(face.number, row_values(face))
            if not seen:
                self._write(NOBODY, NO_VALUES)

    def rows(self) -> Rows:
        """A copy of all rows that are kept, `NOBODY`'s among them."""
        return _joined(self._parts())

    def window(self, seconds: float) -> Rows:
        """A copy of the last seconds' rows; older chunks are not read."""
        start = self.duration - seconds
        recent: list[Rows] = []
        for part in reversed(self._parts()):
            first = int(np.searchsorted(part["time"], start))
            recent.insert(0, part[first:])
            if first > 0:
                break
        return _joined(recent)

    def faces(self) -> tuple[int, ...]:
        """The numbers of the faces that have a row, ascending."""
        with self._lock:
            numbers = set[int]().union(*(chunk.numbers for chunk in self._chunks))
        return tuple(sorted(numbers - {NOBODY}))

    def __len__(self) -> int:
        """The number of rows that are kept."""
        with self._lock:
            return sum(chunk.filled for chunk in self._chunks)

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the last, even if the first was dropped."""
        return self._last

    @property
    def started(self) -> datetime.datetime | None:
        """Date and time of the first frame; None before it."""
        return self._started

    def _write(self, number: int, values: tuple[object, ...]) -> None:
        chunk = self._open_chunk()
        chunk.rows[chunk.filled] = (self._last, number, *values)
        chunk.numbers.add(number)
        chunk.filled += 1

    def _open_chunk(self) -> _Chunk:
        if not self._chunks or self._chunks[-1].filled == self._chunk_rows:
            if len(self._chunks) == self._most_chunks:
                self._chunks.popleft()
            self._chunks.append(_Chunk(np.zeros(self._chunk_rows, ROW)))
        return self._chunks[-1]

    def _parts(self) -> list[Rows]:
        """What is filled of each chunk, not copied."""
        with self._lock:
            return [chunk.rows[: chunk.filled] for chunk in self._chunks]


NO_VALUES: Final = (0, 0, 0, 0, np.zeros(len(EMOTIONS), np.float32), 0)
"""The same in the row of a frame without a face."""


def row_values(face: TrackedFace) -> tuple[object, ...]:
    """A face's part of `ROW`, after time and number."""
    box = face.result.face.box
    answer = ANSWERS.index(face.answer)
    return box.x, box.y, box.width, box.height, face.result.probabilities, answer


def _joined(parts: list[Rows]) -> Rows:
    return np.concatenate([np.zeros(0, ROW), *parts])
