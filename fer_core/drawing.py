"""Boxes and labels on a copy of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fer_core.labels import COLORS, UNSURE
from fer_core.types import Box, FaceEmotion, RGBImage

Color = tuple[int, int, int]

_DARK: Final[Color] = (16, 16, 16)
_LIGHT: Final[Color] = (255, 255, 255)

# Of the picture's longer edge. A page shows it about 700 pixels wide: text of 0.02 is then 14.
_LINE: Final = 1 / 320
_SMALLEST_TEXT: Final = 0.02
_LARGEST_TEXT: Final = 0.035
_TEXT_TO_FACE: Final = 0.14  # between these two, text grows with the face's width
_LEGIBLE: Final = 13  # pixels
_LAST_RESORT: Final = 7  # where a label of 13 pixels is wider than the picture


def annotate(image: RGBImage, faces: Sequence[FaceEmotion], *, numbers: bool = True) -> RGBImage:
    """Draws each face's box and its answer.

    Lines and labels have a dark outline and labels a ground of their own, so that they read on any
    picture. Where the network is unsure, the box is gray and dashed. All labels lie above all
    boxes.

    Args:
        image: (height, width, 3) uint8 RGB; it is not changed.
        faces: In the pixels of `image`.
        numbers: Whether labels start with the face's place in `faces`, counted from 1.

    Returns:
        A new picture of the same shape.
    """
    canvas = image.copy()
    longer = max(image.shape[:2])
    thickness = max(2, round(longer * _LINE))
    for face in faces:
        _draw_box(canvas, face.face.box, _color(face.answer), thickness, dashed=face.is_unsure)
    whole, taken = Box(0, 0, image.shape[1], image.shape[0]), list[Box]()
    for number, face in enumerate(faces, start=1):
        box, text = face.face.box, caption(face, number if numbers else None)
        tile = _fitting_label(text, _color(face.answer), _text_size(box, longer), whole.width)
        place = _place_label((tile.shape[1], tile.shape[0]), box, thickness, whole, taken)
        taken.append(place)
        region = canvas[place.y : place.bottom, place.x : place.right]
        region[:] = tile[: region.shape[0], : region.shape[1]]
    return canvas


def caption(face: FaceEmotion, number: int | None = None) -> str:
    """A face's answer in words: "1 happy 92 %", or "unsure: fear or surprise"."""
    if face.is_unsure:
        (first, _), (second, _), *_ = face.ranked()
        answer = f"{UNSURE}: {first} or {second}"
    else:
        answer = f"{face.answer} {face.confidence:.0%}".replace("%", " %")
    return answer if number is None else f"{number} {answer}"


def _color(answer: str) -> Color:
    value = int(COLORS[answer].removeprefix("#"), 16)
    return value >> 16, value >> 8 & 0xFF, value & 0xFF


def _text_size(box: Box, longer: int) -> int:
    smallest = max(_LEGIBLE, longer * _SMALLEST_TEXT)
    largest = max(_LEGIBLE, longer * _LARGEST_TEXT)
    return round(min(max(box.width * _TEXT_TO_FACE, smallest), largest))


def _draw_box(canvas: RGBImage, box: Box, color: Color, thickness: int, *, dashed: bool) -> None:
    outline = thickness + 2 * max(1, thickness // 2)
    for ink, width in ((_DARK, outline), (color, thickness)):
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


def _fitting_label(text: str, color: Color, size: int, width: int) -> RGBImage:
    """The label at `size`, or at the largest smaller one at which it fits into the picture."""
    tile = _label(text, color, size)
    while tile.shape[1] > width and size > _LAST_RESORT:
        size = max(_LAST_RESORT, min(size - 1, size * width // tile.shape[1]))
        tile = _label(text, color, size)
    return tile


@lru_cache(maxsize=256)
def _label(text: str, ground: Color, size: int) -> RGBImage:
    """(height, width, 3) uint8, read-only: text on a ground of the expression's colour."""
    font = ImageFont.load_default(size)
    left, _, right, _ = font.getbbox(text)
    _, top, _, bottom = font.getbbox("1dpy%")  # all labels of one size are equally high
    pad, edge = max(2, size // 4), max(1, size // 12)
    wide, high = round(right - left) + 2 * pad, round(bottom - top) + 2 * pad
    tile = Image.new("RGB", (wide, high), _DARK)
    draw = ImageDraw.Draw(tile)
    draw.rectangle((edge, edge, wide - 1 - edge, high - 1 - edge), fill=ground)
    draw.text((pad - left, pad - top), text, font=font, fill=_ink(ground))
    return np.asarray(tile)


def _ink(ground: Color) -> Color:
    """Dark or light, whichever has the higher WCAG contrast: 4.5 or more on any ground."""
    luminance = _luminance(ground)
    on_dark = (luminance + 0.05) / (_luminance(_DARK) + 0.05)
    on_light = 1.05 / (luminance + 0.05)
    return _DARK if on_dark >= on_light else _LIGHT


def _luminance(color: Color) -> float:
    """WCAG 2.2's relative luminance, in [0, 1]."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (v / 255 for v in color)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _place_label(size: tuple[int, int], box: Box, gap: int, image: Box, taken: list[Box]) -> Box:
    """Above the box, below it, or inside: the first within the picture and off other labels."""
    wide, high = size
    x = max(0, min(box.x - gap, image.right - wide))
    inside = max(0, min(box.y, image.bottom - high))
    for y in (box.y - gap - high, box.bottom + gap, inside, box.bottom - high):
        place = Box(x, y, wide, high)
        if 0 <= y <= image.bottom - high and not any(_touch(place, other) for other in taken):
            return place
    return Box(x, inside, wide, high)


def _touch(a: Box, b: Box) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom
