"""The layouts that people have, each as a folder and as archives, and what is left out of them."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest
from small_data import patterned_face

from fer_core.data.dataset import load_dataset
from fer_core.data.layout import find_layout
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS

RNG = np.random.default_rng(5)
FACES = [cv2.imencode(".png", patterned_face(i, RNG))[1].tobytes() for i in range(7)]
ALIASES = ("Anger", "disgusted", "FEARFUL", "happiness", "Sadness", "surprised", "Neutral")


def files(*places: str, names: Iterable[str] = EMOTIONS) -> dict[str, bytes]:
    """A picture of each class under each place, such as "train/"."""
    names = list(names)
    return {f"{place}{name}/{i}.png": FACES[i] for place in places for i, name in enumerate(names)}


def as_folder(home: Path, content: dict[str, bytes]) -> Path:
    for name, data in content.items():
        path = home / "given" / name.replace("\\", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return home / "given"


def as_zip(home: Path, content: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(home / "given.zip", "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return home / "given.zip"


def as_tar(home: Path, content: dict[str, bytes], kind: str = "") -> Path:
    path = home / f"given.tar{kind and '.'}{kind}"
    with tarfile.open(path, f"w:{kind}") as archive:
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


FORMS: dict[str, Callable[[Path, dict[str, bytes]], Path]] = {
    "folder": as_folder,
    "zip": as_zip,
    "tar": as_tar,
    "tar.gz": lambda home, content: as_tar(home, content, "gz"),
}
DEBRIS = {
    "__MACOSX/train/happy/._3.png": b"\0",
    "train/happy/._3.png": b"\0",
    "train/.DS_Store": b"1",
    "train/happy/Thumbs.db": b"1",
    "test/desktop.ini": b"1",
}

LAYOUTS: list[tuple[str, dict[str, bytes], dict[str, int]]] = [
    # name, files, images by split
    ("as Kaggle", files("train/", "test/"), {"train": 7, "test": 7}),
    ("validation", files("train/", "validation/", "test/"),
     {"train": 7, "validation": 7, "test": 7}),
    ("val", files("Train/", "Val/", "Test/"), {"train": 7, "validation": 7, "test": 7}),
    ("validation as test", files("train/", "validation/"), {"train": 7, "test": 7}),
    ("the challenge's parts", files("Training/", "PublicTest/", "PrivateTest/"),
     {"train": 7, "public": 7, "private": 7}),
    ("aliases", files("train/", "test/", names=ALIASES), {"train": 7, "test": 7}),
    ("class folders alone", files("", names=ALIASES), {"test": 7}),
    ("two folders around", files("archive/fer2013/train/", "archive/fer2013/test/"),
     {"train": 7, "test": 7}),
    ("two folders around class folders", files("my/faces/"), {"test": 7}),
    ("./", files("./train/", "./test/"), {"train": 7, "test": 7}),
    ("debris", files("train/", "test/") | DEBRIS, {"train": 7, "test": 7}),
]  # fmt: skip


def splits(path: Path, **options: bool) -> Counter[str]:
    dataset = load_dataset(path, **options)
    assert dataset.left_out == ()
    for label, image in zip(dataset.labels, dataset.images, strict=True):
        assert image.tobytes() == cv2.imdecode(np.frombuffer(FACES[label], np.uint8), 0).tobytes()
    return Counter(dataset.splits.tolist())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("content", "expected"), [case[1:] for case in LAYOUTS], ids=[case[0] for case in LAYOUTS]
)
def test_a_layout_is_read_whole(
    tmp_path: Path, form: str, content: dict[str, bytes], expected: dict[str, int]
) -> None:
    assert splits(FORMS[form](tmp_path, content)) == expected


def test_a_zip_with_backslashes_is_read(tmp_path: Path) -> None:
    content = {name.replace("/", "\\"): data for name, data in files("x/train/", "x/test/").items()}
    assert splits(as_zip(tmp_path, content)) == {"train": 7, "test": 7}


@pytest.mark.parametrize("form", FORMS)
def test_numbered_folders_are_read_if_asked_for(tmp_path: Path, form: str) -> None:
    path = FORMS[form](tmp_path, files("train/", "test/", names=map(str, range(7))))
    assert splits(path, numbered=True) == {"train": 7, "test": 7}
    with pytest.raises(DataError, match="--numbered"):
        load_dataset(path)


@pytest.mark.parametrize("place", ["", "train/"])
def test_numbers_of_another_order_are_refused(tmp_path: Path, place: str) -> None:
    path = as_folder(tmp_path, files(place, names=map(str, range(1, 8))))
    with pytest.raises(DataError, match=r"Found: 7, .* another order"):
        load_dataset(path, numbered=True)


def csv_of(header: str = "emotion,pixels,Usage") -> bytes:
    rows = [header]
    for label, data in enumerate(FACES):
        pixels = " ".join(map(str, cv2.imdecode(np.frombuffer(data, np.uint8), 0).ravel()))
        values = {"emotion": str(label), "pixels": pixels}
        for usage in ("Training", "PublicTest", "PrivateTest"):
            row = values | {"Usage": usage}
            rows.append(",".join(row[name.strip()] for name in header.split(",")))
    return "\n".join(rows).encode()


def tar_bytes(home: Path, content: dict[str, bytes]) -> bytes:
    return as_tar(home, content, "gz").read_bytes()


@pytest.mark.parametrize(
    "make",
    [
        lambda home: (home / "fer2013.csv", csv_of()),
        lambda home: (home / "icml_face_data.csv", csv_of("emotion, Usage, pixels")),
        lambda home: as_zip(home, {"icml_face_data.csv": csv_of("emotion, Usage, pixels")}),
        lambda home: as_tar(home, {"fer2013/README": b"x", "fer2013/fer2013.csv": csv_of()}, "gz"),
        lambda home: as_tar(home, {"fer2013/fer2013.csv": csv_of()}),
        lambda home: as_zip(
            home,
            {
                "example_submission.csv": b"1",
                "fer2013.tar.gz": tar_bytes(home, {"fer2013/fer2013.csv": csv_of()}),
            },
        ),
    ],
    ids=[
        "csv",
        "csv with spaces",
        "zip of it",
        "the challenge's tar.gz",
        "tar",
        "the challenge's zip",
    ],
)
def test_fer2013s_own_file_is_read(tmp_path: Path, make: Callable[[Path], object]) -> None:
    made = make(tmp_path)
    if isinstance(made, tuple):
        made[0].write_bytes(made[1])
        made = made[0]
    assert isinstance(made, Path)
    assert splits(made) == {"train": 7, "public": 7, "private": 7}


LEFT_OUT: list[tuple[str, dict[str, bytes], str, str]] = [
    # name, what is there besides, code, part of an example or the message
    ("contempt", {"test/contempt/1.png": FACES[0], "test/contempt/2.png": FACES[1]},
     "eighth_class", "test/contempt: 2 files"),
    ("misnamed", {"test/hapy/1.png": FACES[0]}, "unknown_class", "rename it to happy"),
    ("foreign", {"test/drafts/1.png": FACES[0]}, "unknown_class", "test/drafts: 1 file"),
    ("unreadable", {"test/happy/bad.png": b"\x89PNG"}, "unreadable", "test/happy/bad.png"),
    ("empty", {"test/happy/bad.png": b""}, "zero_byte", "test/happy/bad.png"),
    ("other kind", {"test/happy/IMG_1.TIFF": b"1"}, "other_file", "IMG_1.TIFF"),
    ("too deep", {"test/happy/more/1.png": FACES[3]}, "stray_image", "happy/more/1.png"),
    ("beside", {"../old/1.png": FACES[3]}, "stray_image", "old/1.png"),
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("also", "code", "words"), [case[1:] for case in LEFT_OUT], ids=[case[0] for case in LEFT_OUT]
)
def test_nothing_is_left_out_in_silence(
    tmp_path: Path, form: str, also: dict[str, bytes], code: str, words: str
) -> None:
    content = files("given/train/", "given/test/")
    content |= {f"given/{name}".replace("given/../", ""): data for name, data in also.items()}
    dataset = load_dataset(FORMS[form](tmp_path, content))
    (finding,) = dataset.left_out
    assert (finding.code, len(dataset)) == (code, 14)
    assert words in finding.in_words()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"Hapy/1.png": b"", "Sads/1.png": b""}, ["Hapy, Sads", "Hapy: rename it to happy"]),
        ({f"{i}/1.png": b"" for i in range(7)}, ["0, 1, 2", "--numbered"]),
        ({"1.png": b""}, ["no folders"]),
    ],
    ids=["misnamed", "numbered", "loose"],
)
def test_what_has_no_class_folders_is_told_what_would_do(
    tmp_path: Path, content: dict[str, bytes], words: list[str]
) -> None:
    with pytest.raises(DataError) as refused:
        load_dataset(as_folder(tmp_path, content))
    for part in (*words, "train/<class>/", "fer2013.csv"):
        assert part in str(refused.value)


def test_parts_are_preferred_to_class_folders_of_the_same_depth() -> None:
    folders = {"a", "a/happy", "b", "b/train", "b/train/happy"}
    assert find_layout(folders, "x", numbered=False)[0] == "b/"
