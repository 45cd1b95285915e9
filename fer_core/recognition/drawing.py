"""Boxes and labels on a copy of a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from fer_core.labels import COLORS, EMOTIONS, UNSURE
from fer_core.recognition.detectors.turns import turned, turned_box
from fer_core.recognition.inputs import Picture, as_rgb
from fer_core.recognition.label_tiles import (
    DARK,
    Color,
    fitting_label,
    from_hex,
    label,
    text_size,
)
from fer_core.types import Box, FaceEmotion, RGBImage

_LINE: Final = 1 / 320  # of the picture's longer edge
_SMALLER: Final = (1.0, 0.7, 0.5)  # sizes of a number that stands for a label without room

Size = tuple[int, int]
"""Width and height, in pixels."""


def annotate(
    image: Picture, faces: Sequence[FaceEmotion], *, numbers: bool = True, legend: bool = False
) -> RGBImage:
    """Draws each face's box and its answer.

    Lines and labels have a dark outline and labels a ground of their own, so that they read on any
    picture. If the network is unsure, the box is gray and dashed. No label covers a face: if one
    finds no room, all become numbers, and a number without room is left out. Turned faces have
    turned labels.

    Args:
        image: (height, width, 3) uint8 RGB; gray, RGBA and PIL images are converted. It is not
            changed.
        faces: In the pixels of `image`.
        numbers: Whether labels start with the face's place in `faces`, counted from 1.
        legend: Whether all answers are listed below the picture if a label found no room.

    Returns:
        A new picture, (height, width, 3) uint8 RGB; higher than `image` by the legend.

    Raises:
        InputError: `image` is no such picture.
    """
    image = as_rgb(image)
    turn = faces[0].face.turn if faces else 0  # the same for all faces of a picture
    canvas = turned(image, turn) if turn else image.copy()
    boxes = [turned_box(face.face.box, turn, image.shape) for face in faces]
    width = line_width(canvas)
    for face, box in zip(faces, boxes, strict=True):
        draw_box(canvas, box, from_hex(COLORS[face.answer]), width, dashed=face.is_unsure)
    forms = [
        _label_forms(face, number, box.width, canvas, named=numbers)
        for number, (face, box) in enumerate(zip(faces, boxes, strict=True), start=1)
    ]
    whole = Box(0, 0, canvas.shape[1], canvas.shape[0])
    places = place_labels([[_size(tile) for tile in row] for row in forms], boxes, width, whole)
    for row, found in zip(forms, places, strict=True):
        if found is not None:
            _stamp(canvas, row[found[0]], found[1])
    if legend and any(found is None or found[0] for found in places):
        canvas = _with_legend(canvas, faces)
    return turned(canvas, 360 - turn) if turn else canvas


def _label_forms(
    face: FaceEmotion, number: int, width: int, canvas: RGBImage, *, named: bool
) -> list[RGBImage]:
    """A face's label, and what stands in its place if there is no room for it: its number."""
    size, color = text_size(width, max(canvas.shape[:2])), from_hex(COLORS[face.answer])
    text = caption(face, number if named else None)
    short = [label(str(number), color, max(7, round(size * times))) for times in _SMALLER]
    return [fitting_label(text, color, size, canvas.shape[1]), *short]


def _with_legend(canvas: RGBImage, faces: Sequence[FaceEmotion]) -> RGBImage:
    """The picture with a band below it that lists all answers."""
    width = canvas.shape[1]
    size = text_size(1, max(canvas.shape[:2]))
    tiles = [
        fitting_label(caption(face, number), from_hex(COLORS[face.answer]), size, width)
        for number, face in enumerate(faces, start=1)
    ]
    x = y = 0
    places = []
    for tile in tiles:
        if x and x + tile.shape[1] > width:
            x, y = 0, y + tiles[0].shape[0]
        places.append((x, y))
        x += tile.shape[1]
    band = np.full((y + tiles[0].shape[0], width, 3), DARK, np.uint8)
    for tile, (x, y) in zip(tiles, places, strict=True):
        _stamp(band, tile, Box(x, y, *_size(tile)))
    return np.concatenate([canvas, band])


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
    """Stamps labels on a picture, each off those before it and, if there is room, off all faces.

    Args:
        canvas: (height, width, 3) uint8; is drawn on.
        gap: Pixels between a box and its label.
        faces: The boxes of all faces.
    """

    def __init__(self, canvas: RGBImage, gap: int, faces: Sequence[Box]) -> None:
        self._canvas = canvas
        self._gap = gap
        self._whole = Box(0, 0, canvas.shape[1], canvas.shape[0])
        self._faces = faces
        self._taken: list[Box] = []

    def stamp(self, tile: RGBImage, box: Box) -> Box:
        """Draws the label of the face in `box`; returns the place it took."""
        size = _size(tile)
        others = [face for face in self._faces if face != box]
        place = find_place(size, box, self._gap, self._whole, self._taken + others)
        if place is None:
            x = max(0, min(box.x - self._gap, self._whole.right - size[0]))
            place = Box(x, max(0, min(box.y, self._whole.bottom - size[1])), *size)
        self._taken.append(place)
        _stamp(self._canvas, tile, place)
        return place


