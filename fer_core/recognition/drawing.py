"""Boxes and labels on a copy of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2

from fer_core.labels import COLORS, EMOTIONS, UNSURE
from fer_core.recognition.inputs import Picture, as_rgb
from fer_core.recognition.label_tiles import DARK, Color, fitting_label, from_hex, text_size
from fer_core.types import Box, FaceEmotion, RGBImage

_LINE: Final = 1 / 320  # of the picture's longer edge


def annotate(image: Picture, faces: Sequence[FaceEmotion], *, numbers: bool = True) -> RGBImage:
    """Draws each face's box and its answer.

    Lines and labels have a dark outline and labels a ground of their own, so that they read on any
    picture. If the network is unsure, the box is gray and dashed. All labels lie above all
    boxes.

    Args:
        image: (height, width, 3) uint8 RGB; gray, RGBA and PIL images are converted. It is not
            changed.
        faces: In the pixels of `image`.
        numbers: Whether labels start with the face's place in `faces`, counted from 1.

    Returns:
        A new picture, (height, width, 3) uint8 RGB.

    Raises:
        InputError: `image` is no such picture.
    """
    canvas = as_rgb(image).copy()
    width = line_width(canvas)
    for face in faces:
        color = from_hex(COLORS[face.answer])
        draw_box(canvas, face.face.box, color, width, dashed=face.is_unsure)
    labels = LabelPlacer(canvas, width)
    for number, face in enumerate(faces, start=1):
        text = caption(face, number if numbers else None)
        size = text_size(face.face.box.width, max(canvas.shape[:2]))
        color = from_hex(COLORS[face.answer])
        labels.stamp(fitting_label(text, color, size, canvas.shape[1]), face.face.box)
    return canvas


def caption(face: FaceEmotion, number: int | None = None) -> str:
    """A face's answer in words: "1 happy 92 %", or "unsure: fear or surprise"."""
    words = answer_words(face, face.answer)
    return words if number is None else f"{number} {words}"


def answer_words(face: FaceEmotion, answer: str) -> str:
    """An answer for a face with its share: "happy 92 %", or "unsure: fear or surprise".

    Args:
        answer: "unsure" or any of the expressions, be it the likeliest or not.
    """
    if answer == UNSURE:
        (first, _), (second, _), *_ = face.ranked()
        return f"{UNSURE}: {first} or {second}"
    return f"{answer} {100 * face.probabilities[EMOTIONS.index(answer)]:.0f} %"


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


class LabelPlacer:
    """Stamps labels on a picture, each off those before it.

    Args:
        canvas: (height, width, 3) uint8; is drawn on.
        gap: Pixels between a box and its label.
    """

    def __init__(self, canvas: RGBImage, gap: int) -> None:
        self._canvas = canvas
        self._gap = gap
        self._whole = Box(0, 0, canvas.shape[1], canvas.shape[0])
        self._taken: list[Box] = []

    def stamp(self, tile: RGBImage, box: Box) -> Box:
        """Draws the label of the face in `box`; returns the place it took."""
        size = (tile.shape[1], tile.shape[0])
        place = place_label(size, box, self._gap, self._whole, self._taken)
        self._taken.append(place)
        region = self._canvas[place.y : place.bottom, place.x : place.right]
        region[:] = tile[: region.shape[0], : region.shape[1]]
        return place


def place_label(size: tuple[int, int], box: Box, gap: int, image: Box, taken: list[Box]) -> Box:
    """Above the box, below it, or inside: the first within the picture and off other labels."""
    wide, high = size
    x = max(0, min(box.x - gap, image.right - wide))
    inside = max(0, min(box.y, image.bottom - high))
    for y in (box.y - gap - high, box.bottom + gap, inside, box.bottom - high):
        place = Box(x, y, wide, high)
        if 0 <= y <= image.bottom - high and not any(touch(place, other) for other in taken):
            return place
    return Box(x, inside, wide, high)


def touch(a: Box, b: Box) -> bool:
    """Whether two boxes share a pixel."""
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom
