"""How bright, rich in contrast and sharp a face is: what makes it easy or hard to answer for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

MEASURES: Final = ("brightness", "contrast", "sharpness")

Floats = NDArray[np.float64]


def measures(faces: NDArray[np.uint8]) -> Mapping[str, Floats]:
    """The measures of `MEASURES` of each face.

    Args:
        faces: (n, 48, 48) uint8 gray, as the network takes them.

    Returns:
        (n,) each. "brightness": the mean gray value, 0 to 255. "contrast": its standard deviation.
        "sharpness": the variance of the Laplacian (Pech-Pacheco et al. 2000), higher the sharper;
        about 2,000 in FER-2013.
    """
    return {
        "brightness": faces.mean(axis=(1, 2), dtype=np.float64),
        "contrast": faces.std(axis=(1, 2), dtype=np.float64),
        "sharpness": np.array([cv2.Laplacian(face, cv2.CV_64F).var() for face in faces], float),
    }
