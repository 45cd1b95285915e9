"""OpenCV's Haar cascade: the detector that is always there."""

from __future__ import annotations

from typing import Any, Final

import cv2
import cv2.data
import numpy as np

from fer_core.images import to_gray
from fer_core.recognition.geometry import VIDEO_WIDTH, Pool, by_area, clip, shrink
from fer_core.types import Face, RGBImage

_FILE: Final = "haarcascade_frontalface_default.xml"
_SCALE: Final = 1.2  # 1.1 finds little more and takes twice as long
_NEIGHBORS: Final = 5
_SMALLEST: Final = 24  # the cascade's own window, in pixels


class HaarDetector:
    """The frontal-face cascade (Viola and Jones 2001): boxes alone, each with the score 1.0.

    Finds upright faces that look at the camera.
    """

    name = "Haar cascade"

    def __init__(self) -> None:
        self._cascades = Pool(_load)

    def detect(self, image: RGBImage, width: int = VIDEO_WIDTH) -> list[Face]:
        """See `fer_core.recognition.detection.Detector.detect`."""
        small, scale = shrink(image, width)
        with self._cascades.borrow() as cascade:
            found = cascade.detectMultiScale(
                to_gray(small),
                scaleFactor=_SCALE,
                minNeighbors=_NEIGHBORS,
                minSize=(_SMALLEST, _SMALLEST),
            )
        boxes = (clip(np.array(row, np.float32) / (scale * 2), image.shape) for row in found)
        return by_area(Face(box) for box in boxes if box is not None)


def _load() -> Any:
    return cv2.CascadeClassifier(cv2.data.haarcascades + _FILE)
