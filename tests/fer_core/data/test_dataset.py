import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_core.data.dataset import Dataset, load_dataset
from fer_core.data.layout import Layout
from fer_core.errors import DataError


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("train/angry/Training_1.jpg", ("train", 0)),
        ("train/Neutral/a.PNG", ("train", 6)),
        ("Test/HAPPY/PublicTest_3.jpg", ("public", 3)),
        ("test/fear/PrivateTest_3.jpg", ("private", 2)),
        ("test/fear/mine.webp", ("test", 2)),
        ("test/fear/notes.txt", None),
        ("test/contempt/x.jpg", None),
        ("valid/Fearful/x.jpg", ("validation", 2)),
        ("Training/Happiness/x.jpg", ("train", 3)),
        ("PrivateTest/sadness/x.jpg", ("private", 4)),
        ("other/fear/x.jpg", None),
        ("train/0/x.jpg", None),
        ("train/x.jpg", None),
        ("train/fear/deeper/x.jpg", None),
    ],
)
def test_split_and_label(path, expected):
    assert Layout().split_and_label(path) == expected


def test_folder_and_zip_give_the_same_dataset(dataset_folder: Path, tmp_path: Path):
    archive = shutil.make_archive(
        str(tmp_path / "data"), "zip", dataset_folder.parent, dataset_folder.name
    )
    folder, zipped = load_dataset(dataset_folder), load_dataset(archive)
    assert folder.fingerprint == zipped.fingerprint
    assert folder.paths == zipped.paths
    assert dict(zip(*np.unique(folder.splits, return_counts=True), strict=True)) == {
        "private": 42,
        "public": 42,
        "train": 168,
    }


def test_only_the_asked_splits_are_read(dataset_folder: Path):
    assert set(load_dataset(dataset_folder, splits=["private"]).splits) == {"private"}


def test_copies_share_a_group(dataset_folder: Path, tmp_path: Path):
    home = tmp_path / "copied"
    shutil.copytree(dataset_folder, home)
    original = home / "train" / "sad" / "Training_40000.png"
    shutil.copy(original, home / "test" / "sad" / "PrivateTest_copy.png")
    dataset = load_dataset(home)
    groups = dict(zip(dataset.paths, dataset.copy_groups, strict=True))
    copied = groups["test/sad/PrivateTest_copy.png"]
    assert [p for p, g in groups.items() if g == copied] == [
        "test/sad/PrivateTest_copy.png",
        "train/sad/Training_40000.png",
    ]


def test_hashes_are_worked_out_once_of_images_that_cannot_change(dataset: Dataset):
    assert dataset.fingerprint is dataset.fingerprint
    assert dataset.copy_groups is dataset.copy_groups
    with pytest.raises(ValueError, match="read-only"):
        dataset.images[0] = 0
    darker = dataclasses.replace(dataset, images=dataset.images // 2)
    assert darker.fingerprint != dataset.fingerprint


def test_a_broken_image_is_skipped_and_named(dataset_folder: Path, tmp_path: Path):
    home = tmp_path / "broken"
    shutil.copytree(dataset_folder, home)
    (home / "train" / "sad" / "broken.png").write_bytes(b"not an image")
    dataset = load_dataset(home)
    assert len(dataset) == 252
    (finding,) = dataset.left_out
    assert (finding.code, finding.count) == ("unreadable", 1)
    assert finding.examples[0].startswith("train/sad/broken.png: ")


def test_a_larger_image_becomes_48_pixels(dataset_folder: Path, tmp_path: Path):
    home = tmp_path / "large" / "train" / "happy"
    home.mkdir(parents=True)
    Image.new("RGB", (200, 100), (255, 0, 0)).save(home / "red.png")
    dataset = load_dataset(tmp_path / "large")
    assert dataset.images.shape == (1, 48, 48)
    assert abs(int(dataset.images[0, 0, 0]) - 76) <= 1  # the luma of pure red


@pytest.mark.parametrize("kind", ["missing", "empty folder", "not a zip", "no labelled image"])
def test_what_is_no_dataset_is_refused_with_the_layout(kind: str, tmp_path: Path):
    path = tmp_path / "data"
    if kind == "empty folder":
        path.mkdir()
    elif kind == "not a zip":
        path.write_bytes(b"hello")
    elif kind == "no labelled image":
        (path / "train" / "happy").mkdir(parents=True)
    with pytest.raises(DataError, match=r"train/<class>/"):
        load_dataset(path)
