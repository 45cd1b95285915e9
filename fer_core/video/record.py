"""What was shown: one row an analysed frame and face, and the record of a live session.

Figures only, no picture.
"""

from __future__ import annotations

import datetime
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import EMOTIONS, UNSURE
from fer_core.recognition.answers.usability import NOTES
from fer_core.video.timing import LAST, Change, Mark, Pause, Timing
from fer_core.video.tracking import TrackedFace

ANSWERS: Final = (*EMOTIONS, UNSURE)
"""What a face can be answered, in the order of the codes in `ROW`'s "answer"."""

NOBODY: Final = 0
"""The number in the row of an analysed frame without a face; faces are numbered from 1."""

ROW: Final = np.dtype(
    [
        ("time", "f8"),  # seconds since a film's start or a session's first analysed frame
        ("number", "u4"),
        ("x", "u2"),  # the box, in the pixels of the original frame
        ("y", "u2"),
        ("width", "u2"),
        ("height", "u2"),
        ("probabilities", "f4", (len(EMOTIONS),)),  # smoothed, in the order of EMOTIONS
        ("answer", "u1"),  # as shown: an index of ANSWERS
        ("notes", "u1"),  # why the face may be hard to read: a bit each, in the order of NOTES
        ("frame", "u4"),  # of all frames that came, analysed or not, from 0
        ("score", "f4"),  # the detector's, in [0, 1]; 0 in the row of a frame without a face
    ]
)
"""58 bytes. Rows are in the order of their frames, those of one frame by number."""

Rows = NDArray[np.void]
"""(n,) of `ROW`, times ascending."""

MAX_ROWS: Final = 400_000
"""23 MB: over four hours of one face at 25 frames a second, half an hour of eight."""
CHUNK_ROWS: Final = 4_000
_OPEN: Final = float("inf")  # the end of a pause that goes on


@dataclass(slots=True, eq=False)
class _Chunk:
    rows: Rows
    filled: int = 0
    numbers: set[int] = field(default_factory=set)


class SessionRecord:
    """Keeps a live session's rows in memory, the newest `max_rows` of them.

    `append` is called by the analysis, `see` by the stream, everything else by the page, each from
    a thread of its own. Rows once written are never changed, so that readers copy them outside the
    lock. All times given are seconds of one clock; all times told are since the first analysed
    frame.

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
        self._analysed = 0
        self._started: datetime.datetime | None = None
        self._pauses: list[Pause] = []
        self._marks: list[Mark] = []
        self._changes: list[Change] = []

    def append(
        self,
        time: float,
        faces: Sequence[TrackedFace],
        *,
        frame: int | None = None,
        settings: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Adds an analysed frame.

        Args:
            time: Of the frame, never before that of the last call.
            faces: As `Tracker.update` returns them. Those that were not detected in this frame
                (`age` above 0) have no row; a frame without any has one of `NOBODY`.
            frame: Its number of all frames that came, from 0; by default of those analysed.
            settings: Those in force, as values of JSON.
        """
        seen = [face for face in faces if face.age == 0]
        with self._lock:
            if self._first is None:
                self._first, self._started = time, self._now()
            at = time - self._first
            self._last = max(self._last, at + LAST)
            if not self._changes or self._changes[-1].settings != settings:
                self._changes.append(Change(at, dict(settings)))
            index = self._analysed if frame is None else frame
            self._analysed += 1
            for face in seen:
                self._write(at, face.number, row_values(face), index, face.result.face.score)
            if not seen:
                self._write(at, NOBODY, NO_VALUES, index, 0.0)

    def see(self, time: float) -> None:
        """Says that the session still went on at a time, whether or not its frame is analysed."""
        with self._lock:
            if self._first is not None:
                self._last = max(self._last, time - self._first)

    def pause(self, time: float) -> None:
        """Says that the analysis is paused from a time on."""
        with self._lock:
            if not self._paused():
                self._pauses.append(Pause(time, _OPEN))

    def resume(self, time: float) -> None:
        """Says that the pause under way, if there is one, ends."""
        with self._lock:
            if self._paused():
                self._pauses[-1] = replace(self._pauses[-1], end=time)

    def mark(self, time: float, note: str = "") -> None:
        """Marks an event; nothing before the first analysed frame, when there is nothing to mark.

        Args:
            time: Not before that of the last mark.
        """
        with self._lock:
            if self._first is not None:
                self._marks.append(Mark(max(0.0, time - self._first), note))

    def note(self, index: int, note: str) -> None:
        """Changes the note of a mark, by its place in `marks`."""
        with self._lock:
            self._marks[index] = replace(self._marks[index], note=note)

    @property
    def marks(self) -> tuple[Mark, ...]:
        return tuple(self._marks)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The settings from the first row on, and each other ones that came into force."""
        return tuple(self._changes)

    @property
    def timing(self) -> Timing:
        """The pauses since the first analysed frame, one still under way until now, and the end."""
        with self._lock:
            first, end = self._first or 0.0, self._last
            within = (
                Pause(max(0.0, pause.start - first), min(end, pause.end - first))
                for pause in self._pauses
            )
            return Timing(tuple(pause for pause in within if pause.end > pause.start), end)

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
        """Seconds from the first analysed frame to the last one seen, or `LAST` after the last
        analysed one, even if the first row was dropped; 0 before any."""
        return self._last

    @property
    def started(self) -> datetime.datetime | None:
        """Date and time of the first frame; None before it."""
        return self._started

    def _paused(self) -> bool:
        return bool(self._pauses) and self._pauses[-1].end == _OPEN

    def _write(
        self, time: float, number: int, values: tuple[object, ...], frame: int, score: float
    ) -> None:
        chunk = self._open_chunk()
        chunk.rows[chunk.filled] = (time, number, *values, frame, score)
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


NO_VALUES: Final = (0, 0, 0, 0, np.zeros(len(EMOTIONS), np.float32), 0, 0)
"""`row_values` of a frame without a face."""


def row_values(face: TrackedFace) -> tuple[object, ...]:
    """A face's part of `ROW`, between number and frame."""
    box = face.result.face.box
    answer = ANSWERS.index(face.answer)
    notes = sum(1 << i for i, note in enumerate(NOTES) if note in face.result.notes)
    return box.x, box.y, box.width, box.height, face.result.probabilities, answer, notes


def notes_of(rows: Rows) -> NDArray[np.bool_]:
    """(n, 4) whether each row's face has each of `NOTES`."""
    bits = 1 << np.arange(len(NOTES), dtype=np.uint8)
    return np.asarray(rows["notes"][:, None] & bits, np.bool_)


def _joined(parts: list[Rows]) -> Rows:
    return np.concatenate([np.zeros(0, ROW), *parts])
