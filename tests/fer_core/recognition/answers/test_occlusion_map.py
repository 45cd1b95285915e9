"""Which parts of a face an answer hangs on."""

from __future__ import annotations

import time

import numpy as np
import pytest
from portrait import portrait

from fer_core import Recognizer
from fer_core.labels import EMOTIONS
from fer_core.recognition.answers.occlusion_map import PATCH, occlusion_map, shown

HAPPY = EMOTIONS.index("happy")
CORNER = np.s_[0:12, 36:48]


def by_the_corner(faces: np.ndarray) -> np.ndarray:
    """Happy as far as the upper right corner is white."""
    answers = np.zeros((len(faces), 7), np.float32)
    answers[:, HAPPY] = faces[(slice(None), *CORNER)].mean(axis=(1, 2)) / 255
    answers[:, 0] = 1 - answers[:, HAPPY]
    return answers


@pytest.mark.parametrize(("emotion", "sign"), [("happy", 1), ("angry", -1), ("sad", 0)])
def test_what_the_answer_hangs_on_stands_out(emotion: str, sign: int) -> None:
    crop = np.zeros((48, 48), np.uint8)
    crop[CORNER] = 255
    found = occlusion_map(by_the_corner, crop, emotion)
    assert found.shape == (48, 48) and found.dtype == np.float32
    y, x = np.unravel_index(np.abs(found).argmax(), found.shape)
    if sign:
        assert np.sign(found[y, x]) == sign and y < PATCH and x >= 48 - PATCH
    assert not found[24:, :24].any()
    assert np.abs(found).max() <= 1


def test_the_picture_shows_for_and_against() -> None:
    crop, found = np.full((48, 48), 128, np.uint8), np.zeros((48, 48), np.float32)
    assert (shown(crop, found) == 128).all()
    found[:24], found[24:] = 0.5, -0.5
    picture = shown(crop, found, side=96).astype(int)
    assert picture.shape == (96, 96, 3)
    assert picture[10, 10, 0] > picture[10, 10, 2] and picture[80, 10, 0] < picture[80, 10, 2]


def test_the_default_network_tells_why_in_time() -> None:
    recognizer = Recognizer.load()
    (answer,) = recognizer.analyze(portrait())
    took = []
    for _ in range(5):
        start = time.thread_time()  # of this thread: the machine may be busy
        found = recognizer.why(answer)
        took.append(time.thread_time() - start)
    assert min(took) < 0.3
    assert answer.emotion == "happy"
    mouth, forehead = found[30:44, 12:36].mean(), found[0:8].mean()
    assert mouth > forehead
    assert not np.array_equal(recognizer.why(answer, "sad"), found)
