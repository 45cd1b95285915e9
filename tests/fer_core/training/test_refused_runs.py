"""Folders in which no run may begin or go on: another one's, damaged, in use, or no folder."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import shutil
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from hostile_files import npz
from training_tools import Silent, StopsAfter, build_tiny

from fer_core.data.dataset import Dataset
from fer_core.errors import TrainingError
from fer_core.training.config import TrainingConfig
from fer_core.training.fit import fit
from fer_core.training.run_folder import RunFolder
from fer_core.training.sections import DataConfig, ModelConfig, PhaseConfig

CONFIG = TrainingConfig(
    title="Small",
    phases=(PhaseConfig("warm-up", epochs=2, size=32, trainable="head", batch_size=32),),
    model=ModelConfig(width=0.35, dense=16, dropout=0.0, weights="none"),
    data=DataConfig(validation=0.25),
)


@pytest.fixture(scope="module")
def stopped(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run with one epoch."""
    folder = tmp_path_factory.mktemp("stopped")
    with pytest.raises(KeyboardInterrupt):
        fit(CONFIG, dataset, RunFolder(folder), StopsAfter(1.1), resume=False, build=build_tiny)
    return folder


def test_a_run_goes_on_only_with_its_own_recipe_and_only_when_asked(
    dataset: Dataset, tmp_path: Path
):
    run = RunFolder(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        fit(CONFIG, dataset, run, StopsAfter(0), resume=False, build=build_tiny)
    with pytest.raises(TrainingError, match="already holds a run"):
        fit(CONFIG, dataset, run, Silent(), resume=False)
    other = dataclasses.replace(CONFIG, title="Another")
    with pytest.raises(TrainingError, match="another config"):
        fit(other, dataset, run, Silent(), resume=True)
    fewer = dataset.where(np.arange(len(dataset)) > 0)
    with pytest.raises(TrainingError, match="another data set"):
        fit(CONFIG, fewer, run, Silent(), resume=True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.json", b"{"),
        ("run.json", b"\xff\xfe"),
        ("run.json", b"[]"),
        ("state.json", None),
        ("state.json", b"{"),
        ("state.json", b'{"phase": 0}'),
        ("state.json", b'{"somebody": "else"}'),
        ("state.json", b'{"phase": "x", "history": []}'),
        ("state.json", b'{"phase": 99, "history": []}'),
        ("state.json", b'{"phase": 0, "phase_epochs": "1", "history": [{}]}'),
        ("state.json", b'{"phase": 0, "phase_epochs": 99, "history": [{}]}'),
        ("state.json", b'{"phase": 0, "history": [1]}'),
        ("state.json", b'{"phase": 0, "history": [], "best": "x"}'),
        ("state.json", b'{"phase": 0, "history": [], "checkpoint": 5}'),
        ("checkpoint-0001.npz", b"half"),
        ("checkpoint-0001.npz", None),
        ("checkpoint-0001.keras", b"half"),
        ("checkpoint-0001.keras", None),
    ],
)
def test_damaged_missing_and_foreign_files_end_in_a_sentence(
    stopped: Path, tmp_path: Path, dataset: Dataset, name: str, content: bytes | None
):
    folder = shutil.copytree(stopped, tmp_path / "run")
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(TrainingError, match=rf"{name}.*Start the run again in another folder"):
        fit(CONFIG, dataset, RunFolder(folder), Silent(), resume=True, build=build_tiny)


def test_another_networks_checkpoint_ends_in_a_sentence(
    stopped: Path, tmp_path: Path, dataset: Dataset
):
    folder = shutil.copytree(stopped, tmp_path / "run")
    keras.Sequential(
        [keras.Input((48, 48, 1)), keras.layers.Flatten(), keras.layers.Dense(7)]
    ).save(folder / "checkpoint-0001.keras")
    with pytest.raises(TrainingError, match=r"checkpoint-0001\.keras is another run's"):
        fit(CONFIG, dataset, RunFolder(folder), Silent(), resume=True, build=build_tiny)


def test_a_folder_that_is_none_ends_in_a_sentence(dataset: Dataset, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match="folder that you may write to"):
        fit(CONFIG, dataset, RunFolder(tmp_path / "file"), Silent(), resume=False)


def test_two_trainings_do_not_share_a_folder(dataset: Dataset, tmp_path: Path):
    run = RunFolder(tmp_path)
    with run.locked(), pytest.raises(TrainingError, match="Another training"):
        fit(CONFIG, dataset, RunFolder(tmp_path), Silent(), resume=False)
    with pytest.raises(KeyboardInterrupt):  # and the lock goes with its holder
        fit(CONFIG, dataset, run, StopsAfter(0), resume=False, build=build_tiny)
    with run.locked():
        pass


def test_a_record_of_another_kind_ends_in_a_sentence(
    stopped: Path, tmp_path: Path, dataset: Dataset
):
    folder = shutil.copytree(stopped, tmp_path / "run")
    record = json.loads((folder / "run.json").read_text())
    for config in ([1], "x", {"phases": 5}):
        (folder / "run.json").write_text(json.dumps({**record, "config": config}))
        with pytest.raises(TrainingError, match="was started with another config"):
            fit(CONFIG, dataset, RunFolder(folder), Silent(), resume=True, build=build_tiny)


def test_a_checkpoint_under_a_password_ends_in_a_sentence(
    stopped: Path, tmp_path: Path, dataset: Dataset
):
    folder = shutil.copytree(stopped, tmp_path / "run")
    (folder / "checkpoint-0001.npz").write_bytes(npz("encrypted"))
    with pytest.raises(TrainingError, match=r"checkpoint-0001\.npz cannot be read"):
        fit(CONFIG, dataset, RunFolder(folder), Silent(), resume=True, build=build_tiny)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_pipe_in_the_lock_s_place_is_not_waited_for(dataset: Dataset, tmp_path: Path):
    os.mkfifo(tmp_path / "run.lock")
    with pytest.raises(TrainingError, match=r"run\.lock cannot be used.*Neither a file"):
        fit(CONFIG, dataset, RunFolder(tmp_path), Silent(), resume=False)


def test_a_fault_of_the_training_is_not_the_folder_s(tmp_path: Path):
    with pytest.raises(OSError, match="No space"), RunFolder(tmp_path).locked():
        raise OSError(errno.ENOSPC, "No space left on device")
