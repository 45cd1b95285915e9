"""Framing: where the eyes come to lie, and which pixels are averaged."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.recognition import cropping
from fer_core.recognition.cropping import face_crop
from fer_core.types import Box, Face


def spots(points: list[tuple[float, float]], radius: float, size: tuple[int, int]) -> np.ndarray:
    """White discs on black: (height, width, 3) uint8. Points count from pixel edges."""
    rows, columns = np.mgrid[: size[0], : size[1]] + 0.5
    light = np.zeros(size)
    for x, y in points:
        light += np.clip(radius + 0.5 - np.hypot(columns - x, rows - y), 0, 1)
    return np.repeat((255 * np.clip(light, 0, 1)).astype(np.uint8)[..., None], 3, axis=2)


def center(crop: np.ndarray, left: int, right: int) -> tuple[float, float]:
    """The centre of light between two columns, counted from pixel edges."""
    weight = crop[:, left:right].astype(float)
    rows, columns = np.mgrid[: weight.shape[0], : weight.shape[1]] + 0.5
    return (
        left + float((columns * weight).sum() / weight.sum()),
        float((rows * weight).sum() / weight.sum()),
    )


def face_with_eyes(x: float, y: float, distance: float, roll: float) -> Face:
    """A face whose eyes' midpoint is x, y, tilted clockwise by `roll` degrees."""
    middle = np.array([x, y])
    half = np.array([np.cos(np.radians(roll)), np.sin(np.radians(roll))]) * distance / 2
    landmarks = np.zeros((5, 2), np.float32)
    landmarks[0], landmarks[1] = middle - half, middle + half
    side = round(distance / 0.37)
    return Face(Box(round(x - side / 2), round(y - 0.4 * side), side, side), 0.9, landmarks)


