"""From "your label" to a zip that can be trained and measured on."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from faces import answered
from portrait import PORTRAIT

from fer_core.data.dataset import load_dataset
from fer_core.errors import InputError
from fer_core.evaluation.on_photos import find_photos
from fer_core.labels import EMOTIONS
from fer_core.recognition.answers.corrections import YOUR_LABELS, as_zip, labelled
from fer_core.recognition.answers.ways import ONE_LOOK
from fer_core.recognition.photos import PhotoResult, as_csv, as_json, rows
from fer_core.types import Box

JPEG = PORTRAIT.read_bytes()


def photo(name: str, *labels: str) -> PhotoResult:
    faces = [answered(Box(9 * i, 2, 8, 8), happy=0.9) for i in range(len(labels))]
    for i, face in enumerate(faces):
        face.crop[:] = np.random.default_rng([len(name), ord(name[0]), i]).integers(
            0, 255, (48, 48)
        )
    result = PhotoResult(name, faces=tuple(faces), size=(90, 90))
    for number, label in enumerate(labels, start=1):
        result = labelled(result, number, label)
    return result


@pytest.mark.parametrize("label", YOUR_LABELS)
def test_a_label_is_given_and_taken_back(label: str) -> None:
    bare = photo("a.jpg", "", "")
    assert bare.your_labels == ()
    said = labelled(bare, 2, label)
    assert said.your_labels == ("", label)
    assert labelled(said, 2, "").your_labels == ()
    assert bare.your_labels == ()


@pytest.mark.parametrize(("number", "label"), [(0, "sad"), (3, "sad"), (1, "glad"), (1, "unsure")])
def test_no_such_face_or_label(number: int, label: str) -> None:
    with pytest.raises(InputError, match="Received"):
        labelled(photo("a.jpg", "", ""), number, label)


def test_tables_and_json_say_it_only_if_something_was_said() -> None:
    bare, said = photo("a.jpg", ""), photo("b.jpg", "sad", "")
    assert "your_label" not in rows([bare])[0]
    table = list(csv.DictReader(io.StringIO(as_csv([bare, said]).decode("utf-8-sig"))))
    assert [row["your_label"] for row in table] == ["", "sad", ""]
    recognizer = SimpleNamespace(card=SimpleNamespace(stem="m"), detector_name="d", way=ONE_LOOK)
    photos = json.loads(as_json([bare, said], recognizer))["photos"]  # type: ignore[arg-type]
    faces = [face.get("your_label") for p in photos for face in p["faces"]]
    assert faces == [None, "sad", None]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    results = [photo(f"{chr(97 + i)}.jpg", EMOTIONS[i % 7]) for i in range(12)]
    results += [
        photo("A.jpg", "happy"), photo("group.jpg", "fear", "none of them", "not a face", ""),
        photo("nobody.jpg", "not a face"), photo("unsaid.jpg", ""),
        replace(photo("crowd.jpg", "sad"), faces_left_out=3), photo("../../up.png", "angry"),
    ]  # fmt: skip
    kept = {"b.jpg": None}
    path = tmp_path / "corrections.zip"
    path.write_bytes(as_zip(results, lambda result: kept.get(result.name, JPEG)))
    return path


def test_the_crops_are_a_data_set(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path)
    data = load_dataset(tmp_path / "faces")
    assert not data.left_out
    assert len(data) == 12 + 1 + 1 + 1 + 1
    assert set(data.splits) == {"train", "test"}
    first = photo("a.jpg", "angry").faces[0].crop
    (place,) = [i for i, path in enumerate(data.paths) if path.endswith("/a.png")]
    assert data.paths[place] == "test/angry/a.png"
    np.testing.assert_array_equal(data.images[place], first)


def test_pictures_of_one_face_are_photographs_to_measure_on(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        assert len({name.casefold() for name in names}) == len(names)
        assert not any(".." in name or name.startswith("/") for name in names)
        opened.extractall(tmp_path)
        said = list(csv.DictReader(io.TextIOWrapper(opened.open("labels.csv"), "utf-8-sig")))
    photos, amiss = find_photos(tmp_path / "photos")
    assert not amiss
    names = sorted(Path(found.name).name for found in photos)
    assert len(photos) == 13  # not b (not kept), groups, crowds, and what is no face
    assert "b.jpg" not in names and "up.jpg" in names
    assert all(cv2.imdecode(np.frombuffer(p.read(), np.uint8), 1) is not None for p in photos)
    assert [row["your_label"] for row in said if row["file"] == "group.jpg"] == [
        "fear", "none of them", "not a face", "",
    ]  # fmt: skip


def test_nothing_said_is_an_empty_zip() -> None:
    with zipfile.ZipFile(io.BytesIO(as_zip([photo("a.jpg", "")], lambda _: JPEG))) as opened:
        assert opened.namelist() == ["labels.csv"]
