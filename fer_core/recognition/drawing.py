"""Boxes and labels on a copy of a picture."""

from __future__ import annotations

from collections.abc import Sequence

from fer_core.labels import COLORS, EMOTIONS, UNSURE
from fer_core.recognition.box_drawing import draw_box, line_width
from fer_core.recognition.label_placing import LabelPlacer
from fer_core.recognition.label_tiles import fitting_label, from_hex, text_size
from fer_core.types import FaceEmotion, RGBImage


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
    canvas, width = image.copy(), line_width(image)
    for face in faces:
        color = from_hex(COLORS[face.answer])
        draw_box(canvas, face.face.box, color, width, dashed=face.is_unsure)
    labels = LabelPlacer(canvas, width)
    for number, face in enumerate(faces, start=1):
        text = caption(face, number if numbers else None)
        size = text_size(face.face.box.width, max(image.shape[:2]))
        color = from_hex(COLORS[face.answer])
        labels.stamp(fitting_label(text, color, size, image.shape[1]), face.face.box)
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