def ramp(height: int, width: int, axis: int, step: float) -> np.ndarray:
    values = np.arange(width if axis == 1 else height) * step
    plane = np.broadcast_to(values if axis == 1 else values[:, None], (height, width))
    return np.repeat(plane.round().astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize("roll", [0, 7, -20, 45, -90, 180])
@pytest.mark.parametrize("distance", [14, 37, 100, 300])
def test_eyes_come_to_lie_where_fer_2013_has_them(roll: float, distance: float) -> None:
    side = distance / 0.37
    size = round(3 * side)
    face = face_with_eyes(1.4 * side, 1.5 * side, distance, roll)
    assert face.landmarks is not None
    image = spots([tuple(eye) for eye in face.landmarks[:2]], side / 20, (size, size))
    crop = face_crop(image, face)
    assert crop.shape == (48, 48)
    assert crop.dtype == np.uint8
    left, right = center(crop, 0, 24), center(crop, 24, 48)
    assert left == pytest.approx((48 * (0.5 - 0.185), 48 * 0.39), abs=0.3)
    assert right == pytest.approx((48 * (0.5 + 0.185), 48 * 0.39), abs=0.3)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("side", [20, 48, 96, 100, 190, 240, 480])
def test_without_landmarks_the_box_is_averaged_exactly(axis: int, side: int) -> None:
    step = min(1.0, 200 / (side + 30))
    image = ramp(side + 40, side + 50, axis, step)
    crop = face_crop(image, Face(Box(15, 10, side, side))).astype(float)
    start = 10 if axis == 0 else 15
    expected = (start + (np.arange(48) + 0.5) * side / 48 - 0.5) * step
    along = crop.mean(axis=1 - axis)
    # Picture, scaled copy and crop are each rounded to whole values; a shift would be a bias.
    if step == 1:
        assert np.abs(along - expected).max() <= 0.5
    else:
        assert np.abs(along - expected).max() <= 1.3
        assert abs((along - expected).mean()) <= 0.15


def test_a_box_of_48_is_copied() -> None:
    image = np.random.default_rng(0).integers(0, 256, (90, 80, 1), dtype=np.uint8).repeat(3, axis=2)
    crop = face_crop(image, Face(Box(13, 21, 48, 48)))
    assert (crop == image[21:69, 13:61, 0]).all()


def test_a_box_that_is_not_square_is_widened_around_its_centre() -> None:
    image = ramp(120, 120, 1, 2.0)
    square, narrow = Face(Box(30, 30, 48, 48)), Face(Box(44, 30, 20, 48))
    assert (face_crop(image, narrow) == face_crop(image, square)).all()


@pytest.mark.parametrize(
    ("box", "rows", "columns", "value"),
    [
        (Box(0, 40, 24, 48), slice(None), slice(0, 12), 10),  # the left column is 10
        (Box(96, 40, 24, 48), slice(None), slice(36, 48), 40),  # the right column is 40
    ],
)
def test_beyond_the_picture_its_edge_is_replicated(
    box: Box, rows: slice, columns: slice, value: int
) -> None:
    image = np.full((120, 120, 3), 200, np.uint8)
    image[:, 0], image[:, -1] = 10, 40
    assert (face_crop(image, Face(box))[rows, columns] == value).all()


@pytest.mark.parametrize(
    "face",
    [
        Face(Box(0, 0, 16, 16)),
        face_with_eyes(2, 3, 40, 30),
        face_with_eyes(15, 15, 4, 0),
        face_with_eyes(-20, 8, 40, 0),
    ],
)
def test_a_tiny_picture_yields_a_crop(face: Face) -> None:
    image = np.full((16, 16, 3), 77, np.uint8)
    assert (face_crop(image, face) == 77).all()


@pytest.mark.parametrize("share", [0.15, 0.2, 0.3])
def test_a_face_turned_sideways_keeps_its_size(share: float) -> None:
    box, eyes = Box(100, 100, 100, 100), np.zeros((5, 2), np.float32)
    eyes[0], eyes[1] = (150 - 50 * share, 140), (150 + 50 * share, 140)
    crop = face_crop(ramp(300, 255, 1, 1.0), Face(box, 0.9, eyes)).astype(float)
    across = (crop[0, -1] - crop[0, 0]) / 47 * 48
    assert across == pytest.approx(85, abs=2)


@pytest.mark.parametrize(
    "eyes",
    [
        [(np.nan, 120), (160, 120)],
        [(np.inf, 120), (160, 120)],
        [(150, 140), (150, 140)],  # in one place
        [(150, 140), (155, 138)],  # too close to tell the roll
        [(900, 900), (940, 900)],  # nowhere near the box
    ],
)
def test_degenerate_landmarks_fall_back_to_the_box(eyes: list[tuple[float, float]]) -> None:
    image = np.random.default_rng(1).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    landmarks = np.zeros((5, 2), np.float32)
    landmarks[:2] = eyes
    box = Box(100, 100, 100, 90)
    assert (face_crop(image, Face(box, 0.9, landmarks)) == face_crop(image, Face(box))).all()


def test_only_the_faces_surroundings_are_turned_gray(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = []
    to_gray = cropping.to_gray
    monkeypatch.setattr(cropping, "to_gray", lambda i: shapes.append(i.shape) or to_gray(i))
    image = np.zeros((4000, 6000, 3), np.uint8)
    face_crop(image, face_with_eyes(3000, 2000, 37, 45))
    face_crop(image, Face(Box(10, 3900, 100, 100)))
    assert len(shapes) == 2
    assert all(max(shape[:2]) < 200 for shape in shapes)


def test_a_large_face_is_averaged_not_sampled() -> None:
    # One pixel in two is white: sampled it would be black, white or striped, averaged it is gray.
    checks = np.indices((1200, 1200)).sum(axis=0) % 2 * 255
    image = np.repeat(checks.astype(np.uint8)[..., None], 3, axis=2)
    for face in (Face(Box(100, 100, 960, 960)), face_with_eyes(600, 500, 300, 12)):
        crop = face_crop(image, face).astype(int)
        assert np.abs(crop - 127).max() <= 12
