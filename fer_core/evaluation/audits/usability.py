"""At which size, blur, darkness and cut a network's accuracy falls: thresholds for a face's notes.

Validation faces are degraded step by step, in the way that photographs are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.images.quality import sharpness
from fer_core.recognition.answers.usability import BLURRED, CUT, DARK, SMALL
from fer_core.recognition.classifier import Classifier
from fer_core.types import FACE_SIDE, GrayImage

LOST: Final = 0.05
"""A threshold lies where accuracy has fallen by this share."""
_NOISE: Final = 2.0  # standard deviation in gray levels, of a camera in the dark
_SEED: Final = 0

Degrade = Callable[[GrayImage, float], GrayImage]
Curve = list[tuple[float, float]]
"""Value of a measure and accuracy, from mild to strong."""


def shrunk(face: GrayImage, side: float) -> GrayImage:
    """As if the face had been `side` pixels wide in its picture."""
    small = cv2.resize(face, (round(side),) * 2, interpolation=cv2.INTER_AREA)
    size = (FACE_SIDE, FACE_SIDE)
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def blurred(face: GrayImage, sigma: float) -> GrayImage:
    """Gaussian blur; `sigma` in pixels."""
    return np.asarray(cv2.GaussianBlur(face, (0, 0), sigma), np.uint8)


def darkened(face: GrayImage, share: float) -> GrayImage:
    """This share of the light, and a camera's noise."""
    noise = np.random.default_rng(_SEED).normal(0, _NOISE, face.shape)
    return np.clip(np.round(face * share + noise), 0, 255).astype(np.uint8)


def cut(face: GrayImage, share: float) -> GrayImage:
    """This share of the face beyond the right edge of its picture: the edge is replicated."""
    kept = FACE_SIDE - round(FACE_SIDE * share)
    return np.concatenate(
        [face[:, :kept], np.repeat(face[:, kept - 1 :][:, :1], FACE_SIDE - kept, 1)], 1
    )


_STEPS: Final[Mapping[str, tuple[Degrade, tuple[float, ...]]]] = {
    SMALL: (shrunk, (40, 32, 28, 24, 20, 16, 12)),
    BLURRED: (blurred, (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)),
    DARK: (darkened, (0.5, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05)),
    CUT: (cut, (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)),
}


def measure_usability(
    classifier: Classifier, images: NDArray[np.uint8], labels: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    """A card's "usability": for each note its threshold, and the curve that it was read from.

    Args:
        images: (n, 48, 48) uint8 gray, validation faces.
        labels: (n,) their true labels.

    Returns:
        Note → "threshold", "lost", "faces", "accuracy" (of the faces as they are) and "curve": [the
        measure's median, accuracy] of each step. A note whose curve never falls so far is absent.
    """
    whole = _accuracy(classifier, images, labels)
    found = {}
    for note, (degrade, steps) in _STEPS.items():
        curve: Curve = []
        for step in steps:
            worse = np.stack([degrade(face, step) for face in images])
            value = step if note in (SMALL, CUT) else _median(note, worse)
            curve.append((round(float(value), 4), round(_accuracy(classifier, worse, labels), 4)))
        threshold = crossing(curve, whole - LOST)
        if threshold is not None:
            found[note] = {
                "threshold": round(threshold, 4),
                "lost": LOST,
                "faces": len(labels),
                "accuracy": round(whole, 4),
                "curve": [list(point) for point in curve],
            }
    return found


def crossing(curve: Curve, accuracy: float) -> float | None:
    """Where a curve first falls to an accuracy, between two of its points; None if it does not.

    The first point's value if it lies there already.
    """
    for i, (value, reached) in enumerate(curve):
        if reached <= accuracy:
            if not i:
                return value
            before, higher = curve[i - 1]
            return before + (value - before) * (higher - accuracy) / (higher - reached)
    return None


def _median(note: str, faces: NDArray[np.uint8]) -> float:
    measure = sharpness if note == BLURRED else np.mean
    return float(np.median([measure(face) for face in faces]))


def _accuracy(
    classifier: Classifier, images: NDArray[np.uint8], labels: NDArray[np.int64]
) -> float:
    return float((classifier.predict(images).argmax(axis=1) == labels).mean())
