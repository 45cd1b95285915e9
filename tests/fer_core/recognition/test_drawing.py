"""Annotated pictures: what is drawn, where, and that it can be read."""

from __future__ import annotations

import numpy as np
import pytest
from faces import answered

from fer_core.labels import COLORS, EMOTIONS, UNSURE
from fer_core.recognition import label_tiles
from fer_core.recognition.drawing import (
    LabelPlacer,
    annotate,
    caption,
    find_place,
    place_labels,
    touch,
)
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
        place = find_place((170, 36), box, 3, whole, taken)
        assert place is not None
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


def covered(place: Box, face: Box) -> bool:
    """Whether a place hides a pixel of the ellipse in a face's box."""
    y, x = np.mgrid[place.y : place.bottom, place.x : place.right] + 0.5
    across = (x - face.x - face.width / 2) / (face.width / 2)
    down = (y - face.y - face.height / 2) / (face.height / 2)
    return bool((across**2 + down**2 < 0.98).any())


CROWDS = {
    "one in the middle": [Box(200, 150, 100, 120)],
    "one that fills the picture": [Box(0, 0, 640, 480)],
    "a row, shoulder to shoulder": [Box(10 + 62 * i, 200, 58, 70) for i in range(10)],
    "fifty": [Box(20 + 60 * (i % 10), 20 + 90 * (i // 10), 40, 50) for i in range(50)],
    "at every edge": [Box(0, 0, 90, 99), Box(550, 0, 90, 99), Box(0, 381, 90, 99),
                      Box(550, 381, 90, 99)],
    "one before another": [Box(200, 150, 200, 240), Box(380, 160, 80, 100)],
}  # fmt: skip


@pytest.mark.parametrize("boxes", CROWDS.values(), ids=CROWDS)
@pytest.mark.parametrize("label", [(120, 24), (260, 30)])
def test_no_label_covers_a_face_or_another_label(boxes: list[Box], label: tuple[int, int]) -> None:
    whole = Box(0, 0, 640, 480)
    forms = [[label, (22, 24), (14, 16)]] * len(boxes)
    found = place_labels(forms, boxes, 2, whole)
    assert all(place is not None for place in found)
    places = [place for _, place in filter(None, found)]
    for i, place in enumerate(places):
        assert min(place.x, place.y) >= 0 and place.right <= 640 and place.bottom <= 480
        assert not any(covered(place, face) for face in boxes)
        assert not any(touch(place, other) for other in places[:i])


def test_labels_become_numbers_only_if_they_do_not_fit() -> None:
    whole = Box(0, 0, 640, 480)

    def forms(boxes: list[Box]) -> list[int | None]:
        sizes = [[(150, 24), (20, 24)]] * len(boxes)
        return [place and place[0] for place in place_labels(sizes, boxes, 2, whole)]

    assert forms(CROWDS["one in the middle"]) == [0]
    assert forms(CROWDS["at every edge"]) == [0, 0, 0, 0]
    assert forms(CROWDS["fifty"]) == [1] * 50


def test_a_face_without_room_for_its_number_has_no_label() -> None:
    full = [Box(20 * x, 20 * y, 20, 20) for x in range(3) for y in range(3)]
    whole = Box(0, 0, 60, 60)
    assert place_labels([[(30, 9), (9, 9)]] * 9, full, 1, whole) == [None] * 9


def test_a_legend_lists_what_found_no_room() -> None:
    image = np.zeros((480, 640, 3), np.uint8)
    boxes = [Box(46 * x, 8 + 58 * y, 42, 42) for x in range(13) for y in range(8)]
    crowd = [answered(box, happy=0.9) for box in boxes]
    drawn = annotate(image, crowd, legend=True)
    assert drawn.shape[0] > 480 and drawn.shape[1] == 640
    assert pixels_of(drawn[480:], rgb("happy")).mean() > 0.3
    assert annotate(image, crowd).shape == image.shape
    assert annotate(image, crowd[:1], legend=True).shape == image.shape


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_faces_label_is_turned(turn: int) -> None:
    from fer_core.recognition.detectors.turns import turned

    upright = np.full((480, 640, 3), 200, np.uint8)
    expected = annotate(upright, [answered(Box(200, 150, 160, 180), happy=0.9)])
    back = {90: Box(150, 280, 180, 160), 180: Box(280, 150, 160, 180), 270: Box(150, 200, 180, 160)}
    image = turned(upright, 360 - turn)
    drawn = annotate(image, [answered(back[turn], turn=turn, happy=0.9)])
    assert drawn.shape == image.shape
    seen = turned(drawn, turn)
    label = np.nonzero(pixels_of(seen, rgb("happy")))
    assert (np.ptp(label[1]), np.ptp(label[0])) == pytest.approx(
        tuple(np.ptp(axis) for axis in reversed(np.nonzero(pixels_of(expected, rgb("happy"))))),
        abs=1,
    )


def test_the_placer_of_a_video_avoids_other_faces() -> None:
    canvas = np.zeros((480, 640, 3), np.uint8)
    faces = [Box(200, 200, 100, 120), Box(190, 100, 100, 95)]
    place = LabelPlacer(canvas, 3, faces).stamp(np.full((20, 90, 3), 9, np.uint8), faces[0])
    assert not touch(place, faces[1])
    crammed = LabelPlacer(canvas, 3, [Box(0, 0, 640, 480), faces[0]])
    assert crammed.stamp(np.full((20, 90, 3), 9, np.uint8), faces[0]).width == 90
