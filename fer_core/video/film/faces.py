"""Who is where at any time of an analysed film, also between two analysed frames."""

from __future__ import annotations

from typing import Final

import numpy as np

from fer_core.types import FACE_SIDE, Box, Face, FaceEmotion
from fer_core.video.film.record import AnalyzedFilm
from fer_core.video.record import ANSWERS
from fer_core.video.spans import FaceRows
from fer_core.video.tracking import TrackedFace

_EARLY: Final = 0.002
"""Seconds by which a frame may come before its row: times in a file are rounded."""
_NO_CROP: Final = np.zeros((FACE_SIDE, FACE_SIDE), np.uint8)


class FilmFaces:
    """Answers what to draw at a time."""

    def __init__(self, film: AnalyzedFilm) -> None:
        self._faces = film.faces()

    def at(self, time: float, scale: tuple[float, float] = (1.0, 1.0)) -> list[TrackedFace]:
        """The faces in view, by number.

        A face is there from each of its rows for as long as that counts (`spans.by_face`); if the
        next row follows without a gap, its box moves evenly towards it.

        Args:
            time: In seconds from the film's start.
            scale: Width and height of the picture in whose pixels boxes are, as shares of the
                film's own.
        """
        shown = (_at(face, time + _EARLY, scale) for face in self._faces)
        return [face for face in shown if face is not None]


def _at(face: FaceRows, time: float, scale: tuple[float, float]) -> TrackedFace | None:
    times = face.rows["time"]
    i = int(np.searchsorted(times, time, side="right")) - 1
    if i < 0 or time >= face.ends[i] + _EARLY:
        return None
    row = face.rows[i]
    sides = np.array([row[side] for side in ("x", "y", "width", "height")], np.float64)
    if i + 1 < len(times) and face.ends[i] >= times[i + 1] - _EARLY and times[i + 1] > times[i]:
        after = np.array([face.rows[i + 1][side] for side in ("x", "y", "width", "height")])
        sides += (after - sides) * min(1.0, (time - times[i]) / (times[i + 1] - times[i]))
    x, y, width, height = sides * np.tile(scale, 2)
    box = Box(round(x), round(y), max(1, round(width)), max(1, round(height)))
    result = FaceEmotion(Face(box), row["probabilities"], _NO_CROP)
    return TrackedFace(face.number, result, ANSWERS[row["answer"]])
