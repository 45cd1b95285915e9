"""Who is who over time, and answers that do not flicker.

Pure: no clock and no thread of its own. Detections are joined to tracks by overlap with where a
constant speed takes the track, the nearest first, as SORT does (Bewley et al. 2016) with an
assignment that is greedy: of at most eight faces it hardly ever differs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from fer_core.errors import InputError
from fer_core.labels import EMOTIONS, UNSURE
from fer_core.types import Box, FaceEmotion, Probabilities

MAX_FACES: Final = 8
SMOOTHING_SECONDS: Final = 0.5
KEEP_SECONDS: Final = 1.0
"""How long a face that the detector loses keeps its number."""
_LONGEST_GAP: Final = 5.0
"""Seconds between two frames after which nobody is known any more. A machine that falls behind
for less is no reason for a new number: nobody has looked in vain."""

_UNCONFIRMED: Final = 0  # the number of a face that has none yet

_REACH: Final = 0.75
"""A detection belongs to a track if it lies within this share of their mean side of where it was
expected, and grows the farther the longer the face was lost."""
_REACH_PER_SECOND: Final = 0.75
_SIZE_RATIO: Final = 2.0
"""A face does not become this many times as large between two frames."""
_SPEED_MEMORY: Final = 0.2  # seconds over which the speed is averaged
_LEAD: Final = 0.08
"""How much likelier another expression has to be before the shown one changes."""
_UNSURE_MARGIN: Final = 0.03
"""How far above the threshold an unsure face has to come to be answered again."""


def check_smoothing(seconds: float) -> None:
    """Raises InputError if answers cannot be smoothed over this time."""
    if not 0 <= seconds <= 2:
        raise InputError(f"Smoothing takes 0 to 2 seconds. Received: {seconds}")


@dataclass(frozen=True, slots=True)
class TrackedFace:
    """A face with its number and its smoothed answer.

    Attributes:
        number: From 1, kept while the face is in view.
        result: Its latest detection with the smoothed probabilities.
        answer: What to show: one of `EMOTIONS`, or "unsure". Changes with hysteresis.
        age: Seconds since it was last detected; 0 if it was in this frame.
    """

    number: int
    result: FaceEmotion
    answer: str
    age: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Track:
    shown: TrackedFace
    seen: float
    hits: int = 1  # frames that it was found in
    missed: float | None = None  # since when the detector looks for it in vain
    velocity: tuple[float, float] = (0.0, 0.0)

    def expected(self, time: float) -> tuple[float, float]:
        """Where its centre should be, in pixels."""
        x, y = _center(self.shown.result.face.box)
        elapsed = min(time - self.seen, KEEP_SECONDS)
        return x + self.velocity[0] * elapsed, y + self.velocity[1] * elapsed


class Tracker:
    """Turns each frame's faces into faces with numbers and steady answers.

    Args:
        smoothing_seconds: Time constant of the average over time; 0 for none, at most 2.
        keep_seconds: How long a lost face keeps its number.
        max_faces: At most this many tracks, the largest faces first.
        confirm_after: A face gets its number in the n-th frame that it is found in; before that
            it is not shown. 2 keeps out what a detector sees in a single frame.
    """

    def __init__(
        self,
        *,
        smoothing_seconds: float = SMOOTHING_SECONDS,
        keep_seconds: float = KEEP_SECONDS,
        max_faces: int = MAX_FACES,
        confirm_after: int = 1,
    ) -> None:
        check_smoothing(smoothing_seconds)
        self.smoothing_seconds = smoothing_seconds
        self._keep_seconds = keep_seconds
        self._max_faces = max_faces
        self._confirm_after = confirm_after
        self.reset()

    def reset(self) -> None:
        """Forgets every face; numbers start from 1 again."""
        self.forget()
        self._last_number = 0

    def forget(self) -> None:
        """Forgets every face, as after a cut: the next ones get numbers that nobody had."""
        self._tracks: list[_Track] = []

    def update(self, faces: Sequence[FaceEmotion], time: float) -> tuple[TrackedFace, ...]:
        """Takes a frame's faces.

        Args:
            faces: As `Recognizer.analyze` returns them.
            time: In seconds, never before that of the last call.

        Returns:
            The faces in view by number, those lost for less than `keep_seconds` included.
        """
        faces = list(faces)[: self._max_faces]
        alive = [track for track in self._tracks if self._is_kept(track, time)]
        pairs = _join(alive, faces, time)
        tracks = [
            self._follow(track, faces[pairs[i]], time) if i in pairs else _lost(track, time)
            for i, track in enumerate(alive)
        ]
        known = set(pairs.values())
        room = self._max_faces - len(tracks)
        new = [face for j, face in enumerate(faces) if j not in known][: max(room, 0)]
        tracks += [self._begin(face, time) for face in new]
        self._tracks = tracks
        numbered = (track.shown for track in tracks if track.shown.number != _UNCONFIRMED)
        return tuple(sorted(numbered, key=lambda shown: shown.number))

    def rescale(self, x: float, y: float) -> None:
        """Says that the camera's resolution has changed: to `x` times the width, `y` the height."""
        self._tracks = [_rescaled(track, x, y) for track in self._tracks]

    def _is_kept(self, track: _Track, time: float) -> bool:
        if track.missed is not None:
            return time - track.missed <= self._keep_seconds
        return time - track.seen <= _LONGEST_GAP

    def _begin(self, face: FaceEmotion, time: float) -> _Track:
        return _Track(TrackedFace(self._number(_UNCONFIRMED, 1), face, face.answer), time)

    def _number(self, number: int, hits: int) -> int:
        if number == _UNCONFIRMED and hits >= self._confirm_after:
            self._last_number += 1
            return self._last_number
        return number

    def _follow(self, track: _Track, face: FaceEmotion, time: float) -> _Track:
        elapsed = time - track.seen
        smoothed = replace(face, probabilities=self._smooth(track, face, elapsed))
        answer = steady_answer(smoothed, track.shown.answer)
        hits = track.hits + 1
        shown = TrackedFace(self._number(track.shown.number, hits), smoothed, answer)
        return _Track(shown, time, hits, velocity=_velocity(track, face.face.box, elapsed))

    def _smooth(self, track: _Track, face: FaceEmotion, elapsed: float) -> Probabilities:
        if self.smoothing_seconds == 0:
            return face.probabilities
        # An exponential average in time, so that it does not depend on the frame rate.
        share = 1 - math.exp(-elapsed / self.smoothing_seconds)
        before = track.shown.result.probabilities
        return np.asarray(before + share * (face.probabilities - before), dtype=np.float32)


