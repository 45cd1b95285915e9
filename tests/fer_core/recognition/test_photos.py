import csv
import io
import itertools
import json
import os
import zipfile
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from faces import answered
from PIL import Image
from portrait import crowd

from fer_core import Recognizer
from fer_core.images import decode
from fer_core.labels import EMOTIONS
from fer_core.recognition.answers.ways import ONE_LOOK
from fer_core.recognition.photos import (
    COLUMNS,
    LARGEST_EDGE,
    MOST_FACES,
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
from fer_core.store.assets import YUNET, find_asset
from fer_core.types import Box, FaceEmotion

FACES = tuple(
    answered(Box(1, 2, 30, 40), 0.4, score=0.9, **shares)
    for shares in ({"happy": 0.94}, {"sad": 0.3})
)


class Finds:
    """A recognizer that finds the same faces everywhere."""

    card = SimpleNamespace(stem="strong")
    detector_name = "YuNet"
    way = ONE_LOOK

    def __init__(self, *faces: FaceEmotion) -> None:
        self._faces = list(faces)

    def detect(self, image):
        return [face.face for face in self._faces]

    def answer(self, image, faces):
        return self._faces[: len(faces)]


def good(name: str) -> PhotoResult:
    return PhotoResult(name, "", FACES, (200, 100), b"jpeg")


BAD = PhotoResult("b.jpg", problem="Not a picture.")


def _table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_one_row_a_face():
    first, second = _table(as_csv([good("a.jpg")]))
    assert tuple(first) == COLUMNS
    assert (first["file"], first["face"], first["answer"], first["x"]) == (
        "a.jpg",
        "1",
        "happy",
        "1",
    )
    assert second["answer"] == "unsure"
    assert sum(float(first[name]) for name in EMOTIONS) == pytest.approx(1, abs=1e-3)


def test_a_photo_without_a_face_and_an_unreadable_file_have_a_row_each():
    table = _table(as_csv([good("a.jpg"), PhotoResult("wall.png", size=(9, 9)), BAD]))
    assert [row["file"] for row in table] == ["a.jpg", "a.jpg", "wall.png", "b.jpg"]
    assert [row["faces_found"] for row in table] == ["2", "2", "0", ""]
    assert [row["problem"] for row in table] == ["", "", "", "Not a picture."]
    assert not any(table[2][name] or table[3][name] for name in ("face", "answer", "happy"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("\udcff.jpg", "\\xff.jpg"),
        ("gpj.\u202eexe", "gpj.\\u202eexe"),
        ("\x1b[2J", "\\x1b[2J"),
        ("=1+1.jpg", "'=1+1.jpg"),
        ("+a", "'+a"),
        ("-a", "'-a"),
        ("@a", "'@a"),
        ("\uff1d1+1.jpg", "'\uff1d1+1.jpg"),
        ("  =a", "'  =a"),
        ("\t=a", "\\t=a"),
        ("a=b", "a=b"),
    ],
)
def test_a_file_name_is_no_formula(name: str, expected: str):
    assert _table(as_csv([good(name)]))[0]["file"] == expected


def test_json_tells_of_bad_files_too():
    data = json.loads(as_json([good("a.jpg"), BAD], Finds()))
    assert (data["model"], data["detector"]) == ("strong", "YuNet")
    assert data["photos"][0]["faces"][0]["answer"] == "happy"
    assert data["photos"][1] == {"file": "b.jpg", "problem": "Not a picture."}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.png", "a.jpg", "A.webp"], ["a.jpg", "a-2.jpg", "A-3.jpg"]),
        (["../../etc/passwd", "..\\x.jpg"], ["passwd.jpg", "x.jpg"]),
        (["...", ""], ["photo.jpg", "photo-2.jpg"]),
        (["a:\x00b?.png", "n" * 300], ["ab.jpg", "n" * 200 + ".jpg"]),
        (["é" * 300, "bad\udcff.png"], ["é" * 100 + ".jpg", "bad.jpg"]),
        (["\xe9.jpg", "e\u0301.jpg", "E\u0301.png"], ["\xe9.jpg", "\xe9-2.jpg", "\xc9-3.jpg"]),
        (
            ["NUL.png", "nul.jpg", "x\u202e.png", "x.jpg"],
            ["_NUL.jpg", "_nul-2.jpg", "x.jpg", "x-2.jpg"],
        ),
    ],
)
def test_names_in_the_zip_stay_apart_and_inside(names: list[str], expected: list[str]):
    with zipfile.ZipFile(io.BytesIO(as_zip([good(name) for name in names]))) as archive:
        assert archive.namelist() == expected


def test_an_annotated_picture_in_words():
    assert described(good("a")) == (
        "The photo, 2 faces boxed, 1 happy 94 %, 2 unsure: sad or angry"
    )


def test_a_bad_file_is_not_in_the_zip():
    with zipfile.ZipFile(io.BytesIO(as_zip([BAD]))) as archive:
        assert archive.namelist() == []


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([good("a")], "1 photo, 2 faces: 1 unsure, 1 happy"),
        ([good("a"), BAD], "1 photo, 2 faces, 1 file not readable: 1 unsure, 1 happy"),
        ([BAD], "0 photos, 0 faces, 1 file not readable"),
    ],
)
def test_totals(results, expected: str):
    assert totals(results) == expected


