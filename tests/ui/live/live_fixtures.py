"""Faces, clocks and pictures for the live page's tests."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from faces import answered

from fer_core.labels import EMOTIONS
from fer_core.types import Box, FaceEmotion, RGBImage
from fer_core.video.tracking import TrackedFace


class FakeClock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for a condition; the test fails if it has not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def picture(value: int = 120, size: tuple[int, int] = (48, 64)) -> RGBImage:
    return np.full((*size, 3), value, np.uint8)


def face(
    emotion: str = "happy",
    confidence: float = 0.92,
    unsure_below: float = 0.0,
    x: int = 10,
    scale: int = 1,
) -> FaceEmotion:
    """A face whose second most likely expression is the next one in the order."""
    second = EMOTIONS[(EMOTIONS.index(emotion) + 1) % 7]
    shares = {emotion: confidence, second: 3 * (1 - confidence) / 8}
    return answered(Box(x, 12 * scale, 30 * scale, 32 * scale), unsure_below, **shares)


def tracked(number: int = 1, age: float = 0.0, **options: object) -> TrackedFace:
    """A face as the tracker shows it; `options` are those of `face`."""
    result = face(**options)
    return TrackedFace(number, result, result.answer, age)
