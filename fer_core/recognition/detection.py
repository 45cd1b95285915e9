"""Picture → faces, by YuNet, or by OpenCV's Haar cascade if YuNet's file is absent."""

from __future__ import annotations

import functools
import logging
from typing import Any, Final, Protocol

import cv2
import cv2.data
import numpy as np

from fer_core.errors import ModelError, command
from fer_core.images import to_gray
from fer_core.recognition.detectors.yunet import YuNetDetector
from fer_core.recognition.geometry import PHOTO_WIDTH, VIDEO_WIDTH, by_prominence, clip, shrink
from fer_core.recognition.pool import Pool
from fer_core.store.assets import (
    ASSETS_VARIABLE,
    CACHE,
    IN_CHECKOUT,
    YUNET,
    assets_folder,
    find_asset,
)
from fer_core.types import Face, RGBImage

__all__ = [
    "PHOTO_WIDTH",
    "VIDEO_WIDTH",
    "Detector",
    "HaarDetector",
    "YuNetDetector",
    "load_detector",
]

_CASCADE: Final = "haarcascade_frontalface_default.xml"
_CASCADE_STEP: Final = 1.2  # 1.1 finds little more and takes twice as long
_NEIGHBORS: Final = 5
_SMALLEST: Final = 24  # the cascade's own window, in pixels

_log = logging.getLogger(__name__)


class Detector(Protocol):
    """Finds faces. Safe to call from several threads.

    Attributes:
        name: For the person at the screen.
        finds_landmarks: Whether it finds eyes, nose and mouth, which straighten tilted heads.
        sure: A score at which a face stands upright: in a turned picture none reaches it.
    """

    name: str
    finds_landmarks: bool
    sure: float

    def detect(self, image: RGBImage, width: int = VIDEO_WIDTH) -> list[Face]:
        """Finds the faces of a picture.

        Args:
            image: (height, width, 3) uint8 RGB.
            width: Faces are looked for on a copy scaled down to this width, in pixels; a narrower
                picture is taken as it is. Of a picture more than three times as high as wide, the
                copy is narrower still.

        Returns:
            The faces by `geometry.prominence`, the largest first, in the pixels of `image` and
            clipped to it.
        """
        ...


class HaarDetector:
    """The frontal-face cascade (Viola and Jones 2001): boxes alone, each with the score 1.0.

    Finds upright faces that look at the camera.
    """

    name = "Haar cascade"
    finds_landmarks = False
    sure = 1.0  # all it finds: it has no scores, and none to compare turns by

    def __init__(self) -> None:
        self._cascades = Pool(_load_cascade)

    def detect(self, image: RGBImage, width: int = VIDEO_WIDTH) -> list[Face]:
        """See `Detector.detect`."""
        small, scale = shrink(image, width)
        with self._cascades.borrow() as cascade:
            found = cascade.detectMultiScale(
                to_gray(small),
                scaleFactor=_CASCADE_STEP,
                minNeighbors=_NEIGHBORS,
                minSize=(_SMALLEST, _SMALLEST),
            )
        boxes = (clip(np.array(row, np.float32) / (scale * 2), image.shape) for row in found)
        return by_prominence(Face(box) for box in boxes if box is not None)


def _load_cascade() -> Any:
    return cv2.CascadeClassifier(cv2.data.haarcascades + _CASCADE)


@functools.cache
def _say_haar(why: str) -> None:
    fetch = "fer_core.store.assets.fetch_asset(YUNET)"
    get = command("scripts/fetch_models.py") if IN_CHECKOUT else fetch
    _log.warning(
        "%s Faces are found by the Haar cascade, which misses tilted and turned ones. Get the file "
        "with %s.",
        *(why, get),
    )


def load_detector() -> Detector:
    """YuNet if its file is found with the right hash, the Haar cascade otherwise.

    Logs a warning, once, if somebody has named a folder for YuNet's file in vain, or has installed
    the package, which does not hold it. (Python writes warnings to the error output unless a
    program says otherwise: scripts tell it, too.)
    """
    path, folder = find_asset(YUNET), assets_folder()
    if path is None:
        if folder is not None:
            named = f"{ASSETS_VARIABLE} is set to {folder}"
            _say_haar(f"{named}, which holds no {YUNET} with the right hash.")
        elif not IN_CHECKOUT:
            _say_haar(f"YuNet's file, {YUNET}, is not in {CACHE}.")
        return HaarDetector()
    try:
        return YuNetDetector(path)
    except ModelError as error:
        _log.warning("%s Going on with the Haar cascade.", error)
        return HaarDetector()
