"""Faces with their answers, for tests."""

from __future__ import annotations

import numpy as np

from fer_core.labels import EMOTIONS
from fer_core.types import FACE_SIDE, Box, Face, FaceEmotion


def answered(
    box: Box = Box(0, 0, 9, 9),  # noqa: B008 - frozen
    unsure_below: float = 0.0,
    *,
    score: float = 1.0,
    landmarks: np.ndarray | None = None,
    turn: int = 0,
    **shares: float,
) -> FaceEmotion:
    """A face with the named expressions' probabilities; the others share what is left equally."""
    rest = (1 - sum(shares.values())) / max(1, len(EMOTIONS) - len(shares))
    probabilities = np.array([shares.get(name, rest) for name in EMOTIONS], np.float32)
    crop = np.zeros((FACE_SIDE, FACE_SIDE), np.uint8)  # its own: tests ask whether it is freed
    return FaceEmotion(Face(box, score, landmarks, turn), probabilities, crop, unsure_below)
