"""Picture → faces, by YuNet, or by OpenCV's Haar cascade where YuNet's file is absent."""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Generic, Protocol, TypeVar

import cv2
import cv2.data
import numpy as np
from numpy.typing import NDArray

from fer_core.assets import YUNET, find_asset
from fer_core.errors import ModelError
from fer_core.images import to_gray
from fer_core.types import Box, Face, RGBImage

VIDEO_WIDTH: Final = 320
"""One YuNet pass takes 6 ms at 320x240. Of faces 20 pixels wide there, it finds all."""

PHOTO_WIDTH: Final = 1280
"""Finds faces an eightieth of the picture wide: 98 % of those of 16 pixels, 60 % of 10. One pass
takes 0.12 s at 1280x960; 1920 would find those of 10 too, at 0.29 s."""

# A copy is at most this many times as high as it is meant to be wide: strips stay affordable.
_MAX_ASPECT: Final = 3

# YuNet was trained on faces up to about this size. A portrait that fills 1280 pixels has a score
# of 0.6 or none, and a box of half the face; at 320 pixels its score is 0.95.
_YUNET_LARGEST: Final = 320
_YUNET_SCORE: Final = 0.6
_YUNET_OVERLAP: Final = 0.3
_YUNET_CANDIDATES: Final = 5000

_HAAR_FILE: Final = "haarcascade_frontalface_default.xml"
_HAAR_SCALE: Final = 1.2
_HAAR_NEIGHBORS: Final = 5
_HAAR_SMALLEST: Final = 24  # the cascade's own window, in pixels

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Detector(Protocol):
    """Finds faces. Safe to call from several threads."""

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


class YuNetDetector:
    """YuNet (Wu, Peng and Yu 2023): boxes, scores and five landmarks.

    Args:
        path: Of `face_detection_yunet_2023mar.onnx`.

    Raises:
        ModelError: where the file cannot be read or is not that network.
    """

    name = "YuNet"

    def __init__(self, path: Path) -> None:
        try:
            # From memory: OpenCV opens no path beyond ASCII on Windows.
            self._file = np.frombuffer(path.read_bytes(), np.uint8)
            self._networks = _Pool(self._create)
        except (OSError, cv2.error) as error:
            raise ModelError(
                f"{path} is not the face detector {YUNET}. Run scripts/fetch_models.py."
            ) from error

    def detect(self, image: RGBImage, width: int = VIDEO_WIDTH) -> list[Face]:
        """See `Detector.detect`. The landmarks may lie outside the picture."""
        small, scale = _shrink(image, width)
        rows = self._rows(small)
        if max(small.shape[:2]) > 2 * VIDEO_WIDTH:
            rows = _merge(rows, scale, *self._coarse(image))
        else:
            rows = rows / scale
        return _by_area(filter(None, (_yunet_face(row, image.shape) for row in rows)))

    def _coarse(self, image: RGBImage) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        small, scale = _shrink(image, VIDEO_WIDTH)
        return self._rows(small), scale

    def _rows(self, image: RGBImage) -> NDArray[np.float32]:
        """(n, 15): x, y, width, height, five landmarks, score, in the pixels of `image`."""
        bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        with self._networks.borrow() as network:
            network.setInputSize((image.shape[1], image.shape[0]))
            rows = network.detect(bgr)[1]
        return np.empty((0, 15), np.float32) if rows is None else np.asarray(rows, np.float32)

    def _create(self) -> Any:
        return cv2.FaceDetectorYN.create(
            "onnx",
            self._file,
            np.empty(0, np.uint8),
            (VIDEO_WIDTH, VIDEO_WIDTH),
            _YUNET_SCORE,
            _YUNET_OVERLAP,
            _YUNET_CANDIDATES,
        )


