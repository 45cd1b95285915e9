"""Photographs for tests, made of the public-domain portrait that the app ships."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from fer_core.images import decode

PORTRAIT = Path(__file__).resolve().parents[1] / "ui" / "assets" / "eileen_collins.jpg"


def portrait() -> np.ndarray:
    """(512, 512, 3) uint8 RGB; the face lies at x 178, y 62 and is 91 wide and 114 high."""
    return decode(PORTRAIT.read_bytes())


def crowd(columns: int, rows: int, face: int = 91, gap: float = 0.6) -> np.ndarray:
    """The head, tiled.

    Args:
        face: Width of each face, in pixels.
        gap: Between two faces, in widths of a face; the head itself takes at least 0.6.
    """
    head = portrait()[20:220, 120:330]
    times = face / 91
    tile = cv2.resize(head, None, fx=times, fy=times, interpolation=cv2.INTER_AREA)
    step_x, step_y = round(face * (1 + gap)), round(face * (1.25 + gap))
    high, wide = tile.shape[:2]
    picture = np.full((step_y * rows + high, step_x * columns + wide, 3), 128, np.uint8)
    for row in range(rows):
        for column in range(columns):
            y, x = row * step_y, column * step_x
            picture[y : y + high, x : x + wide] = tile
    return picture


def turned_clockwise(image: np.ndarray, degrees: int) -> np.ndarray:
    return np.ascontiguousarray(np.rot90(image, -degrees // 90))
