"""Boxes with a dark outline, whole or dashed."""

from __future__ import annotations

from typing import Final

import cv2

from fer_core.recognition.label_tiles import DARK, Color
from fer_core.types import Box, RGBImage

_LINE: Final = 1 / 320  # of the picture's longer edge


def line_width(image: RGBImage) -> int:
    """Pixels of a box's line, without its outline."""
    longer: int = max(image.shape[:2])
    return max(2, round(longer * _LINE))


def draw_box(canvas: RGBImage, box: Box, color: Color, thickness: int, *, dashed: bool) -> None:
    """Draws on `canvas`; half of the line lies outside of the box."""
    outline = thickness + 2 * max(1, thickness // 2)
    for ink, width in ((DARK, outline), (color, thickness)):
        for start, end in _strokes(box, 5 * thickness if dashed else None):
            cv2.line(canvas, start, end, ink, width, cv2.LINE_AA)


def _strokes(box: Box, dash: int | None) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The four edges, whole or in dashes with gaps as long as they are."""
    right, bottom = box.right - 1, box.bottom - 1
    strokes = []
    for edge in (box.y, bottom):
        strokes += [((a, edge), (b, edge)) for a, b in _dashes(box.x, right, dash)]
    for edge in (box.x, right):
        strokes += [((edge, a), (edge, b)) for a, b in _dashes(box.y, bottom, dash)]
    return strokes


def _dashes(start: int, end: int, dash: int | None) -> list[tuple[int, int]]:
    if dash is None:
        return [(start, end)]
    return [(at, min(at + dash, end)) for at in range(start, end + 1, 2 * dash)]
