"""Tracked faces on a frame: each part where the face is, in the mirror too."""

from __future__ import annotations

import numpy as np
import pytest
from faces import answered

from fer_core.labels import COLORS, FACE_COLORS
from fer_core.types import Box
from fer_core.video.overlay import SHOWN_AFTER_LOSS, annotate_tracked, caption, face_color
from fer_core.video.tracking import TrackedFace

SIZE = (480, 640)
BOX = Box(100, 150, 120, 140)
POINTS = np.float32([[130, 190], [190, 190], [160, 220], [140, 250], [180, 250]])


def _tracked(
    answer: str = "happy",
    number: int = 1,
    age: float = 0.0,
    box: Box = BOX,
    landmarks: np.ndarray | None = POINTS,
    **shares: float,
) -> TrackedFace:
    return TrackedFace(number, answered(box, landmarks=landmarks, **shares), answer, age)


def _rgb(color: str) -> np.ndarray:
    return np.frombuffer(bytes.fromhex(color.removeprefix("#")), np.uint8)


def _ink(image: np.ndarray, color: str) -> np.ndarray:
    return (image == _rgb(color)).all(axis=2)


def _gray() -> np.ndarray:
    return np.full((*SIZE, 3), 120, np.uint8)


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("part", ["box", "label", "bars", "landmarks"])
def test_each_part_lies_at_the_face(part: str, mirror: bool) -> None:
    drawn = annotate_tracked(_gray(), [_tracked(happy=0.8)], parts={part}, mirror=mirror)
    changed = (drawn != 120).any(axis=2)
    if mirror:
        changed = changed[:, ::-1]
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert BOX.y - 50 < rows[0] <= rows[-1] < BOX.bottom + 50
    assert BOX.x - 110 < columns[0] <= columns[-1] < BOX.right + 110
    assert _ink(drawn, COLORS["happy"]).any() == (part != "landmarks")


def test_bars_are_as_long_as_the_probabilities() -> None:
    drawn = annotate_tracked(_gray(), [_tracked(happy=0.6, sad=0.3)], parts={"bars"})
    happy, sad = (_ink(drawn, COLORS[name]).any(axis=0).sum() for name in ("happy", "sad"))
    assert happy / sad == pytest.approx(2, rel=0.15)


def test_mirror_flips_the_picture_and_not_the_words() -> None:
    image = _gray()
    image[:, :50] = 0
    plain = annotate_tracked(image, [_tracked(happy=0.8)], parts={"label"})
    mirrored = annotate_tracked(image, [_tracked(happy=0.8)], parts={"label"}, mirror=True)
    assert (mirrored[:, -50:] == 0).all()
    left = 640 - BOX.right - BOX.x  # by this much the label has moved
    label = np.flatnonzero(_ink(plain, COLORS["happy"]).any(axis=0))
    moved = np.flatnonzero(_ink(mirrored, COLORS["happy"]).any(axis=0))
    assert (moved == label + left).all()


@pytest.mark.parametrize(
    ("age", "drawn"), [(0.0, True), (SHOWN_AFTER_LOSS, True), (SHOWN_AFTER_LOSS + 0.01, False)]
)
def test_a_lost_face_is_drawn_for_a_moment(age: float, drawn: bool) -> None:
    image = _gray()
    painted = annotate_tracked(image, [_tracked(age=age)], parts={"box"})
    assert (painted is not image) == drawn


@pytest.mark.parametrize("parts", [set(), {"landmarks"}])
def test_nothing_is_drawn_where_there_is_nothing_to_draw(parts: set[str]) -> None:
    image = _gray()
    painted = annotate_tracked(image, [_tracked(landmarks=None)], parts=parts)
    assert (painted == image).all()
    assert (image == 120).all()


@pytest.mark.parametrize("box", [Box(0, 0, 60, 60), Box(560, 400, 80, 80), Box(0, 0, 640, 480)])
def test_faces_at_the_edges_are_drawn(box: Box) -> None:
    face = _tracked(box=box, happy=0.8)
    drawn = annotate_tracked(_gray(), [face], parts={"box", "label", "bars"}, mirror=True)
    assert _ink(drawn, COLORS["happy"]).any()


@pytest.mark.parametrize(
    ("face", "words"),
    [
        (_tracked("happy", happy=0.93), "happy 93 %"),
        (_tracked("sad", happy=0.4, sad=0.35), "sad 35 %"),  # steady: not yet the likeliest
        (_tracked("unsure", fear=0.4, sad=0.3), "unsure: fear or sad"),
    ],
)
def test_captions(face: TrackedFace, words: str) -> None:
    assert caption(face) == words


def test_numbers_have_colours_of_their_own() -> None:
    assert [face_color(n) for n in range(1, 10)] == [*FACE_COLORS, FACE_COLORS[0]]
    assert not set(FACE_COLORS) & set(COLORS.values())
    drawn = annotate_tracked(_gray(), [_tracked(number=2)], parts={"label"})
    assert _ink(drawn, face_color(2)).any()
