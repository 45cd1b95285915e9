"""Notes on faces that are hard to read: the portrait shrunk, blurred, darkened and cut."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from portrait import portrait

from fer_core import Recognizer
from fer_core.images.quality import sharpness
from fer_core.recognition.answers.usability import NOTES, Measures, notes
from fer_core.recognition.cropping import framing
from fer_core.types import Box, Face

LIMITS = {
    "small": {"threshold": 20},
    "blurred": {"threshold": 0.03},
    "dark": {"threshold": 36},
    "cut": {"threshold": 0.3},
}
GOOD = Measures(side=100, sharpness=0.5, brightness=120, outside=0.0)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (GOOD, ()),
        (Measures(19, 0.5, 120, 0), ("small",)),
        (Measures(19, 0.01, 120, 0), ("small",)),  # enlarged, and blurred by that
        (Measures(100, 0.01, 120, 0), ("blurred",)),
        (Measures(100, 0.5, 30, 0), ("dark",)),
        (Measures(100, 0.5, 120, 0.31), ("cut",)),
        (Measures(19, 0.5, 20, 0.5), ("small", "dark", "cut")),
        (Measures(20, 0.03, 36, 0.3), ()),
    ],
)
def test_notes_are_given_beyond_the_thresholds(found: Measures, expected: tuple[str, ...]) -> None:
    assert notes(found, LIMITS) == expected
    assert notes(found, {}) == ()
    assert set(expected) <= set(NOTES)


def test_sharpness_knows_no_contrast() -> None:
    crop = cv2.resize(portrait()[62:176, 166:280, 1], (48, 48), interpolation=cv2.INTER_AREA)
    faint = (crop // 3 + 80).astype(np.uint8)
    soft = cv2.GaussianBlur(crop, (0, 0), 2)
    assert sharpness(faint) == pytest.approx(sharpness(crop), rel=0.15)
    assert sharpness(soft) < sharpness(crop) / 5
    assert sharpness(np.full((48, 48), 7, np.uint8)) == 0


def test_the_frame_is_known_in_the_pictures_pixels() -> None:
    assert framing((300, 300), Face(Box(100, 100, 80, 80))) == (80, 0)
    assert framing((300, 300), Face(Box(0, 100, 40, 80)))[1] == pytest.approx(0.25, abs=0.05)
    corner = framing((300, 300), Face(Box(0, 0, 40, 80)))
    assert corner == (80, pytest.approx(0.25, abs=0.05))


def degraded(kind: str) -> np.ndarray:
    image = portrait()
    if kind == "small":
        return cv2.resize(image, (72, 72), interpolation=cv2.INTER_AREA)
    if kind == "blurred":
        return cv2.GaussianBlur(image, (0, 0), 5)
    if kind == "dark":
        return np.round(image * 0.2).astype(np.uint8)
    if kind == "cut":
        return np.ascontiguousarray(image[:, :228])
    return image


@pytest.mark.parametrize("kind", ["good", *NOTES])
def test_the_default_network_notes_what_was_done_to_the_portrait(kind: str) -> None:
    recognizer = Recognizer.load()
    (face,) = recognizer.answer(degraded(kind), [in_portrait(kind)])
    assert list(face.notes) == ([] if kind == "good" else [kind])
    assert face.to_dict()["notes"] == list(face.notes)


def in_portrait(kind: str) -> Face:
    times = 72 / 512 if kind == "small" else 1.0
    points = np.array([(200, 102), (246, 102), (223, 128), (205, 150), (240, 150)], np.float32)
    box = Box(*(round(v * times) for v in (178, 62, 50 if kind == "cut" else 91, 114)))
    return Face(box, landmarks=points * np.float32(times))