def steady_answer(face: FaceEmotion, shown: str) -> str:
    """What to show for a face whose last answer was `shown`: it changes only for a clear lead."""
    if shown == UNSURE:
        sure = face.confidence >= min(1.0, face.unsure_below + _UNSURE_MARGIN)
        return face.emotion if sure else UNSURE
    if face.confidence < face.unsure_below - _UNSURE_MARGIN:
        return UNSURE
    lead = face.confidence - float(face.probabilities[EMOTIONS.index(shown)])
    return face.emotion if lead > _LEAD else shown


def _join(tracks: list[_Track], faces: list[FaceEmotion], time: float) -> dict[int, int]:
    """Track index → face index, the nearest pairs first."""
    distances = sorted(
        (distance, i, j)
        for i, track in enumerate(tracks)
        for j, face in enumerate(faces)
        if (distance := _distance(track, face.face.box, time)) is not None
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in distances:
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def _distance(track: _Track, box: Box, time: float) -> float | None:
    """From the expected centre, in sides; None if it cannot be the same face."""
    side, before = _side(box), _side(track.shown.result.face.box)
    if max(side, before) > _SIZE_RATIO * min(side, before):
        return None
    x, y = track.expected(time)
    distance = math.dist((x, y), _center(box)) / ((side + before) / 2)
    reach = _REACH + _REACH_PER_SECOND * min(time - track.seen, KEEP_SECONDS)
    return distance if distance <= reach else None


def _velocity(track: _Track, box: Box, elapsed: float) -> tuple[float, float]:
    if elapsed <= 0:
        return track.velocity
    before, now = _center(track.shown.result.face.box), _center(box)
    share = 1 - math.exp(-elapsed / _SPEED_MEMORY)
    speeds = [(b - a) / elapsed for a, b in zip(before, now, strict=True)]
    x, y = (old + share * (new - old) for old, new in zip(track.velocity, speeds, strict=True))
    return x, y


def _lost(track: _Track, time: float) -> _Track:
    missed = time if track.missed is None else track.missed
    return replace(track, shown=replace(track.shown, age=time - track.seen), missed=missed)


def _rescaled(track: _Track, x: float, y: float) -> _Track:
    old = track.shown.result
    before = old.face.box
    box = Box(
        round(before.x * x),
        round(before.y * y),
        max(1, round(before.width * x)),
        max(1, round(before.height * y)),
    )
    result = replace(old, face=replace(old.face, box=box, landmarks=None))
    velocity = (track.velocity[0] * x, track.velocity[1] * y)
    return replace(track, shown=replace(track.shown, result=result), velocity=velocity)


def _center(box: Box) -> tuple[float, float]:
    return box.x + box.width / 2, box.y + box.height / 2


def _side(box: Box) -> float:
    return math.sqrt(box.area)
