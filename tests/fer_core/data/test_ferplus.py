import os
from pathlib import Path

import numpy as np
import pytest

from fer_core.data.dataset import DATA_VARIABLE, load_dataset
from fer_core.data.ferplus import FERPLUS_VARIABLE, read_votes
from fer_core.errors import DataError

HEAD = "path,ferplus_name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
FILE = f"""{HEAD}
train/angry/Training_1.jpg,a.png,2,0,0,0,6,0,0,1,1,0
train/happy/Training_2.jpg,b.png,0,0,0,0,0,0,0,4,6,0
train/sad/Training_1.jpg,c.png,0,0,0,10,0,0,0,0,0,0
"""


@pytest.fixture
def votes_file(tmp_path: Path) -> Path:
    path = tmp_path / "votes.csv"
    path.write_text(FILE)
    return path


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("train/angry/Training_1.jpg", [0.75, 0, 0, 0, 0, 0, 0.25]),
        ("train/Angry/Training_1.png", [0.75, 0, 0, 0, 0, 0, 0.25]),
        ("train/sad/Training_1.jpg", [0, 0, 0, 0, 1, 0, 0]),
        ("train/happy/Training_2.jpg", [0] * 7),
        ("train/happy/Training_9.jpg", [0] * 7),
    ],
    ids=["its votes", "other spelling", "same name, other class", "none of ours", "not there"],
)
def test_votes_become_shares_of_our_seven(votes_file: Path, image: str, expected: list[float]):
    votes = read_votes(votes_file, [image, "train/sad/Training_1.jpg"])
    np.testing.assert_allclose(votes.probabilities()[0], expected)


def test_the_hash_is_the_files(votes_file: Path):
    first = read_votes(votes_file, ["train/sad/Training_1.jpg"]).sha256
    votes_file.write_text(FILE.replace("10,0", "9,0"))
    assert read_votes(votes_file, ["train/sad/Training_1.jpg"]).sha256 != first


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no FER\\+ votes at"),
        ("usage,neutral\nTraining,3\n", "it has no column path, anger.*Expected: a CSV"),
        ("", r"it has no column path, anger.*Expected: a CSV file"),
        (f"{HEAD}\n", "none of the data set"),
        (
            f"{HEAD}\ntrain/sad/Training_1.jpg,a,many,0,0,0,0,0,0,0,0,0\n",
            r"row 2: .*'many'.*Expected",
        ),
        (f"{HEAD}\ntrain/sad/Training_1.jpg,a,-1,0,0,0,0,0,0,0,0,0\n", "row 2: votes are whole"),
        (f"{HEAD}\ntrain/sad/Training_1.jpg,a,{10**30},0,0,0,0,0,0,0,0,0\n", "row 2: votes are"),
        (f"{HEAD}\ntrain/sad/Training_1.jpg\n", r"row 2: .*Expected: a CSV file"),
        (f"{HEAD}\n\n", "row 2 is blank"),
        (f"{HEAD}\n{'x' * 200_000},a,0,0,0,0,0,0,0,0,0,0\n", "line 2 has more than"),
        (f"{HEAD}\ntrain/sad/Training_7.jpg,a,0,0,0,0,0,0,0,0,0,0\n", "none of the data set"),
    ],
)
def test_what_holds_no_votes_is_named(tmp_path: Path, content: str | None, message: str):
    path = tmp_path / "x.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DataError, match=message):
        read_votes(path, ["train/sad/Training_1.jpg"])


@pytest.mark.skipif(
    not (os.environ.get(DATA_VARIABLE) and os.environ.get(FERPLUS_VARIABLE)),
    reason=f"needs FER-2013 ({DATA_VARIABLE}) and FER+ ({FERPLUS_VARIABLE})",
)
def test_pluralities_agree_with_fer2013_as_often_as_is_known():
    """62.5 % on PrivateTest over all ten columns, ties shared: the rows meet the right images."""
    private = load_dataset(os.environ[DATA_VARIABLE], splits=["private"])
    counts = read_votes(os.environ[FERPLUS_VARIABLE], private.paths).counts
    assert (counts.sum(axis=1) > 0).sum() == 3573
    first = (counts == counts.max(axis=1, keepdims=True)) & (counts > 0)
    shared = first / np.maximum(first.sum(axis=1, keepdims=True), 1)
    agreement = shared[np.arange(len(private)), private.labels].sum() / len(private)
    assert agreement == pytest.approx(0.625, abs=0.002)
