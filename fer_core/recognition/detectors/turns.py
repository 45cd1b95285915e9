"""Turned pictures: if no upright face is sure, the other three quarter turns are looked at.

A telephone that lost its picture's orientation leaves faces on their side or head. Detectors find
some of those, badly: the network then answers with confidence for a crop that it cannot read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fer_core.types import TURNS, Box, Face, RGBImage


class _Detector(Protocol):
    sure: float

    def detect(self, image: RGBImage, width: int) -> list[Face]: ...


def detect_in_turns(detector: _Detector, image: RGBImage, width: int) -> list[Face]:
    """The faces of the quarter turn in which the detector is surest of one; upright on a draw.

    A picture with a sure upright face is looked at once. The others are looked at in all turns, at
    the same scale.

    Args:
        image: (height, width, 3) uint8 RGB.
        width: As of `Detector.detect`, for the picture as it is.

    Returns:
        In the pixels of `image`; `Face.turn` is the same for all.
    """
    looks = {0: detector.detect(image, width)}
    if _best(looks[0]) < detector.sure:
        rows, columns = image.shape[:2]
        across = max(1, round(width * rows / columns))
        for turn in TURNS[1:]:
            looks[turn] = detector.detect(turned(image, turn), width if turn == 180 else across)
    turn = max(looks, key=lambda turn: _best(looks[turn]))
    return [_turned_back(face, turn, image.shape) for face in looks[turn]]


def turned(image: RGBImage, turn: int) -> RGBImage:
    """The picture turned clockwise by one of `TURNS`, contiguous; itself if that is 0."""
    return np.ascontiguousarray(np.rot90(image, -turn // 90)) if turn else image


def turned_box(box: Box, turn: int, shape: tuple[int, ...]) -> Box:
    """Where a box lies once its picture, of this shape, is turned clockwise by one of `TURNS`."""
    rows, columns = shape[:2]
    if turn == 90:
        return Box(rows - box.bottom, box.x, box.height, box.width)
    if turn == 180:
        return Box(columns - box.right, rows - box.bottom, box.width, box.height)
    if turn == 270:
        return Box(box.y, columns - box.right, box.height, box.width)
    return box


def _turned_back(face: Face, turn: int, shape: tuple[int, ...]) -> Face:
    """A face of the turned picture in the pixels of the picture, of this shape, as it was."""
    if not turn:
        return face
    back = 360 - turn
    rows, columns = (shape[1], shape[0]) if turn != 180 else shape[:2]
    landmarks = face.landmarks
    if landmarks is not None:
        landmarks = _turned_points(landmarks, back, rows, columns)
    return replace(
        face, box=turned_box(face.box, back, (rows, columns)), landmarks=landmarks, turn=turn
    )


def _turned_points(
    points: NDArray[np.float32], turn: int, rows: int, columns: int
) -> NDArray[np.float32]:
    x, y = points.T
    places = {90: (rows - y, x), 180: (columns - x, rows - y), 270: (y, columns - x)}
    return np.stack(places[turn], axis=1).astype(np.float32)


def _best(faces: list[Face]) -> float:
    return max((face.score for face in faces), default=0.0)
