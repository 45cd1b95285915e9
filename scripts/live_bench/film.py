"""A film of a real face as a webcam sees it, in the encoder's own pixel format."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Film = list[NDArray[np.uint8]]
"""Frames of (height · 3 / 2, width) uint8, I420: the luma first, (height, width)."""

FPS: Final = 30.0
SIZE: Final = (480, 640)
_SECONDS: Final = 2.0


def shoot(picture: Path, size: tuple[int, int] = SIZE) -> Film:
    """A camera that holds a square picture in a slightly unsteady hand; it ends where it began.

    Args:
        picture: A file with one face, near its middle.
        size: (height, width) of the film, both even.

    Raises:
        OSError: where the file is no picture.
    """
    image = cv2.imread(str(picture))
    if image is None:
        raise OSError(f"{picture} is no picture that OpenCV can read.")
    still = _framed(image, size)
    count = round(_SECONDS * FPS)
    film = []
    for i in range(count):
        angle = 2 * np.pi * i / count
        move = np.float32([[1, 0, 4 * np.cos(angle)], [0, 1, 3 * np.sin(angle)]])
        frame = cv2.warpAffine(still, move, size[::-1], borderMode=cv2.BORDER_REPLICATE)
        film.append(np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420), np.uint8))
    return film


def _framed(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The picture's middle square as high as the film, its edges drawn out to both sides."""
    height, width = size
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    square = image[top : top + side, left : left + side]
    square = cv2.resize(square, (height, height), interpolation=cv2.INTER_AREA)
    left = (width - height) // 2
    return cv2.copyMakeBorder(square, 0, 0, left, width - height - left, cv2.BORDER_REPLICATE)