def test_of_a_crowd_the_largest_faces_are_looked_at_and_that_is_said() -> None:
    crowd = Finds(*[FACES[0]] * 2_807)
    result = analyze(Photo("crowd.jpg", lambda: _jpeg(64, 48)), crowd)
    assert len(result.faces) == MOST_FACES == 100
    assert "2,807" in result.note and "100 largest" in result.note
    (told,) = json.loads(as_json([result], crowd))["photos"]
    assert (told["faces_found"], told["note"], len(told["faces"])) == (2_807, result.note, 100)
    assert {row["faces_found"] for row in _table(as_csv([result]))} == {"2807"}
    assert "2,807 faces" in totals([result])


def test_if_all_faces_are_looked_at_nothing_is_said() -> None:
    result = analyze(Photo("a.jpg", lambda: _jpeg(64, 48)), Finds(*FACES))
    assert (result.note, result.faces_found) == ("", 2)
    assert "note" not in result.to_dict()


def _jpeg(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("edge", "shown"), [(SHOWN_EDGE, (1600, 1200)), (LARGEST_EDGE, (4000, 3000)), (None, None)]
)
def test_the_annotated_picture_is_as_large_as_asked(edge: int | None, shown) -> None:
    photo = Photo("a.jpg", lambda: _jpeg(4000, 3000))
    result = analyze(photo, Finds(FACES[0]), edge=edge)
    assert result.size == (4000, 3000)
    assert (result.annotated and Image.open(io.BytesIO(result.annotated)).size) == shown


def test_a_picture_wider_than_any_jpeg_is_annotated_smaller() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (70_000, 16)).save(buffer, "PNG")
    result = analyze(Photo("wide.png", buffer.getvalue), Finds(), edge=LARGEST_EDGE)
    assert Image.open(io.BytesIO(result.annotated or b"")).width == LARGEST_EDGE


def test_name_label_and_most_faces_are_kept_to() -> None:
    photo = Photo("a.jpg", lambda: _jpeg(64, 48), label="happy")
    result = analyze(photo, Finds(*FACES), max_faces=1)
    assert (result.name, result.label, len(result.faces)) == ("a.jpg", "happy", 1)
    assert result.to_dict()["label"] == "happy"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("absent.jpg", None, "No such file"),
        ("n" * 300 + ".jpg", None, "name too long"),
        ("empty.jpg", b"", "empty"),
        ("text.jpg", b"hello", "not a picture"),
    ],
)
def test_a_bad_file_becomes_a_result_that_says_why(
    tmp_path: Path, name: str, content: bytes | None, problem: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    result = analyze(Photo.from_file(path), Finds(*FACES))
    assert problem in result.problem
    assert (result.name, result.faces, result.annotated) == (str(path), (), None)


@pytest.mark.parametrize("kind", ["pipe", "device", "link to a device"])
def test_what_has_no_end_is_not_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "odd.jpg"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path = Path("/dev/zero")
    else:
        path.symlink_to("/dev/zero")
    assert "Neither a file nor a folder" in analyze(Photo.from_file(path), Finds()).problem


def test_faces_are_numbered_in_the_order_of_reading() -> None:
    lower = answered(Box(5, 300, 60, 60), happy=0.9)
    right, left = answered(Box(400, 110, 50, 50), sad=0.9), answered(Box(90, 96, 40, 44), fear=0.9)
    order = [lower, right, left]  # by size

    class Group(Finds):
        def answer(self, image, faces):
            return [next(f for f in order if f.face is face) for face in faces]

    result = analyze(Photo("a.jpg", lambda: _jpeg(640, 480)), Group(*order))
    assert list(result.faces) == [left, right, lower]
    assert [row["face"] for row in _table(as_csv([result]))] == ["1", "2", "3"]
    first_two = analyze(Photo("a.jpg", lambda: _jpeg(640, 480)), Group(*order), max_faces=2)
    assert list(first_two.faces) == [right, lower]  # the largest, as they are read


@pytest.mark.skipif(find_asset(YUNET) is None, reason=f"{YUNET} is not on this machine")
def test_a_crowd_is_numbered_row_by_row_and_no_face_is_hidden() -> None:
    picture = crowd(6, 4, face=60, gap=0.8)
    photo = Photo("crowd.png", lambda: cv2.imencode(".png", picture[..., ::-1])[1].tobytes())
    result = analyze(photo, Recognizer.load())
    assert len(result.faces) == 24
    middles = [(f.face.box.y + f.face.box.bottom, f.face.box.x) for f in result.faces]
    rows = [middles[i : i + 6] for i in range(0, 24, 6)]
    assert all([x for _, x in row] == sorted(x for _, x in row) for row in rows)
    assert all(max(a)[0] < min(b)[0] for a, b in itertools.pairwise(rows))
    shown = decode(result.annotated or b"")
    for face in result.faces:
        box = face.face.box
        middle = np.s_[box.y + 12 : box.bottom - 12, box.x + 12 : box.right - 12]
        assert np.abs(shown[middle].astype(int) - picture[middle]).mean() < 6
