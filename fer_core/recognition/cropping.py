"""Face → 48x48 gray, framed as FER-2013 frames faces: the only step before the network.

In FER-2013 the eyes are 0.37 of the side apart and 0.39 of it below the top edge, and the crop is
as wide as a raw Haar box and centred on it (medians of 3,000 images). Other framings look unlike
what the network was trained on. YuNet's second look at 289 of them gives 0.372 and 0.389, and a
square of 1.006 of their side (medians).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.images import to_gray
from fer_core.types import FACE_SIDE, Face, GrayImage, RGBImage

EYE_DISTANCE: Final = 0.37
"""Of the side."""
EYE_HEIGHT: Final = 0.39
"""From the top edge, of the side."""

# Eyes of a face turned sideways stand close together, though the face is as large as before.
# On 541 faces of FER-2013 the larger edge of YuNet's box is 0.99 of the side (median), whatever
# the pose. With this lower bound, sideways faces come out at 0.96 of their size instead of 0.68.
_SMALLEST: Final = 0.85
_LARGEST: Final = 1.3
"""Of the box's larger edge; above it one of the eyes is none."""
_CLOSEST_EYES: Final = 0.1
"""Of the box's larger edge; below it, the line through the eyes says nothing about the roll."""

_OVERSAMPLING: Final = 4
_SAMPLES: Final = 24  # points along the side of a square, of which those outside are counted


@dataclass(frozen=True, slots=True)
class _Square:
    """Where a crop lies in its picture.

    Attributes:
        x: Centre, in the picture's pixels.
        y: Centre, in the picture's pixels.
        side: In the picture's pixels.
        roll: Angle from the picture's x axis to the crop's, in radians, clockwise.
    """

    x: float
    y: float
    side: float
    roll: float = 0.0


def face_crop(image: RGBImage, face: Face) -> GrayImage:
    """Cuts a face out of a picture.

    Args:
        image: (height, width, 3) uint8 RGB.
        face: In the pixels of `image`. With landmarks it is framed by the eyes and its roll is
            removed; without, or if they are degenerate, by its box and turn.

    Returns:
        (48, 48) uint8, area-averaged. Beyond the picture its edge is replicated.
    """
    square = _from_eyes(face) or _from_box(face)
    region, left, top = _region(image, square)
    gray = to_gray(region)
    # Pixel centres lie at +0.5: a square placed at 0 covers the pixels from 0 on.
    x, y, side = square.x - left, square.y - top, square.side
    shrink = FACE_SIDE * _OVERSAMPLING / side
    if shrink < 1:
        size = (max(1, round(gray.shape[1] * shrink)), max(1, round(gray.shape[0] * shrink)))
        x, y = x * size[0] / gray.shape[1], y * size[1] / gray.shape[0]
        side *= math.sqrt(size[0] * size[1] / (gray.shape[0] * gray.shape[1]))
        gray = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)
    return _straighten(gray, _Square(x, y, side, square.roll))


def framing(shape: tuple[int, ...], face: Face) -> tuple[float, float]:
    """Of the square that `face_crop` cuts: its side in pixels, and the share beyond the picture.

    Args:
        shape: The picture's, rows first.
        face: In its pixels.
    """
    square = _from_eyes(face) or _from_box(face)
    matrix = _to_picture(square, _SAMPLES)
    places = np.mgrid[0:_SAMPLES, 0:_SAMPLES].reshape(2, -1)[::-1]
    x, y = matrix[:, :2] @ places + matrix[:, 2:] + 0.5
    inside = (x >= 0) & (x < shape[1]) & (y >= 0) & (y < shape[0])
    return square.side, float(1 - inside.mean())


def _from_eyes(face: Face) -> _Square | None:
    if face.landmarks is None or not np.isfinite(face.landmarks[:2]).all():
        return None
    right_eye, left_eye = face.landmarks[:2].astype(np.float64)
    across = left_eye - right_eye
    distance = float(np.hypot(*across))
    edge = max(face.box.width, face.box.height)
    if distance < _CLOSEST_EYES * edge:
        return None
    side = min(max(distance / EYE_DISTANCE, _SMALLEST * edge), _LARGEST * edge)
    # From the eyes' midpoint, down along the face to the crop's centre.
    down = np.array([-across[1], across[0]]) / distance * (0.5 - EYE_HEIGHT) * side
    x, y = (right_eye + left_eye) / 2 + down
    if not (_within(x, face.box.x, face.box.right) and _within(y, face.box.y, face.box.bottom)):
        return None
    return _Square(x, y, side, math.atan2(across[1], across[0]))


def _within(value: float, low: int, high: int) -> bool:
    """Whether a crop's centre lies over its box, give or take half of it: boxes are clipped."""
    margin = (high - low) / 2
    return low - margin <= value <= high + margin


def _from_box(face: Face) -> _Square:
    box, side = face.box, max(face.box.width, face.box.height)
    roll = -math.radians(face.turn)
    return _Square(box.x + box.width / 2, box.y + box.height / 2, side, roll)


def _region(image: RGBImage, square: _Square) -> tuple[RGBImage, int, int]:
    """The part of the picture that a square may need, and where it starts.

    A picture of 25 megapixels is not turned gray as a whole for a face of 100 pixels.
    """
    height, width = image.shape[:2]
    reach = square.side / 2 * (abs(math.cos(square.roll)) + abs(math.sin(square.roll))) + 2
    left, right = _span(square.x, reach, width)
    top, bottom = _span(square.y, reach, height)
    return image[top:bottom, left:right], left, top


def _span(center: float, reach: float, limit: int) -> tuple[int, int]:
    """The pixels within `reach` of a centre that exist; at least the one nearest to it."""
    low = min(max(math.floor(center - reach), 0), limit - 1)
    return low, max(min(math.ceil(center + reach), limit), low + 1)


def _straighten(gray: GrayImage, square: _Square) -> GrayImage:
    """Turns and scales a square to 48x48: sampled at its own resolution, then area-averaged."""
    times = min(max(math.ceil(square.side / FACE_SIDE), 1), _OVERSAMPLING)
    size = FACE_SIDE * times
    warped = cv2.warpAffine(
        gray,
        _to_picture(square, size),
        (size, size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if times > 1:
        warped = cv2.resize(warped, (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(warped, np.uint8)


def _to_picture(square: _Square, size: int) -> NDArray[np.float64]:
    """(2, 3): the centre of a pixel of a `size` x `size` crop → where it lies in the picture."""
    step = square.side / size
    cos, sin = math.cos(square.roll) * step, math.sin(square.roll) * step
    middle = (size - 1) / 2
    # warpAffine counts from pixel centres, the square from pixel edges: half a pixel apart.
    return np.array(
        [
            [cos, -sin, square.x - 0.5 - (cos - sin) * middle],
            [sin, cos, square.y - 0.5 - (sin + cos) * middle],
        ]
    )
