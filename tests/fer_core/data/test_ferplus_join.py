"""FER+'s own file, joined with class folders by the pictures."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from small_data import patterned_face

from fer_core.data.dataset import Dataset
from fer_core.data.fer2013_csv import read_original
from fer_core.data.ferplus import read_votes
from fer_core.data.ferplus_join import (
    VOTE_COLUMNS,
    VotedRow,
    join,
    read_voted_rows,
    write_votes,
)
from fer_core.errors import DataError

SPLITS = {"train": "Training", "public": "PublicTest", "private": "PrivateTest"}
HEAD = f"Usage,Image name,{','.join(VOTE_COLUMNS)}"


@pytest.fixture
def dataset() -> Dataset:
    """Two classes in three splits; the last two images of train/angry are the same."""
    rng = np.random.default_rng(4)
    rows = [(split, label) for split in SPLITS for label in (0, 3) for _ in range(4)]
    images = np.stack([patterned_face(label, rng) for _, label in rows])
    images[3] = images[2]
    return Dataset(
        images,
        np.array([label for _, label in rows]),
        np.array([split for split, _ in rows]),
        tuple(f"{split}/{label}/{i:02}.jpg" for i, (split, label) in enumerate(rows)),
    )


def _files(folder: Path, dataset: Dataset, order: list[int], spaced: bool = False) -> list[Path]:
    """fer2013.csv, with a JPEG's slight differences, and fer2013new.csv, where row i of the data
    set has i votes for neutral."""
    rng = np.random.default_rng(5)
    space = " " if spaced else ""
    lines = [f"emotion,{space}Usage,{space}pixels"]
    votes = [HEAD]
    for i in order:
        noisy = np.clip(dataset.images[i] + rng.normal(0, 3, (48, 48)).round(), 0, 255)
        noisy = noisy if i not in (2, 3) else dataset.images[i]
        pixels = " ".join(map(str, noisy.astype(int).ravel()))
        usage = SPLITS[str(dataset.splits[i])]
        lines.append(f"{dataset.labels[i]},{usage},{pixels}")
        votes.append(f"{usage},fer{i}.png,{','.join(['0'] * 6 + [str(i)] + ['0'] * 3)}")
    files = [folder / "fer2013.csv", folder / "fer2013new.csv"]
    for path, text in zip(files, (lines, votes), strict=True):
        path.write_text("\n".join(text) + "\n")
    return files


@pytest.mark.parametrize("spaced", [False, True], ids=["fer2013.csv", "icml_face_data.csv"])
def test_every_image_gets_the_votes_of_its_own_row(dataset: Dataset, tmp_path: Path, spaced: bool):
    order = np.random.default_rng(6).permutation(len(dataset)).tolist()
    original, voted = _files(tmp_path, dataset, order, spaced)
    rows = join(dataset, read_original(original), read_voted_rows(voted))
    write_votes(tmp_path / "out.csv", rows)
    counts = read_votes(tmp_path / "out.csv", dataset.paths).counts.sum(axis=1)
    expected = np.arange(len(dataset))
    # The two that are the same picture get their rows in the original file's order.
    expected[[2, 3]] = [i for i in order if i in (2, 3)]
    np.testing.assert_array_equal(counts, expected)


def test_other_pictures_and_such_without_a_face_have_no_votes(dataset: Dataset, tmp_path: Path):
    original, voted = _files(tmp_path, dataset, list(range(len(dataset))))
    rows = read_voted_rows(voted)
    rows[5] = VotedRow("", (0,) * 9 + (10,))
    images = dataset.images.copy()
    images[7] = 255 - images[7]
    found = join(dataclasses.replace(dataset, images=images), read_original(original), rows)
    missing = {dataset.paths.index(path) for path in set(dataset.paths) - set(found)}
    assert missing == {5, 7}


def test_pictures_are_not_joined_across_expressions_and_halves(dataset: Dataset, tmp_path: Path):
    original, voted = _files(tmp_path, dataset, list(range(len(dataset))))
    other = dataclasses.replace(dataset, labels=np.where(dataset.labels == 0, 1, dataset.labels))
    found = join(other, read_original(original), read_voted_rows(voted))
    assert sorted(found) == [p for p in sorted(dataset.paths) if "/3/" in p]


def test_identical_pictures_of_two_expressions_keep_their_rows(dataset: Dataset, tmp_path: Path):
    images = dataset.images.copy()
    images[6] = images[2]
    twins = dataclasses.replace(dataset, images=images)
    original, voted = _files(tmp_path, twins, list(range(len(twins)))[::-1])
    published = read_original(original)
    published.images[-1 - 6] = images[2]
    found = join(twins, published, read_voted_rows(voted))
    assert found[twins.paths[6]].name == "fer6.png"
    assert {found[twins.paths[i]].name for i in (2, 3)} == {"fer2.png", "fer3.png"}


def test_files_that_do_not_belong_together_are_named(dataset: Dataset, tmp_path: Path):
    original, voted = _files(tmp_path, dataset, list(range(len(dataset))))
    with pytest.raises(DataError, match="23 rows and FER-2013's file 24"):
        join(dataset, read_original(original), read_voted_rows(voted)[1:])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "There is no file"),
        ("", "has no rows"),
        ("emotion,pixels,Usage\n0,1 2 3,Training\n", "row 2: .*reshape.*Expected: FER-2013's"),
        ("emotion,pixels,Usage\n0,1 x,Training\n", "row 2"),
        ("emotion,Usage\n0,Training\n", "row 2: KeyError"),
        ("emotion,pixels,Usage\n0\n", "row 2: KeyError"),
        (f"emotion,pixels,Usage\n9,{'1 ' * 2304},Training\n", "row 2: ValueError"),
        (f"emotion,pixels,Usage\n-1,{'1 ' * 2304},Training\n", "row 2: ValueError"),
        (f"emotion,pixels,Usage\n0,{'300 ' * 2304},Training\n", "row 2"),
    ],
)
def test_what_is_not_fer2013_is_named(tmp_path: Path, content: str | None, message: str):
    path = tmp_path / "x.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DataError, match=message):
        read_original(path)


@pytest.mark.parametrize(
    "content",
    [
        "emotion,pixels\n1,2\n",
        f"{HEAD}\nTraining,a.png,many\n",
        f"{HEAD}\nTraining\n",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_not_ferplus_is_named(tmp_path: Path, content: str | bytes):
    path = tmp_path / "x.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError, match=r"Expected: FER\+'s fer2013new.csv"):
        read_voted_rows(path)
