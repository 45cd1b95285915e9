"""The values that every room shares: boxes, faces, and faces with their apparent expression."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import EMOTIONS, UNSURE

FACE_SIDE: Final = 48
"""Width and height of a face as the network takes it, in pixels: FER-2013's own size."""

TURNS: Final = (0, 90, 180, 270)
"""Degrees by which a picture may be turned clockwise until its faces stand upright."""

RGBImage = NDArray[np.uint8]
"""(height, width, 3) uint8, channels in the order red, green, blue."""

GrayImage = NDArray[np.uint8]
"""(height, width) uint8."""

Probabilities = NDArray[np.float32]
"""(7,) or (n, 7) float32 in the order of `EMOTIONS`; each row sums to 1."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in the pixels of the original picture, inside it.

    Attributes:
        x: Left edge, in pixels from the picture's left.
        y: Top edge, in pixels from the picture's top.
        width: In pixels, at least 1.
        height: In pixels, at least 1.
    """

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(
                f"A box is at least 1 pixel wide and high. Received: {self.width}x{self.height}"
            )

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def area(self) -> int:
        return self.width * self.height

    def to_dict(self) -> dict[str, int]:
        return {"x": self.x, "y": self.y, "width": self.width, "height": self.height}


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A detected face.

    Attributes:
        box: Its place in the picture.
        score: The detector's confidence in [0, 1]; 1.0 from a detector that has none.
        landmarks: (5, 2) float32 of x, y in the picture's pixels, in the order right eye, left
            eye, nose tip, right mouth corner, left mouth corner (the person's right, which is the
            picture's left), or None if the detector finds none.
        turn: Degrees by which the picture is turned clockwise until the face stands upright: 0, 90,
            180 or 270. Box and landmarks are in the picture as it is.
    """

    box: Box
    score: float = 1.0
    landmarks: NDArray[np.float32] | None = None
    turn: int = 0

    def __post_init__(self) -> None:
        if self.turn not in TURNS:
            raise ValueError(f"A turn is one of {TURNS}. Received: {self.turn}")
        if self.landmarks is not None and self.landmarks.shape != (5, 2):
            raise ValueError(f"Landmarks have the shape (5, 2). Received: {self.landmarks.shape}")


@dataclass(frozen=True, slots=True, eq=False)
class FaceEmotion:
    """A face and the network's answer for it.

    Attributes:
        face: The detection.
        probabilities: (7,) float32 in the order of `EMOTIONS`, summing to 1.
        crop: (48, 48) uint8 gray, exactly the network's input.
        unsure_below: The answer is "unsure" if the largest probability is below this.
        notes: Why the face may be hard to read, of `recognition.answers.usability.NOTES`.
    """

    face: Face
    probabilities: Probabilities
    crop: GrayImage = field(repr=False)
    unsure_below: float = 0.0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.probabilities.shape != (len(EMOTIONS),):
            raise ValueError(
                f"Probabilities have the shape ({len(EMOTIONS)},). "
                f"Received: {self.probabilities.shape}"
            )

    @property
    def emotion(self) -> str:
        """The most likely of the seven expressions, whether or not the network is sure of it."""
        return EMOTIONS[int(self.probabilities.argmax())]

    @property
    def confidence(self) -> float:
        """The probability of `emotion`, in [0, 1]."""
        return float(self.probabilities.max())

    @property
    def is_unsure(self) -> bool:
        return self.confidence < self.unsure_below

    @property
    def answer(self) -> str:
        """`emotion`, or "unsure" if the network is below its threshold."""
        return UNSURE if self.is_unsure else self.emotion

    def ranked(self) -> list[tuple[str, float]]:
        """(expression, probability) from the most to the least likely."""
        order = np.argsort(-self.probabilities, kind="stable")
        return [(EMOTIONS[i], float(self.probabilities[i])) for i in order]

    def to_dict(self) -> dict[str, Any]:
        return {
            "box": self.face.box.to_dict(),
            "score": round(self.face.score, 4),
            "turn": self.face.turn,
            "answer": self.answer,
            "emotion": self.emotion,
            "confidence": round(self.confidence, 4),
            "notes": list(self.notes),
            "probabilities": {
                name: round(float(p), 4)
                for name, p in zip(EMOTIONS, self.probabilities, strict=True)
            },
        }
