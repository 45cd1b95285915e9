"""How bright, rich in contrast and sharp a face is: what makes it easy or hard to answer for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.types import GrayImage

MEASURES: Final = ("brightness", "contrast", "sharpness")

Floats = NDArray[np.float64]


def measures(faces: NDArray[np.uint8]) -> Mapping[str, Floats]:
    """The measures of `MEASURES` of each face.

    Args:
        faces: (n, 48, 48) uint8 gray, as the network takes them.

    Returns:
        (n,) each. "brightness": the mean gray value, 0 to 255. "contrast": its standard deviation.
        "sharpness": see `sharpness`.
    """
    return {
        "brightness": faces.mean(axis=(1, 2), dtype=np.float64),
        "contrast": faces.std(axis=(1, 2), dtype=np.float64),
        "sharpness": np.array([sharpness(face) for face in faces], float),
    }


def sharpness(face: GrayImage) -> float:
    """The variance of a face's Laplacian as a share of its own: contrast does not count.

    Pech-Pacheco et al. (2000), "Diatom autofocusing in brightfield microscopy", give the first.
    About 0.7 in FER-2013; 0 for a face without contrast.
    """
    spread = float(face.var())
    return float(cv2.Laplacian(face, cv2.CV_64F).var()) / spread if spread else 0.0