class HaarDetector:
    """OpenCV's frontal-face cascade (Viola and Jones 2001): boxes alone, score 1.0."""

    name = "Haar cascade"

    def __init__(self) -> None:
        self._cascades = _Pool(_load_cascade)

    def detect(self, image: RGBImage, width: int = VIDEO_WIDTH) -> list[Face]:
        """See `Detector.detect`. Finds upright faces that look at the camera."""
        small, scale = _shrink(image, width)
        with self._cascades.borrow() as cascade:
            found = cascade.detectMultiScale(
                to_gray(small),
                scaleFactor=_HAAR_SCALE,
                minNeighbors=_HAAR_NEIGHBORS,
                minSize=(_HAAR_SMALLEST, _HAAR_SMALLEST),
            )
        boxes = (_clip(np.asarray(row, np.float32) / scale[:4], image.shape) for row in found)
        return _by_area(Face(box) for box in boxes if box is not None)


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


class _Pool(Generic[_T]):
    """As many of OpenCV's stateful objects as threads use at the same time.

    One for each thread would be built anew for every Streamlit rerun, which is a thread of its
    own: 20 ms each time.
    """

    def __init__(self, create: Callable[[], _T]) -> None:
        self._create = create
        self._idle = deque([create()])

    @contextmanager
    def borrow(self) -> Iterator[_T]:
        try:
            item = self._idle.pop()  # atomic, as is append
        except IndexError:
            item = self._create()
        try:
            yield item
        finally:
            self._idle.append(item)


def _load_cascade() -> Any:
    return cv2.CascadeClassifier(cv2.data.haarcascades + _HAAR_FILE)


def _shrink(image: RGBImage, width: int) -> tuple[RGBImage, NDArray[np.float32]]:
    """Scales down to `width`; also returns copy ÷ original for each number of a row (15,)."""
    if width < 1:
        raise ValueError(f"The detection width is at least 1 pixel. Received: {width}")
    rows, columns = image.shape[:2]
    scale = min(1.0, width / columns, _MAX_ASPECT * width / rows)
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    factors = np.array([size[0] / columns, size[1] / rows] * 7 + [1.0], np.float32)
    if size == (columns, rows):
        return image, factors
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), factors


def _merge(
    fine: NDArray[np.float32],
    fine_scale: NDArray[np.float32],
    coarse: NDArray[np.float32],
    coarse_scale: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Small faces from the fine pass, and those of the coarse pass that are not among them."""
    kept = [row / fine_scale for row in fine if row[2:4].max() <= _YUNET_LARGEST]
    for row in coarse / coarse_scale:
        if all(_overlap(row, other) < _YUNET_OVERLAP for other in kept):
            kept.append(row)
    return np.array(kept, np.float32).reshape(-1, 15)


def _overlap(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Intersection over union of two boxes x, y, width, height."""
    corner = np.maximum(a[:2], b[:2])
    sides = np.minimum(a[:2] + a[2:4], b[:2] + b[2:4]) - corner
    common = float(np.prod(np.maximum(sides, 0.0)))
    union = float(np.prod(a[2:4]) + np.prod(b[2:4])) - common
    return common / union if union > 0 else 0.0


def _yunet_face(row: NDArray[np.float32], shape: Sequence[int]) -> Face | None:
    box = _clip(row[:4], shape)
    if box is None:
        return None
    return Face(box, min(1.0, max(0.0, float(row[14]))), row[4:14].reshape(5, 2).copy())


def _clip(box: NDArray[np.float32], shape: Sequence[int]) -> Box | None:
    """x, y, width, height → the part inside a picture of this shape; None where nothing is left."""
    if not np.isfinite(box).all():
        return None
    x, y, width, height = (float(value) for value in box)
    left, top = max(0, math.floor(x)), max(0, math.floor(y))
    right, bottom = min(shape[1], math.ceil(x + width)), min(shape[0], math.ceil(y + height))
    return Box(left, top, right - left, bottom - top) if right > left and bottom > top else None


def _by_area(faces: Iterator[Face]) -> list[Face]:
    return sorted(faces, key=lambda face: -face.box.area)
