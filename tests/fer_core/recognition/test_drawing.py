"""Annotated pictures: what is drawn, where, and that it can be read."""

from __future__ import annotations

import numpy as np
import pytest
from faces import answered

from fer_core.labels import COLORS, EMOTIONS, UNSURE
from fer_core.recognition import label_tiles
from fer_core.recognition.drawing import annotate, caption, place_label, touch
from fer_core.types import Box, FaceEmotion


def rgb(name: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(COLORS[name].removeprefix("#")))


def pixels_of(image: np.ndarray, color: tuple[int, ...]) -> np.ndarray:
    return (image == np.array(color, np.uint8)).all(axis=2)


@pytest.mark.parametrize(
    ("face", "number", "words"),
    [
        (answered(Box(0, 0, 9, 9), happy=0.92), 1, "1 happy 92 %"),
        (answered(Box(0, 0, 9, 9), sad=0.999), None, "sad 100 %"),
        (answered(Box(0, 0, 9, 9), 0.5, happy=0.92), 12, "12 happy 92 %"),
        (answered(Box(0, 0, 9, 9), 0.5, fear=0.4, surprise=0.3), None, "unsure: fear or surprise"),
        (answered(Box(0, 0, 9, 9), 0.5, surprise=0.4, fear=0.3), 2, "2 unsure: surprise or fear"),
    ],
)
def test_captions(face: FaceEmotion, number: int | None, words: str) -> None:
    assert caption(face, number) == words


@pytest.mark.parametrize("name", EMOTIONS)
def test_box_and_label_have_the_expressions_colour(name: str) -> None:
    image = np.full((480, 640, 3), 255, np.uint8)
    box = Box(200, 150, 160, 180)
    drawn = annotate(image, [answered(box, **{name: 0.9})])
    ink = pixels_of(drawn, rgb(name))
    for row, column in ((240, box.x), (240, box.right - 1), (box.bottom - 1, 280), (box.y, 280)):
        assert ink[row, column]
    assert ink[box.y - 20 : box.y - 4, box.x : box.x + 60].mean() > 0.4  # the label's ground
    assert (drawn[170:310, 220:340] == 255).all()  # the face itself stays as it was
    assert (image == 255).all()


@pytest.mark.parametrize("gray", [0, 127, 255])
def test_lines_have_a_dark_outline_on_any_background(gray: int) -> None:
    image = np.full((480, 640, 3), gray, np.uint8)
    drawn = annotate(image, [answered(Box(200, 150, 160, 180), happy=0.9)])
    across = drawn[240, 190:210].max(axis=1).astype(int)
    line = np.flatnonzero(pixels_of(drawn[240:241, 190:210], rgb("happy"))[0])
    assert len(line) >= 2
    assert across[line[0] - 1] < 80  # smoothed: the line is 230 there, and the picture may be 255
    assert across[line[-1] + 1] < 80


@pytest.mark.parametrize("name", [*EMOTIONS, UNSURE])
def test_text_on_its_ground_passes_wcag_contrast(name: str) -> None:
    tile = label_tiles.label("1 happy 92 %", rgb(name), 40)
    text = np.unique(tile[6:-6, 6:-6].reshape(-1, 3), axis=0)
    assert max(label_tiles.contrast(rgb(name), tuple(color)) for color in text) >= 4.5


def test_an_unsure_box_is_gray_and_dashed() -> None:
    image = np.full((480, 640, 3), 255, np.uint8)
    box = Box(200, 150, 160, 180)
    drawn = annotate(image, [answered(box, 0.5, fear=0.4, surprise=0.3)])
    left = pixels_of(drawn, rgb(UNSURE))[box.y : box.bottom, box.x]
    assert 0.3 < left.mean() < 0.8
    assert (np.diff(left.astype(int)) != 0).sum() >= 6
    assert not pixels_of(drawn, rgb("fear")).any()
    sure = annotate(image, [answered(box, 0.3, fear=0.4, surprise=0.3)])
    assert pixels_of(sure, rgb("fear"))[box.y : box.bottom, box.x].mean() > 0.95


@pytest.mark.parametrize("numbers", [True, False])
def test_numbers_can_be_left_out(numbers: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    label = label_tiles.label
    monkeypatch.setattr(
        label_tiles, "label", lambda text, *rest: seen.append(text) or label(text, *rest)
    )
    faces = [answered(Box(50 + 150 * n, 60, 90, 90), happy=0.9) for n in range(2)]
    annotate(np.zeros((300, 500, 3), np.uint8), faces, numbers=numbers)
    assert seen == (["1 happy 90 %", "2 happy 90 %"] if numbers else ["happy 90 %"] * 2)


@pytest.mark.parametrize("shape", [(16, 16), (16, 2000), (2000, 16), (60, 48), (480, 640)])
@pytest.mark.parametrize("place", ["whole", "corner"])
def test_any_picture_can_be_drawn_on(shape: tuple[int, int], place: str) -> None:
    high, wide = shape
    box = Box(0, 0, wide, high) if place == "whole" else Box(wide - 8, high - 8, 8, 8)
    drawn = annotate(np.zeros((*shape, 3), np.uint8), [answered(box, 0.5, fear=0.4, sad=0.3)])
    assert drawn.shape == (*shape, 3)
    assert drawn.dtype == np.uint8
    assert drawn.any()


@pytest.mark.parametrize(("longer", "smallest"), [(200, 13), (640, 13), (4000, 80)])
def test_text_grows_with_the_picture(longer: int, smallest: int) -> None:
    sizes = [label_tiles.text_size(w, longer) for w in (10, longer // 5, longer)]
    assert sizes[0] == smallest
    assert sizes == sorted(sizes)
    assert sizes[-1] <= max(13, 0.035 * longer)


def test_labels_stay_inside_and_off_one_another() -> None:
    image = np.zeros((512, 1024, 3), np.uint8)
    whole, taken = Box(0, 0, 1024, 512), list[Box]()
    boxes = [Box(x, y, 180, 200) for y in (0, 260) for x in (0, 280, 560, 844)]
    for box in boxes:
        place = place_label((170, 36), box, 3, whole, taken)
        assert place.x >= 0
        assert place.right <= 1024
        assert place.y >= 0
        assert place.bottom <= 512
        assert not any(touch(place, other) for other in taken)
        taken.append(place)
    drawn = annotate(image, [answered(box, surprise=0.9) for box in boxes])
    assert drawn.any()


def test_no_faces_leaves_a_copy() -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    image.flags.writeable = False
    drawn = annotate(image, [])
    assert (drawn == image).all()
    assert drawn.flags.writeable


def test_a_gray_picture_is_drawn_on_in_colour() -> None:
    gray = np.full((480, 640), 255, np.uint8)
    drawn = annotate(gray, [answered(Box(200, 150, 160, 180), happy=0.9)])
    assert pixels_of(drawn, rgb("happy"))[240, 200]
    assert (gray == 255).all()
