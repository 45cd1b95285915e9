"""Why this answer: what its probability loses if a part of the face is covered.

Occlusion sensitivity, Zeiler and Fergus (2014), "Visualizing and Understanding Convolutional
Networks", section 4.2. It says what the network reacts to, not why a person looks as they do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.labels import COLORS, EMOTIONS
from fer_core.recognition.label_tiles import from_hex
from fer_core.types import FACE_SIDE, GrayImage, Probabilities, RGBImage

PATCH: Final = 12
"""Side of the square that is covered, in pixels: about an eye."""
_STEP: Final = 4
_STARTS: Final = range(0, FACE_SIDE - PATCH + 1, _STEP)
_FOR, _AGAINST = from_hex(COLORS["happy"]), from_hex(COLORS["sad"])

SensitivityMap = NDArray[np.float32]
"""(48, 48) float32 in [-1, 1]: how much less likely the expression is with this place covered, as a
mean over the squares that cover it; below 0 if it is more likely then."""


def occlusion_map(
    predict: Callable[[NDArray[np.uint8]], Probabilities], crop: GrayImage, emotion: str
) -> SensitivityMap:
    """Covers a face square by square with its mean gray: 100 answers, about 0.15 s.

    Args:
        predict: (n, 48, 48) uint8 → (n, 7), as `Classifier.predict`.
        crop: (48, 48) uint8, the network's input.
        emotion: The expression whose probability is followed.
    """
    index, gray = EMOTIONS.index(emotion), round(float(crop.mean()))
    places = [np.s_[y : y + PATCH, x : x + PATCH] for y in _STARTS for x in _STARTS]
    covered = np.repeat(crop[None], len(places) + 1, axis=0)
    for face, place in zip(covered, places, strict=False):  # the last one stays as it is
        face[place] = gray
    answers = predict(covered)[:, index]
    lost, times = np.zeros(crop.shape, np.float32), np.zeros(crop.shape, np.float32)
    for place, answer in zip(places, answers, strict=False):
        lost[place] += answers[-1] - answer
        times[place] += 1
    return np.asarray(lost / times, np.float32)


def shown(crop: GrayImage, found: SensitivityMap, side: int = 192) -> RGBImage:
    """The crop with what speaks for the answer in orange and what speaks against it in blue.

    Args:
        side: Of the picture that is returned, in pixels.
    """
    strongest = max(float(np.abs(found).max()), 0.01)  # a map without effect stays gray
    share = (np.abs(found) / strongest)[..., None] * 0.7
    ink = np.where(found[..., None] > 0, np.array(_FOR), np.array(_AGAINST))
    picture = crop[..., None] * (1 - share) + ink * share
    size = (side, side)
    large = cv2.resize(picture.astype(np.uint8), size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.uint8)
