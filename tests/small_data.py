"""Generated faces that a small network can learn to tell apart."""

from __future__ import annotations

import numpy as np


def patterned_face(label: int, rng: np.random.Generator) -> np.ndarray:
    """(48, 48) uint8: stripes whose number and direction stand for the class, with noise."""
    y, x = np.mgrid[0:48, 0:48] / 48
    along = x if label % 2 else y
    stripes = 127 + 80 * np.sin(2 * np.pi * (label + 1) * along + rng.uniform(0, 6.3))
    return np.clip(stripes + rng.normal(0, 12, stripes.shape), 0, 255).astype(np.uint8)
