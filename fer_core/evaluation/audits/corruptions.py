"""What harms a face on its way to the network, in five severities each.

After Hendrycks & Dietterich (2019), "Benchmarking Neural Network Robustness to Common Corruptions
and Perturbations", for gray faces of 48x48 pixels, with what cameras and people do to them. The
same face is harmed alike in every run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.types import FACE_SIDE, GrayImage

SEVERITIES: Final = (1, 2, 3, 4, 5)
EYES: Final = 0.39
"""Where they stand in FER-2013's framing, of the side, from the top."""

Harm = Callable[[GrayImage, int, np.random.Generator], Any]
"""(face, severity from 1 to 5, draws) → the harmed face, of any number type."""


def corrupt(faces: NDArray[np.uint8], kind: str, severity: int) -> NDArray[np.uint8]:
    """Harms every face.

    Args:
        faces: (n, 48, 48) uint8 gray.
        kind: One of `KINDS`.
        severity: From 1 to 5.

    Returns:
        (n, 48, 48) uint8.
    """
    harm = KINDS[kind]
    seeds = [list(KINDS).index(kind), severity]
    harmed = [
        harm(face, severity, np.random.default_rng([*seeds, i])) for i, face in enumerate(faces)
    ]
    if not harmed:
        return faces
    return np.asarray(np.clip(np.rint(np.stack(harmed)), 0, 255), dtype=np.uint8)


def _blur(face: GrayImage, severity: int, _: np.random.Generator) -> Any:
    sigma = (0.6, 1.0, 1.5, 2.0, 3.0)[severity - 1]
    return cv2.GaussianBlur(face, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


def _darkness(face: GrayImage, severity: int, _: np.random.Generator) -> Any:
    return face * (0.6, 0.4, 0.25, 0.15, 0.08)[severity - 1]


def _jpeg(face: GrayImage, severity: int, _: np.random.Generator) -> Any:
    quality = (40, 20, 12, 7, 4)[severity - 1]
    data = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)


def _noise(face: GrayImage, severity: int, draws: np.random.Generator) -> Any:
    return face + draws.normal(0, (8, 16, 24, 36, 52)[severity - 1], face.shape)


def _small(face: GrayImage, severity: int, _: np.random.Generator) -> Any:
    side = (32, 24, 18, 14, 10)[severity - 1]
    small = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_LINEAR)


def _turn(face: GrayImage, severity: int, draws: np.random.Generator) -> Any:
    angle = (5, 10, 15, 25, 40)[severity - 1] * draws.choice([-1, 1])
    middle = (FACE_SIDE - 1) / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), float(angle), 1)
    size = (FACE_SIDE, FACE_SIDE)
    return cv2.warpAffine(face, matrix, size, borderMode=cv2.BORDER_REPLICATE)


def _eyes(face: GrayImage, severity: int, _: np.random.Generator) -> Any:
    """Dark glasses, from narrow to a ski mask's."""
    half = (0.05, 0.07, 0.09, 0.12, 0.15)[severity - 1]
    top, bottom = (round((EYES + side * half) * FACE_SIDE) for side in (-1, 1))
    harmed = face.copy()
    harmed[top:bottom, 3:-3] = 20
    return harmed


def _mouth(face: GrayImage, severity: int, _: np.random.Generator) -> Any:
    """A light mask, from under the lip to over the nose."""
    top = (0.86, 0.78, 0.70, 0.62, 0.54)[severity - 1]
    harmed = face.copy()
    harmed[round(top * FACE_SIDE) :, 4:-4] = 210
    return harmed


KINDS: Final[dict[str, Harm]] = {
    "blur": _blur,
    "darkness": _darkness,
    "JPEG": _jpeg,
    "noise": _noise,
    "small faces": _small,
    "turn": _turn,
    "covered eyes": _eyes,
    "covered mouth": _mouth,
}
