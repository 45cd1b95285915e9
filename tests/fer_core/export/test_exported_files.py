"""A run becomes a model's files; what could not be one leaves the folder as it was."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path

import keras
import pytest

from fer_core.data.dataset import Dataset, load_dataset
from fer_core.errors import FerError, ModelError
from fer_core.export.package import package
from fer_core.store.model_files import load_card, load_model, verified_bytes
from fer_core.training.run_folder import RunFolder
from tests.small_data import noise_dataset
from tests.training_tools import build_tiny


@pytest.mark.parametrize("name", ["", "sub/x", "x.int8", "x.tflite", "a b"])
def test_a_name_that_no_model_can_have_is_refused_first(
    tmp_path: Path, dataset_folder: Path, name: str
) -> None:
    dataset, models = load_dataset(dataset_folder), tmp_path / "models"
    with pytest.raises(ModelError, match="A model's name has"):
        package(RunFolder(tmp_path / "run"), name, models, dataset, calibrate=False)
    assert not models.exists()


@pytest.fixture(scope="module")
def noise() -> Dataset:
    return noise_dataset(10)


def _finish(path: Path, dataset: Dataset, seed: int) -> RunFolder:
    """A run's folder as a training leaves it; the network's weights are its first ones."""
    phase = {"name": "a", "epochs": 1, "size": 48, "batch_size": 32}
    config = {"title": "t", "data": {"validation": 0.2}, "model": {"dense": 8, "weights": "none"}}
    record = {"data_sha256": dataset.fingerprint, "versions": {"keras": "3"}}
    path.mkdir()
    run = RunFolder(path)
    run.write_text("run.json", json.dumps(record | {"config": config | {"phases": [phase]}}))
    run.write_text("history.csv", f"epoch\n{seed}\n")
    keras.utils.set_random_seed(seed)
    network = build_tiny(
        size=48, width=1, dense=8, dropout=0, weights="none", batch_norm_momentum=None
    )
    run.save_model(network, "model.keras")
    return run


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, noise: Dataset) -> Path:
    """A finished model "mine", with files of other runtimes beside it."""
    home = tmp_path_factory.mktemp("finished")
    run = _finish(home / "run", noise, seed=1)
    package(run, "mine", home / "models", noise, calibrate=False)
    for suffix in (".int8.tflite", ".onnx"):
        (home / "models" / f"mine{suffix}").write_bytes(b"of the first network")
    return home / "models"


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("full disk", "No space left.*export again"),
        ("history.csv", "history.csv cannot be read"),
        ("data_sha256", "run.json is damaged: the key 'data_sha256'"),
        ("config", "run.json is damaged: the key 'config'"),
        ("versions", "run.json is damaged: the key 'versions'"),
    ],
)
def test_an_export_that_fails_leaves_the_finished_model_of_that_name(
    tmp_path: Path,
    finished: Path,
    noise: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    message: str,
) -> None:
    models = tmp_path / "models"
    shutil.copytree(finished, models)
    run = _finish(tmp_path / "run", noise, seed=2)
    if fault == "full disk":

        def half(network: keras.Model, path: Path) -> None:
            Path(path).write_bytes(b"PK")
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(keras.Model, "save", half)
    elif fault == "history.csv":
        (run.path / fault).unlink()
    else:
        record = run.record()
        del record[fault]
        run.write_text("run.json", json.dumps(record))
    before = _contents(models)
    with pytest.raises(FerError, match=message) as caught:
        package(run, "mine", models, noise, calibrate=False)
    assert "--resume" not in str(caught.value), "which an export does not have"
    assert _contents(models) == before
    load_model(models / "mine")


@pytest.mark.slow
def test_an_export_takes_the_place_of_the_model_of_that_name(
    tmp_path: Path, finished: Path, noise: Dataset
) -> None:
    models = tmp_path / "models"
    shutil.copytree(finished, models)
    run = _finish(tmp_path / "run", noise, seed=2)
    card, _ = package(run, "mine", models, noise, calibrate=False)
    assert load_card(models / "mine") == card
    assert set(card.files) == {".tflite", ".keras", ".history.csv"}
    for suffix in card.files:
        data = verified_bytes(card, models / f"mine{suffix}")
        assert data != (finished / f"mine{suffix}").read_bytes()
    assert set(_contents(models)) == {f"mine{suffix}" for suffix in (*card.files, ".card.json")}