def place_labels(
    sizes: Sequence[Sequence[Size]], boxes: Sequence[Box], gap: int, image: Box
) -> list[tuple[int, Box] | None]:
    """A place for each face's label that covers no face and no other label.

    Args:
        sizes: For each face those of its label's forms, the whole label first. If one of the whole
            labels finds no room, all faces have short ones: beside numbers, a long label would seem
            to be its neighbour's.
        boxes: Of the faces.
        gap: Pixels between a box and its label.
        image: The whole picture.

    Returns:
        For each face which form, and where; None if none of them finds room.
    """
    whole = _placed([forms[:1] for forms in sizes], boxes, gap, image)
    if None not in whole:
        return whole
    short = _placed([forms[1:] for forms in sizes], boxes, gap, image)
    return [found and (found[0] + 1, found[1]) for found in short]


def _placed(
    sizes: Sequence[Sequence[Size]], boxes: Sequence[Box], gap: int, image: Box
) -> list[tuple[int, Box] | None]:
    taken: list[Box] = []
    found: list[tuple[int, Box] | None] = []
    for i, (forms, box) in enumerate(zip(sizes, boxes, strict=True)):
        others = [*boxes[:i], *boxes[i + 1 :], *taken]
        tried = (
            (form, place)
            for form, size in enumerate(forms)
            if (place := find_place(size, box, gap, image, others)) is not None
        )
        found.append(next(tried, None))
        if found[-1] is not None:
            taken.append(found[-1][1])
    return found


def find_place(size: Size, box: Box, gap: int, image: Box, blocked: Sequence[Box]) -> Box | None:
    """The first place near a face's box, within the picture, off what is blocked and off the face.

    Above the box, below it, beside it; or in a corner of it, off the ellipse that the face fills.
    """
    for x, y in _candidates(size, box, gap, image):
        place = Box(x, y, *size)
        inside = place.x >= 0 and place.y >= 0
        inside = inside and place.right <= image.right and place.bottom <= image.bottom
        if inside and not _covers(place, box) and not any(touch(place, b) for b in blocked):
            return place
    return None


def _candidates(size: Size, box: Box, gap: int, image: Box) -> Iterator[tuple[int, int]]:
    wide, high = size
    lefts = (box.x - gap, box.right + gap - wide, box.x + (box.width - wide) // 2)
    shifted = max(0, min(lefts[0], image.right - wide))
    for x in (shifted, *lefts):
        yield x, box.y - gap - high
        yield x, box.bottom + gap
    for y in (box.y, box.bottom - high, box.y + (box.height - high) // 2):
        yield box.right + gap, y
        yield box.x - gap - wide, y
    for y in (box.y, box.bottom - high):
        yield box.x, y
        yield box.right - wide, y


def _covers(place: Box, face: Box) -> bool:
    """Whether a place shares a point with the ellipse in a face's box."""
    x, y = face.x + face.width / 2, face.y + face.height / 2
    across = min(max(x, place.x), place.right) - x
    down = min(max(y, place.y), place.bottom) - y
    return bool((2 * across / face.width) ** 2 + (2 * down / face.height) ** 2 < 1)


def touch(a: Box, b: Box) -> bool:
    """Whether two boxes share a pixel."""
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def _size(tile: RGBImage) -> Size:
    return tile.shape[1], tile.shape[0]


def _stamp(canvas: RGBImage, tile: RGBImage, place: Box) -> None:
    region = canvas[place.y : place.bottom, place.x : place.right]
    region[:] = tile[: region.shape[0], : region.shape[1]]
