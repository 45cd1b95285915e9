"""Tracked faces on a video frame: what the viewer chose to see, in a mirror or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np

from fer_core.labels import COLORS, EMOTIONS, FACE_COLORS, UNSURE
from fer_core.recognition.drawing import LabelPlacer, answer_words, draw_box, line_width
from fer_core.recognition.label_tiles import DARK, LIGHT, fitting_label, from_hex, text_size
from fer_core.types import Box, RGBImage
from fer_core.video.tracking import TrackedFace

SHOWN_AFTER_LOSS: Final = 0.3
"""Seconds for which a face that the detector misses is still drawn where it was."""

_BAR_COLORS: Final = tuple(from_hex(COLORS[emotion]) for emotion in EMOTIONS)


def annotate_tracked(
    image: RGBImage,
    faces: Sequence[TrackedFace],
    *,
    parts: Collection[str],
    mirror: bool = False,
    names: Mapping[int, str] = MappingProxyType({}),
) -> RGBImage:
    """Draws the chosen parts of each face.

    Args:
        image: (height, width, 3) uint8 RGB; it is not changed.
        faces: In the pixels of `image`.
        parts: Of "box", "label" (with the face's number in its own colour), "bars" (the seven
            probabilities) and "landmarks".
        mirror: Whether to flip the picture left to right; text stays readable.
        names: What to write in the place of some numbers.

    Returns:
        A new picture of the same shape; `image` itself if nothing is drawn or flipped.
    """
    seen = [face for face in faces if face.age <= SHOWN_AFTER_LOSS] if parts else []
    if not seen and not mirror:
        return image
    canvas = np.asarray(cv2.flip(image, 1), np.uint8) if mirror else image.copy()
    boxes = [_mirrored(face.result.face.box, image.shape[1], mirror) for face in seen]
    width = line_width(image)
    for face, box in zip(seen, boxes, strict=True):
        if "box" in parts:
            color = from_hex(COLORS[face.answer])
            draw_box(canvas, box, color, width, dashed=face.answer == UNSURE)
        if "landmarks" in parts:
            _draw_landmarks(canvas, face, width, mirror)
        if "bars" in parts:
            _draw_bars(canvas, face, box)
    if "label" in parts:
        _stamp_labels(canvas, seen, boxes, width, names)
    return canvas


def caption(face: TrackedFace) -> str:
    """The steady answer in words: "happy 92 %", or "unsure: fear or surprise"."""
    return answer_words(face.result, face.answer)


def face_color(number: int) -> str:
    """The colour of a face's number, "#rrggbb"; of nine faces the last has the first one's."""
    return FACE_COLORS[(number - 1) % len(FACE_COLORS)]


def _stamp_labels(
    canvas: RGBImage,
    faces: Sequence[TrackedFace],
    boxes: Sequence[Box],
    width: int,
    names: Mapping[int, str],
) -> None:
    labels = LabelPlacer(canvas, width, boxes)
    for face, box in zip(faces, boxes, strict=True):
        # Even sizes only: a face that comes nearer would need a new label at each pixel.
        size = 2 * (text_size(box.width, max(canvas.shape[:2])) // 2)
        name = names.get(face.number, str(face.number))
        color = from_hex(face_color(face.number))
        chip = fitting_label(name, color, size, canvas.shape[1] // 2)
        room = canvas.shape[1] - chip.shape[1]
        answer = fitting_label(caption(face), from_hex(COLORS[face.answer]), size, room)
        chip = chip[: answer.shape[0]]
        if chip.shape[0] == answer.shape[0]:
            answer = np.concatenate([chip, answer], axis=1)
        labels.stamp(answer, box)


def _draw_landmarks(canvas: RGBImage, face: TrackedFace, width: int, mirror: bool) -> None:
    points = face.result.face.landmarks
    if points is None:
        return
    for x, y in points:
        at = (round(float(canvas.shape[1] - 1 - x if mirror else x)), round(float(y)))
        cv2.circle(canvas, at, width + 2, DARK, cv2.FILLED, cv2.LINE_AA)
        cv2.circle(canvas, at, width, LIGHT, cv2.FILLED, cv2.LINE_AA)


def _draw_bars(canvas: RGBImage, face: TrackedFace, box: Box) -> None:
    """Seven bars beside the face, on its right or, if there is no room, on its left."""
    height = max(3, min(12, box.height // 10))
    length = max(24, min(90, box.width // 2))
    left = box.right + height
    if left + length > canvas.shape[1]:
        left = max(0, box.x - height - length)
    for i, (share, color) in enumerate(zip(face.result.probabilities, _BAR_COLORS, strict=True)):
        top = box.y + i * (height + 2)
        corner = (left + length, top + height)
        cv2.rectangle(canvas, (left - 1, top - 1), (corner[0] + 1, corner[1]), DARK, cv2.FILLED)
        end = (left + round(float(share) * length), corner[1] - 1)
        if share > 0.01:
            cv2.rectangle(canvas, (left, top), end, color, cv2.FILLED)


def _mirrored(box: Box, width: int, mirror: bool) -> Box:
    return Box(width - box.right, box.y, box.width, box.height) if mirror else box
