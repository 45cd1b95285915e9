"""Picture → faces, by YuNet, or by OpenCV's Haar cascade where YuNet's file is absent."""

from __future__ import annotations

import logging
from typing import Protocol

from fer_core.errors import ModelError
from fer_core.recognition.geometry import PHOTO_WIDTH, VIDEO_WIDTH
from fer_core.recognition.haar import HaarDetector
from fer_core.recognition.yunet import YuNetDetector
from fer_core.store.assets import YUNET, find_asset
from fer_core.types import Face, RGBImage

__all__ = [
    "PHOTO_WIDTH",
    "VIDEO_WIDTH",
    "Detector",
    "HaarDetector",
    "YuNetDetector",
    "load_detector",
]

_log = logging.getLogger(__name__)


class Detector(Protocol):
    """Finds faces. Safe to call from several threads.

    Attributes:
        name: For the person at the screen.
    """

    name: str

    def detect(self, image: RGBImage, width: int = VIDEO_WIDTH) -> list[Face]:
        """Finds the faces of a picture.

        Args:
            image: (height, width, 3) uint8 RGB.
            width: Faces are looked for on a copy scaled down to this width, in pixels; a narrower
                picture is taken as it is. Of a picture more than three times as high as wide, the
                copy is narrower still.

        Returns:
            The faces by area, the largest first, in the pixels of `image` and clipped to it.
        """
        ...


def load_detector() -> Detector:
    """YuNet where its file is found with the right hash, the Haar cascade otherwise."""
    path = find_asset(YUNET)
    if path is None:
        return HaarDetector()
    try:
        return YuNetDetector(path)
    except ModelError as error:
        _log.warning("%s Going on with the Haar cascade.", error)
        return HaarDetector()
