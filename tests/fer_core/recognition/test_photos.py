import csv
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from fer_core.labels import EMOTIONS
from fer_core.recognition.photos import (
    COLUMNS,
    SHOWN_EDGE,
    Photo,
    PhotoResult,
    analyze,
    as_csv,
    as_json,
    as_zip,
    described,
    totals,
)
from fer_core.types import Box, Face, FaceEmotion


def _face(emotion: str, sure: float = 0.94) -> FaceEmotion:
    probabilities = np.full(7, (1 - sure) / 6, np.float32)
    probabilities[EMOTIONS.index(emotion)] = sure
    face = Face(Box(1, 2, 30, 40), 0.9)
    return FaceEmotion(face, probabilities, np.zeros((48, 48), np.uint8), unsure_below=0.4)


GOOD = PhotoResult((_face("happy"), _face("sad", 0.3)), (200, 100), b"jpeg")
BAD = PhotoResult(problem="Not a picture.")


def _table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_one_row_a_face():
    first, second = _table(as_csv([("a.jpg", GOOD), ("b.jpg", BAD)]))
    assert tuple(first) == COLUMNS
    assert (first["file"], first["face"], first["answer"], first["x"]) == (
        "a.jpg",
        "1",
        "happy",
        "1",
    )
    assert second["answer"] == "unsure"
    assert sum(float(first[name]) for name in EMOTIONS) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("=1+1.jpg", "'=1+1.jpg"), ("+a", "'+a"), ("-a", "'-a"), ("@a", "'@a"), ("a=b", "a=b")],
)
def test_a_file_name_is_no_formula(name: str, expected: str):
    assert _table(as_csv([(name, GOOD)]))[0]["file"] == expected


def test_json_tells_of_bad_files_too():
    data = json.loads(as_json([("a.jpg", GOOD), ("b.jpg", BAD)], "strong", "YuNet"))
    assert (data["model"], data["detector"]) == ("strong", "YuNet")
    assert data["photos"][0]["faces"][0]["answer"] == "happy"
    assert data["photos"][1] == {"file": "b.jpg", "problem": "Not a picture."}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.png", "a.jpg", "A.webp"], ["a.jpg", "a-2.jpg", "A-3.jpg"]),
        (["../../etc/passwd", "..\\x.jpg"], ["passwd.jpg", "x.jpg"]),
        (["...", ""], ["photo.jpg", "photo-2.jpg"]),
        (["a:\x00b?.png", "n" * 300], ["ab.jpg", "n" * 100 + ".jpg"]),
    ],
)
def test_names_in_the_zip_stay_apart_and_inside(names: list[str], expected: list[str]):
    with zipfile.ZipFile(io.BytesIO(as_zip([(name, GOOD) for name in names]))) as archive:
        assert archive.namelist() == expected


def test_an_annotated_picture_in_words():
    assert described(GOOD) == ("The photo, 2 faces boxed, 1 happy 94 %, 2 unsure: sad or angry")


def test_a_bad_file_is_not_in_the_zip():
    with zipfile.ZipFile(io.BytesIO(as_zip([("b.jpg", BAD)]))) as archive:
        assert archive.namelist() == []


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([("a", GOOD)], "1 photo, 2 faces: 1 unsure, 1 happy"),
        ([("a", GOOD), ("b", BAD)], "2 photos, 2 faces, 1 file not readable: 1 unsure, 1 happy"),
        ([("b", BAD)], "1 photo, 0 faces, 1 file not readable"),
    ],
)
def test_totals(results, expected: str):
    assert totals(results) == expected


class Finds:
    """A recognizer that finds the same faces everywhere."""

    def __init__(self, *faces: FaceEmotion) -> None:
        self._faces = list(faces)

    def analyze(self, image):
        return self._faces


def test_a_large_picture_is_kept_small():
    buffer = io.BytesIO()
    Image.new("RGB", (4000, 3000)).save(buffer, "JPEG")
    result = analyze(Photo("a.jpg", buffer.getvalue()), Finds(_face("happy")))
    assert result.size == (4000, 3000)
    assert result.annotated is not None
    assert max(Image.open(io.BytesIO(result.annotated)).size) == SHOWN_EDGE
