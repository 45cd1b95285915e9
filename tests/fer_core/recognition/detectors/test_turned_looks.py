"""Turned photographs: found upright, told in the picture's own pixels, drawn as they are turned."""

from __future__ import annotations

import numpy as np
import pytest
from portrait import portrait, turned_clockwise

from fer_core import Recognizer
from fer_core.recognition.cropping import face_crop
from fer_core.recognition.detection import VIDEO_WIDTH
from fer_core.recognition.detectors.turns import detect_in_turns, turned, turned_box
from fer_core.recognition.drawing import annotate
from fer_core.store.assets import YUNET, find_asset
from fer_core.types import TURNS, Box, Face

has_yunet = pytest.mark.skipif(find_asset(YUNET) is None, reason=f"{YUNET} is not on this machine")
SHAPE = (300, 400)  # rows, columns
MARKED = Box(30, 50, 80, 60)


class Scripted:
    """A detector with a score for each look, which it remembers."""

    def __init__(self, *scores: float | None, sure: float = 0.9) -> None:
        self.sure, self._scores = sure, list(scores)
        self.looks: list[tuple[tuple[int, ...], int]] = []

    def detect(self, image: np.ndarray, width: int) -> list[Face]:
        score = self._scores[len(self.looks)]
        self.looks.append((image.shape[:2], width))
        return [] if score is None else [Face(Box(10, 20, 30, 40), score)]


@pytest.mark.parametrize(
    ("scores", "turn"),
    [
        ((0.95,), 0),
        ((0.9,), 0),
        ((0.8, 0.7, None, 0.75), 0),
        ((0.8, 0.81, None, 0.75), 90),
        ((None, None, 0.7, None), 180),
        ((0.89, 0.7, 0.8, 0.95), 270),
        ((0.8, 0.8, 0.8, 0.8), 0),
    ],
)
def test_the_surest_turn_wins(scores: tuple[float | None, ...], turn: int) -> None:
    detector = Scripted(*scores)
    (face,) = detect_in_turns(detector, np.zeros((*SHAPE, 3), np.uint8), 200)
    assert face.turn == turn
    assert len(detector.looks) == len(scores)


def test_a_sure_upright_face_costs_one_look_and_none_at_all_four_at_one_scale() -> None:
    sure, nothing = Scripted(0.95), Scripted(None, None, None, None)
    image = np.zeros((*SHAPE, 3), np.uint8)
    detect_in_turns(sure, image, 200)
    assert detect_in_turns(nothing, image, 200) == []
    assert sure.looks == [((300, 400), 200)]
    assert nothing.looks == [
        ((300, 400), 200), ((400, 300), 150), ((300, 400), 200), ((400, 300), 150),
    ]  # fmt: skip


@pytest.mark.parametrize("turn", TURNS)
def test_boxes_turn_as_pixels_do_and_back(turn: int) -> None:
    image = np.zeros((*SHAPE, 3), np.uint8)
    image[MARKED.y : MARKED.bottom, MARKED.x : MARKED.right] = 255
    ys, xs = np.nonzero(turned(image, turn)[..., 0])
    box = turned_box(MARKED, turn, image.shape)
    assert (box.x, box.y) == (xs.min(), ys.min())
    assert (box.right, box.bottom) == (xs.max() + 1, ys.max() + 1)
    shape = turned(image, turn).shape
    assert turned_box(box, (360 - turn) % 360, shape) == MARKED


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("landmarks", [True, False])
def test_the_crop_of_a_turned_face_is_upright(turn: int, landmarks: bool) -> None:
    upright = portrait()
    points = np.array([(200, 102), (246, 102), (223, 128), (205, 150), (240, 150)], np.float32)
    face = Face(Box(178, 62, 90, 114), landmarks=points if landmarks else None)

    class Finds:
        sure = 2.0

        def detect(self, image: np.ndarray, width: int) -> list[Face]:
            return [face] if (image == upright).all() else []

    image = turned_clockwise(upright, 360 - turn)
    (found,) = detect_in_turns(Finds(), image, 512)
    assert found.turn == turn
    difference = face_crop(image, found).astype(int) - face_crop(upright, face)
    assert np.abs(difference).mean() < 2


@has_yunet
@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("times", [0.5, 1.0])
def test_a_turned_portrait_is_answered_as_the_upright_one(turn: int, times: float) -> None:
    import cv2

    upright = cv2.resize(portrait(), None, fx=times, fy=times, interpolation=cv2.INTER_AREA)
    recognizer = Recognizer.load()
    (expected,) = recognizer.analyze(upright)
    image = turned_clockwise(upright, 360 - turn)
    (found,) = recognizer.analyze(image)
    assert found.face.turn == turn and found.to_dict()["turn"] == turn
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=0.1)
    box = turned_box(found.face.box, turn, image.shape)
    ours = (box.x, box.y, box.right, box.bottom)
    theirs = expected.face.box
    assert ours == pytest.approx((theirs.x, theirs.y, theirs.right, theirs.bottom), abs=4)
    drawn = annotate(image, [found])
    assert drawn.shape == image.shape
    assert np.abs(turned(drawn, turn).astype(int) - annotate(upright, [expected])).mean() < 3


@has_yunet
def test_video_has_no_time_for_turns() -> None:
    recognizer = Recognizer.load()
    image = turned_clockwise(portrait(), 90)
    assert all(not f.turn for f in recognizer.detect(image, detection_width=VIDEO_WIDTH))
    assert recognizer.detect(image, detection_width=VIDEO_WIDTH, turned=True)[0].turn == 270
    assert all(not f.turn for f in recognizer.detect(image, turned=False))


def test_a_turn_is_a_quarter() -> None:
    with pytest.raises(ValueError, match="Received: 45"):
        Face(MARKED, turn=45)
