"""Both detectors on a real face: found, in the picture's own pixels, whatever its size."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_core.errors import ModelError
from fer_core.images import decode
from fer_core.recognition import detection
from fer_core.recognition.detection import (
    PHOTO_WIDTH,
    VIDEO_WIDTH,
    Detector,
    HaarDetector,
    YuNetDetector,
    load_detector,
)
from fer_core.store import assets
from fer_core.store.assets import YUNET, find_asset
from fer_core.types import Box, Face

PORTRAIT = Path(__file__).resolve().parents[3] / "ui" / "assets" / "eileen_collins.jpg"
EYES = np.array([(200, 102), (246, 102)])
FACE = Box(178, 62, 91, 114)

has_yunet = pytest.mark.skipif(find_asset(YUNET) is None, reason=f"{YUNET} is not on this machine")
BOTH = [pytest.param("YuNet", marks=has_yunet), "Haar cascade"]


def make(name: str) -> Detector:
    if name == "Haar cascade":
        return HaarDetector()
    path = find_asset(YUNET)
    assert path is not None
    return YuNetDetector(path)


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    return decode(PORTRAIT.read_bytes())


def resized(image: np.ndarray, times: float) -> np.ndarray:
    kind = cv2.INTER_AREA if times < 1 else cv2.INTER_LINEAR
    return cv2.resize(image, None, fx=times, fy=times, interpolation=kind)


def tilted(image: np.ndarray, degrees: float) -> np.ndarray:
    """Turned clockwise about the face."""
    matrix = cv2.getRotationMatrix2D((223, 119), -degrees, 1)
    return cv2.warpAffine(image, matrix, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)


def roll(face: Face) -> float:
    assert face.landmarks is not None
    across = face.landmarks[1] - face.landmarks[0]
    return float(np.degrees(np.arctan2(across[1], across[0])))


def common(a: Box, b: Box) -> float:
    """Intersection over union."""
    wide = min(a.right, b.right) - max(a.x, b.x)
    high = min(a.bottom, b.bottom) - max(a.y, b.y)
    both = max(0, wide) * max(0, high)
    return both / (a.area + b.area - both)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("times", [0.5, 1, 6])
@pytest.mark.parametrize("width", [VIDEO_WIDTH, PHOTO_WIDTH])
def test_the_face_is_found_in_the_pictures_own_pixels(
    portrait: np.ndarray, name: str, times: float, width: int
) -> None:
    if name == "Haar cascade" and times == 0.5 and width == PHOTO_WIDTH:
        width = 256  # the same, said otherwise: pictures are never enlarged
    face = make(name).detect(resized(portrait, times), width)[0]
    expected = Box(*(round(v * times) for v in (FACE.x, FACE.y, FACE.width, FACE.height)))
    assert common(face.box, expected) > 0.6
    if name == "YuNet":
        assert face.landmarks is not None
        assert face.landmarks.dtype == np.float32
        assert np.abs(face.landmarks[:2] / times - EYES).max() < 10
        assert 0.7 <= face.score <= 1
    else:
        assert face.landmarks is None
        assert face.score == 1.0


@has_yunet
@pytest.mark.parametrize("size", [16, 24, 48])
def test_small_faces_of_a_group_picture_are_found(portrait: np.ndarray, size: int) -> None:
    head = portrait[0:250, 100:350]
    side = round(250 * size / FACE.width * 2)
    small = cv2.resize(head, (side, side), interpolation=cv2.INTER_AREA)
    picture = np.full((1800, 2560, 3), 128, np.uint8)  # twice PHOTO_WIDTH: faces are 2x size here
    places = [(30, 40), (1200, 700), (2100, 1400)]
    for x, y in places:
        picture[y : y + side, x : x + side] = small
    faces = make("YuNet").detect(picture, PHOTO_WIDTH)
    assert len(faces) == len(places)
    middles = sorted((f.box.x + f.box.width / 2, f.box.y + f.box.height / 2) for f in faces)
    for (mx, my), (x, y) in zip(middles, places, strict=True):
        assert (mx, my) == pytest.approx((x + 0.49 * side, y + 0.48 * side), abs=size * 0.5)


@has_yunet
def test_a_face_that_fills_a_large_picture_is_found_whole(portrait: np.ndarray) -> None:
    # At 1280 pixels alone YuNet sees nothing here, or half of the face.
    close = cv2.resize(portrait[50:190, 165:285], (2400, 2800), interpolation=cv2.INTER_CUBIC)
    faces = make("YuNet").detect(close, PHOTO_WIDTH)
    assert len(faces) == 1
    assert common(faces[0].box, Box(260, 240, 1820, 2280)) > 0.8


@has_yunet
@pytest.mark.parametrize("width", [VIDEO_WIDTH, PHOTO_WIDTH])
def test_landmarks_follow_a_tilted_head(portrait: np.ndarray, width: int) -> None:
    # At the size it has in a video, one look gives the same landmarks for any roll.
    detector = make("YuNet")
    rolls = [roll(detector.detect(tilted(portrait, by), width)[0]) for by in (-20, 0, 20)]
    assert rolls[1] - rolls[0] > 8
    assert rolls[2] - rolls[1] > 8


@pytest.mark.parametrize("name", BOTH)
def test_the_largest_comes_first_and_all_lie_inside(portrait: np.ndarray, name: str) -> None:
    picture = np.full((700, 1300, 3), 120, np.uint8)
    for times, x in ((0.6, 0), (1.3, 300), (0.9, 850)):
        copy = resized(portrait[:340, 80:380], times)
        picture[: copy.shape[0], x : x + copy.shape[1]] = copy
    boxes = [face.box for face in make(name).detect(picture, PHOTO_WIDTH)]
    assert len(boxes) >= 3
    assert [box.area for box in boxes] == sorted((box.area for box in boxes), reverse=True)


@has_yunet
@pytest.mark.parametrize(
    ("rows", "columns", "inside"),
    [
        (slice(0, 512), slice(205, 512), Box(0, 62, 64, 114)),
        (slice(100, 512), slice(0, 512), Box(178, 0, 91, 76)),
        (slice(0, 512), slice(0, 245), Box(178, 62, 67, 114)),
    ],
)
def test_a_face_at_the_edge_is_clipped_to_the_picture(
    portrait: np.ndarray, rows: slice, columns: slice, inside: Box
) -> None:
    picture = portrait[rows, columns]  # a view, as a page might hand one on
    (face,) = make("YuNet").detect(picture, PHOTO_WIDTH)
    assert common(face.box, inside) > 0.7
    assert face.box.x >= 0
    assert face.box.y >= 0
    assert face.box.right <= picture.shape[1]
    assert face.box.bottom <= picture.shape[0]


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("shape", [(16, 16), (16, 20_000), (200_000, 16), (480, 640)])
def test_without_a_face_the_list_is_empty(name: str, shape: tuple[int, int]) -> None:
    assert make(name).detect(np.full((*shape, 3), 90, np.uint8), PHOTO_WIDTH) == []


@has_yunet
@pytest.mark.parametrize("shape", [(16, 16), (31, 320), (320, 32), (240, 320), (512, 512)])
def test_thin_pictures_are_answered_alike_each_time(
    portrait: np.ndarray, shape: tuple[int, int]
) -> None:
    detector = make("YuNet")
    for picture in (np.full((*shape, 3), 90, np.uint8), portrait[: shape[0], : shape[1]]):
        first, *others = (detector.detect(picture) for _ in range(4))
        for other in others:
            assert [(face.box, face.score) for face in other] == [
                (face.box, face.score) for face in first
            ]


@has_yunet
@pytest.mark.parametrize("size", [(512, 512), (320, 240), (333, 211), (203, 170)])
def test_the_network_answers_as_opencvs_own_yunet(
    portrait: np.ndarray, size: tuple[int, int]
) -> None:
    picture = np.tile(cv2.resize(portrait, (size[0] // 2, size[1])), (1, 2, 1))  # two faces
    opencv = cv2.FaceDetectorYN.create(
        str(find_asset(YUNET)), "", picture.shape[1::-1], 0.7, 0.3, 5000
    )
    expected = opencv.detect(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1]
    detector = make("YuNet")
    rows = detector._rows(picture, detector._networks)
    assert len(expected) == 2
    np.testing.assert_allclose(rows, expected, atol=1e-3)


@pytest.mark.parametrize("name", BOTH)
def test_many_threads_and_sizes_agree_with_one(portrait: np.ndarray, name: str) -> None:
    detector = make(name)
    pictures = [resized(portrait, times) for times in (0.8, 1.0, 1.2, 0.9)]
    alone = [detector.detect(picture)[0].box for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda p: detector.detect(p)[0].box, pictures * 5))
    assert together == alone * 5


@pytest.mark.parametrize("name", BOTH)
def test_the_picture_is_not_changed_and_may_be_read_only(portrait: np.ndarray, name: str) -> None:
    picture = portrait.copy()
    picture.flags.writeable = False
    assert make(name).detect(picture)
    assert (picture == portrait).all()


@pytest.mark.parametrize("name", BOTH)
def test_a_width_below_one_is_an_error(portrait: np.ndarray, name: str) -> None:
    with pytest.raises(ValueError, match="Received: 0"):
        make(name).detect(portrait, 0)


def test_another_file_is_not_yunet(tmp_path: Path) -> None:
    (tmp_path / YUNET).write_bytes(b"not a network")
    for path in (tmp_path / YUNET, tmp_path / "missing.onnx"):
        with pytest.raises(ModelError, match=r"fetch_models\.py"):
            YuNetDetector(path)


@has_yunet
def test_yunet_is_preferred() -> None:
    assert load_detector().name == "YuNet"


def test_haar_stands_in_for_a_missing_or_useless_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detection, "find_asset", lambda _: None)
    assert load_detector().name == "Haar cascade"
    (tmp_path / YUNET).write_bytes(b"not a network")
    monkeypatch.setattr(detection, "find_asset", lambda name: tmp_path / name)
    assert load_detector().name == "Haar cascade"


@pytest.mark.parametrize("named", [True, False])
def test_a_named_folder_without_the_detector_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    named: bool,
) -> None:
    monkeypatch.setattr(assets, "CACHE", tmp_path / "cache")
    monkeypatch.setenv("FER_ASSETS", str(tmp_path) if named else "")
    assert load_detector().name == "Haar cascade"
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == named
    assert all(str(tmp_path) in line and "FER_ASSETS" in line for line in told)
