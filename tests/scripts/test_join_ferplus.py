"""The script that joins FER+'s votes: what it writes, and what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fer_core.data.dataset import load_dataset
from fer_core.data.ferplus import read_votes
from fer_core.data.ferplus_join import VOTE_COLUMNS
from scripts import join_ferplus

USAGE = {"train": "Training", "public": "PublicTest", "private": "PrivateTest"}


@pytest.fixture
def options(dataset_folder: Path, tmp_path: Path) -> list[str]:
    dataset = load_dataset(dataset_folder)
    original, votes = ["emotion,pixels,Usage"], [f"Usage,Image name,{','.join(VOTE_COLUMNS)}"]
    for i in range(len(dataset)):
        usage = USAGE.get(str(dataset.splits[i]), "PrivateTest")
        pixels = " ".join(map(str, dataset.images[i].ravel()))
        original.append(f"{dataset.labels[i]},{pixels},{usage}")
        votes.append(f"{usage},fer{i}.png,{','.join(['1'] * len(VOTE_COLUMNS))}")
    (tmp_path / "fer2013.csv").write_text("\n".join(original))
    (tmp_path / "fer2013new.csv").write_text("\n".join(votes))
    files = {"votes": "fer2013new.csv", "original": "fer2013.csv", "out": "ferplus.csv"}
    named = [f"--{name}={tmp_path / file}" for name, file in files.items()]
    return [*named, f"--data={dataset_folder}"]


def test_votes_are_written_for_training(options, dataset_folder, tmp_path, capsys):
    assert join_ferplus.main(options) == 0
    dataset = load_dataset(dataset_folder)
    said = capsys.readouterr().out
    assert f"{len(dataset):,} of {len(dataset):,} images have votes." in said
    assert "Next: scripts/train.py --ferplus" in said
    counts = read_votes(tmp_path / "ferplus.csv", dataset.paths).counts
    np.testing.assert_array_equal(counts, np.ones_like(counts))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"votes": "nowhere.csv"}, "There is no file at nowhere.csv. Expected: FER+'s"),
        ({"original": "nowhere.csv"}, "There is no file at nowhere.csv. Expected: FER-2013's"),
        ({"data": "nowhere"}, "nowhere"),
    ],
)
def test_what_is_missing_is_said(options, change, message, capsys):
    assert (
        join_ferplus.main([*options, *(f"--{name}={value}" for name, value in change.items())]) == 2
    )
    reading, stopped = capsys.readouterr().err.splitlines()
    assert reading.startswith("Reading ")
    assert stopped.startswith("Stopped: ") and message in stopped
