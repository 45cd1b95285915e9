"""Rows of a session or film → how long each answer was shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.video.record import ANSWERS, NOBODY, Rows
from fer_core.video.timing import ROWS_ALONE, Timing

GAP: Final = 1.0
"""Seconds for which an answer counts at most without a new one: as long as the tracker keeps a lost
face."""

_LEAST: Final = 0.001  # of a face whose rows all have no time, so that its shares exist


@dataclass(frozen=True, slots=True, eq=False)
class FaceRows:
    """One face's rows and for how long each counts.

    Attributes:
        number: From 1.
        rows: (n,) of `ROW`, n at least 1.
        durations: (n,) float64, seconds in [0, `GAP`], some above 0.
    """

    number: int
    rows: Rows
    durations: NDArray[np.float64]

    @property
    def ends(self) -> NDArray[np.float64]:
        """(n,) times at which each row ends, in seconds."""
        return np.asarray(self.rows["time"] + self.durations)

    @property
    def seconds(self) -> float:
        """How long the face was in view."""
        return float(self.durations.sum())

    @property
    def answer_seconds(self) -> NDArray[np.float64]:
        """(8,) seconds of each of `ANSWERS`."""
        codes = self.rows["answer"]
        return np.bincount(codes, weights=self.durations, minlength=len(ANSWERS)).astype(np.float64)


def frame_times(rows: Rows) -> NDArray[np.float64]:
    """(m,) ascending times of the analysed frames, in seconds."""
    return np.unique(rows["time"])


def frame_ends(frames: NDArray[np.float64], timing: Timing = ROWS_ALONE) -> NDArray[np.float64]:
    """(m,) times until which each analysed frame counts: the next one or the session's end, but
    not into a pause, and for `GAP` at most."""
    if not len(frames):
        return frames
    last = max(float(frames[-1]) + timing.last, timing.end or 0.0)
    ends = np.minimum(np.append(frames[1:], last), frames + GAP)
    return np.asarray(np.minimum(ends, _next_pauses(frames, timing)))


def end_of(frames: NDArray[np.float64], timing: Timing = ROWS_ALONE) -> float:
    """When a session or film with these analysed frames ends, in seconds; 0 without any."""
    if not len(frames):
        return 0.0
    return max(timing.end or 0.0, float(frame_ends(frames, timing)[-1]))


def by_face(rows: Rows, timing: Timing = ROWS_ALONE) -> tuple[FaceRows, ...]:
    """The rows of each face, by number.

    A row counts until the face's next one. If that takes longer than `GAP`, the face has left: then
    for as long as its frame counts (`frame_ends`). No row counts into a pause.
    """
    return tuple(_by_face(rows, timing))


def _by_face(rows: Rows, timing: Timing) -> Iterator[FaceRows]:
    frames = frame_times(rows)
    ends = frame_ends(frames, timing)
    of_faces = rows[rows["number"] != NOBODY]
    of_faces = of_faces[np.argsort(of_faces["number"], kind="stable")]
    numbers, starts = np.unique(of_faces["number"], return_index=True)
    for number, own in zip(numbers, np.split(of_faces, starts[1:]), strict=False):
        times = own["time"]
        to_own = np.append(np.diff(times), np.inf)
        to_end = ends[np.searchsorted(frames, times)] - times
        counts = np.where(to_own <= GAP, to_own, to_end)
        counts = np.minimum(counts, _next_pauses(times, timing) - times)
        durations = np.clip(counts, 0.0, GAP)
        yield FaceRows(int(number), own, durations if durations.any() else durations + _LEAST)


def _next_pauses(times: NDArray[np.float64], timing: Timing) -> NDArray[np.float64]:
    """For each time, when the next pause begins; infinity without one."""
    starts = np.array([*(pause.start for pause in timing.pauses), np.inf])
    return np.asarray(starts[np.searchsorted(starts[:-1], times)])


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A span of time in which one answer was shown.

    Attributes:
        start, end: In seconds since the first frame.
        answer: One of `ANSWERS`.
    """

    start: float
    end: float
    answer: str


def answer_spans(face: FaceRows, step: float) -> tuple[AnswerSpan, ...]:
    """When a face was shown which answer, in steps of time.

    Args:
        step: In seconds. Each step has the answer that was shown for the longest in it, so that
            there are never more spans than steps, however much the answer changes.
    """
    first, last = float(face.rows["time"][0]), float(face.ends[-1])
    edges = step * np.arange(np.floor(first / step), np.ceil(last / step) + 1)
    seconds = np.stack([_seconds_of(code, face, edges) for code in range(len(ANSWERS))])
    codes = np.where(seconds.sum(axis=0) > _LEAST / 2, seconds.argmax(axis=0), -1)
    firsts = np.flatnonzero(np.diff(codes, prepend=-2))
    lasts = np.append(firsts[1:], len(codes))
    return tuple(
        AnswerSpan(max(float(edges[i]), first), min(float(edges[j]), last), ANSWERS[codes[i]])
        for i, j in zip(firsts.tolist(), lasts.tolist(), strict=True)
        if codes[i] >= 0
    )


def episodes(face: FaceRows, shortest: float) -> tuple[AnswerSpan, ...]:
    """When a face was shown which answer, to the frame.

    Args:
        shortest: Seconds that an episode lasts at least. What lasted for less is left out, and what
            it interrupted goes on if it is the same answer and is met again in as little time.
    """
    spans: list[AnswerSpan] = []
    for span in _runs(face):
        _extend(spans, span, 2 * _LEAST)
    kept: list[AnswerSpan] = []
    for span in spans:
        if span.end - span.start >= shortest:
            _extend(kept, span, max(shortest, 2 * _LEAST))
    return tuple(kept)


def _runs(face: FaceRows) -> Iterator[AnswerSpan]:
    columns = face.rows["time"], face.ends, face.rows["answer"]
    for start, end, code in zip(*(column.tolist() for column in columns), strict=True):
        yield AnswerSpan(start, end, ANSWERS[code])


def _extend(spans: list[AnswerSpan], span: AnswerSpan, gap: float) -> None:
    """Adds a span, or lets the last one go on with it if it comes within `gap` seconds."""
    if spans and spans[-1].answer == span.answer and span.start - spans[-1].end < gap:
        spans[-1] = AnswerSpan(spans[-1].start, span.end, span.answer)
    else:
        spans.append(span)


def _seconds_of(code: int, face: FaceRows, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """(steps,) seconds for which an answer was shown between each two edges."""
    given = face.rows["answer"] == code
    if not given.any():
        return np.zeros(len(edges) - 1)
    durations = face.durations[given]
    # For how long it had been shown at each moment: grows only while it is shown.
    moments = np.stack([face.rows["time"][given], face.ends[given]], axis=1).ravel()
    ends = np.cumsum(durations)
    shown = np.stack([ends - durations, ends], axis=1).ravel()
    return np.asarray(np.diff(np.interp(edges, moments, shown)))
