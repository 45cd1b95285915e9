"""What both detectors need: scaled copies, boxes clipped to the picture, and their overlap."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.errors import InputError
from fer_core.types import Box, Face, RGBImage

VIDEO_WIDTH: Final = 320
"""YuNet takes 2 ms at 320x240, and finds every face 20 pixels wide there."""

PHOTO_WIDTH: Final = 1280
"""YuNet finds faces a hundredth of the picture wide: 85 % of those of 12 pixels, 98 % of 16, few
below. It takes 0.1 s at 1280x960; at 1920 it would take 0.2 s."""

_WORTHLESS: Final = 0.6
_WHOLE: Final = 0.9
"""Scores from which on a face's area counts, and counts whole: four of five upright faces do."""

# A copy is at most this many times as high as it is meant to be wide: strips stay affordable.
_MAX_ASPECT: Final = 3


def shrink(image: RGBImage, width: int) -> tuple[RGBImage, tuple[float, float]]:
    """Scales a picture down to `width`, never up.

    Returns:
        The copy, and its width and height as shares of the picture's.
    """
    if width < 1:
        raise InputError(f"The detection width is at least 1 pixel. Received: {width}")
    rows, columns = image.shape[:2]
    scale = min(1.0, width / columns, _MAX_ASPECT * width / rows)
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    if size == (columns, rows):
        return image, (1.0, 1.0)
    copy = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return copy, (size[0] / columns, size[1] / rows)


def clip(box: NDArray[np.float32], shape: Sequence[int]) -> Box | None:
    """x, y, width, height → the part inside a picture of this shape; None if nothing is left."""
    if not np.isfinite(box).all():
        return None
    x, y, width, height = (float(value) for value in box)
    left, top = max(0, math.floor(x)), max(0, math.floor(y))
    right, bottom = min(shape[1], math.ceil(x + width)), min(shape[0], math.ceil(y + height))
    return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None


def overlap(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Intersection over union of two boxes x, y, width, height."""
    corner = np.maximum(a[:2], b[:2])
    sides = np.minimum(a[:2] + a[2:4], b[:2] + b[2:4]) - corner
    common = float(np.prod(np.maximum(sides, 0.0)))
    union = float(np.prod(a[2:4]) + np.prod(b[2:4])) - common
    return common / union if union > 0 else 0.0


def prominence(face: Face) -> float:
    """A face's area, in square pixels, of which a doubtful one counts in part.

    By area alone, a part of a motorcycle (score 0.76) would come before a smaller face (0.92).
    """
    share = (face.score - _WORTHLESS) / (_WHOLE - _WORTHLESS)
    return float(face.box.area * min(1.0, max(0.0, share)) ** 2)


def by_prominence(faces: Iterable[Face]) -> list[Face]:
    """The largest first."""
    return sorted(faces, key=lambda face: -prominence(face))


def reading_order(boxes: Sequence[Box]) -> list[int]:
    """The places in `boxes` in the order of reading: row by row, each from the left.

    A box belongs to a row if its middle lies within half of the height of the row's boxes from
    their middle.
    """
    rows: list[list[int]] = []
    for i in sorted(range(len(boxes)), key=lambda i: boxes[i].y + boxes[i].height / 2):
        box = boxes[i]
        if rows and _in_row(box, [boxes[j] for j in rows[-1]]):
            rows[-1].append(i)
        else:
            rows.append([i])
    return [i for row in rows for i in sorted(row, key=lambda i: boxes[i].x + boxes[i].width / 2)]


def _in_row(box: Box, row: Sequence[Box]) -> bool:
    middle = sum(other.y + other.height / 2 for other in row) / len(row)
    height = sum(other.height for other in row) / len(row)
    return box.y + box.height / 2 - middle <= height / 2
