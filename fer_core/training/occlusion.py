"""Faces with a part covered, as by a mask or by sunglasses, and labels that admit it.

A network that was never shown a covered face answers confidently, and often wrongly. Shown one
under its full label, it would learn to guess. So the label goes towards the classes' shares by as
much of the picture as is covered: unsure where there is less to see.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""(k, 2) corners x, y as shares of the side."""

SLANT: Final = 0.05
"""Largest rise of an edge from one side of the face to the other, either way."""
DARK: Final = 0.7
"""Share of the eye bands that are dark, as sunglasses are."""


def cover(
    faces: NDArray[np.uint8],
    targets: NDArray[np.float32],
    shares: NDArray[np.float32],
    probability: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Covers some faces' lower half or band of the eyes, each as often.

    Args:
        faces: (n, side, side) uint8; left as they are.
        targets: (n, 7) float32, rows sum to 1; left as they are.
        shares: (7,) float32, the classes' shares of the training labels.
        probability: Of a face to be covered.

    Returns:
        Faces and targets. A target is (1 - c)·target + c·shares, with c the covered part of the
        picture.
    """
    faces, targets = faces.copy(), targets.copy()
    for i in np.flatnonzero(rng.random(len(faces)) < probability):
        eyes = rng.random() < 0.5
        corners = _eye_band(rng) if eyes else _lower_half(rng)
        covered = _filled(corners, faces.shape[1])
        dark = eyes and rng.random() < DARK
        faces[i][covered] = _cloth(faces.shape[1], dark, rng)[covered]
        part = np.float32(covered.mean())
        targets[i] = (1 - part) * targets[i] + part * shares
    return faces, targets


def _lower_half(rng: np.random.Generator) -> Points:
    """As a mask lies: over the nose, down to the chin. Eyes stand at 0.39 of FER-2013's height."""
    cheeks = rng.uniform(0.5, 0.66)
    nose = cheeks - rng.uniform(0.0, 0.1)
    slant = rng.uniform(-SLANT, SLANT)
    inset = rng.uniform(0.0, 0.15)
    return np.array(
        [(inset, cheeks + slant), (0.5, nose), (1 - inset, cheeks - slant), (1, 1.02), (0, 1.02)]
    )


def _eye_band(rng: np.random.Generator) -> Points:
    """As glasses or a bar lie: around 0.39 of FER-2013's height."""
    middle, half = rng.uniform(0.35, 0.45), rng.uniform(0.08, 0.14)
    slant = rng.uniform(-SLANT, SLANT)
    left, right = rng.uniform(-0.05, 0.12), 1 - rng.uniform(-0.05, 0.12)
    return np.array(
        [
            (left, middle - half + slant),
            (right, middle - half - slant),
            (right, middle + half - slant),
            (left, middle + half + slant),
        ]
    )


def _filled(corners: Points, side: int) -> NDArray[np.bool_]:
    mask = np.zeros((side, side), np.uint8)
    cv2.fillPoly(mask, [np.rint(corners * (side - 1)).astype(np.int32)], 1)
    return mask.astype(bool)


def _cloth(side: int, dark: bool, rng: np.random.Generator) -> NDArray[np.uint8]:
    """(side, side) of one gray level, with a slope of light over it and grain."""
    level = rng.uniform(0, 60 if dark else 255)
    slope = rng.uniform(-20, 20, 2)
    along = np.linspace(-1, 1, side)
    gray = level + slope[0] * along[:, None] + slope[1] * along
    gray = gray + rng.uniform(0, 8) * rng.standard_normal((side, side))
    return np.asarray(np.clip(np.rint(gray), 0, 255), dtype=np.uint8)
