"""`scripts/trust`: from data and model to the files that the page reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_core.data.dataset import load_dataset
from fer_core.evaluation.audits.doubts import read_doubts
from fer_core.evaluation.audits.robustness import load_robustness
from fer_core.evaluation.report import load_report
from fer_core.labels import EMOTIONS
from fer_core.recognition.answers.ways import ALL_WAYS
from fer_core.store.card_changes import save_card
from fer_core.store.model_files import load_card
from fer_core.training.config import TrainingConfig
from fer_core.training.sections import PhaseConfig
from scripts.trust import derive, doubtful_labels, robustness


def test_robustness_is_written_beside_the_model_once(
    make_model: Callable[..., Path], dataset_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = make_model()
    args = ["--model", str(network), "--data", str(dataset_folder)]
    assert robustness.main(args) == 0
    report = load_robustness(network.with_name("small.robustness.json"))
    assert report.is_complete and report.clean is not None and report.clean.n == 42
    text = capsys.readouterr().out
    for words in ("of 42 faces as they are", "covered mouth", "calibration"):
        assert words in text
    before = network.with_name("small.robustness.json").stat().st_mtime_ns
    assert robustness.main(args) == 0
    assert network.with_name("small.robustness.json").stat().st_mtime_ns == before


def test_of_another_network_nothing_is_taken_over(
    make_model: Callable[..., Path], dataset_folder: Path, tmp_path: Path
) -> None:
    network = make_model()
    args = ["--model", str(network), "--data", str(dataset_folder)]
    robustness.main(args)
    file = network.with_name("small.robustness.json")
    whole = file.read_text()
    file.write_text(whole.replace('"model_sha256": "', '"model_sha256": "0').replace("42", "41"))
    robustness.main(args)
    assert file.read_text() == whole


def _learned(network: Path, folder: Path) -> Path:
    """The network, as if it had been trained on these data."""
    recipe = TrainingConfig(title="Small", phases=(PhaseConfig("one", 1),)).to_dict()
    recipe["data"]["validation"] = 0.25
    sha = {"sha256": load_dataset(folder).fingerprint}
    save_card(replace(load_card(network), recipe=recipe, data=sha), network.parent)
    return network


def test_all_that_follows_is_written_and_private_test_read_once(
    make_model: Callable[..., Path], dataset_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = _learned(make_model(), dataset_folder)
    args = ["--model", str(network), "--data", str(dataset_folder)]
    assert derive.main(args) == 0
    report = load_report(network.with_name("small.report.json"))
    assert set(load_card(network).ways) == {way.name for way in ALL_WAYS}
    assert report.ways.keys() >= {"two_looks"}
    assert load_robustness(network.with_name("small.robustness.json")).is_complete
    told = capsys.readouterr().out
    assert "3 of 3" in told and "need a .keras file" in told
    assert derive.main(args) == 0
    again = load_report(network.with_name("small.report.json"))
    assert again.private_reads == report.private_reads == 1
    assert again.splits["private"].accuracy == report.splits["private"].accuracy


def test_what_stops_a_step_stops_the_rest(
    make_model: Callable[..., Path], dataset_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = make_model()  # of no recipe: its validation part is not known
    assert derive.main(["--model", str(network), "--data", str(dataset_folder)]) == 2
    assert "trained on another data set" in capsys.readouterr().err
    assert not network.with_name("small.report.json").exists()


@pytest.mark.slow
def test_doubtful_labels_of_a_data_set_with_one_wrong_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import keras

    from fer_core.store.model_files import ModelCard, file_record
    from fer_core.training.architecture import POOLED

    inputs = keras.Input((48, 48, 1))
    x = keras.layers.Flatten()(keras.layers.AveragePooling2D(3)(inputs))
    x = keras.layers.Rescaling(1 / 255, name=POOLED)(x)
    outputs = keras.layers.Dense(7, activation="softmax")(x)
    keras.Model(inputs, outputs).save(tmp_path / "small.keras")
    files = {".keras": file_record(tmp_path / "small.keras")}
    save_card(ModelCard("small", "S", "", "2026-01-01", EMOTIONS, {}, files), tmp_path)
    rng = np.random.default_rng(4)
    for label, name in enumerate(EMOTIONS):
        (tmp_path / "data/test" / name).mkdir(parents=True)
        for i in range(20):
            image = rng.integers(0, 60, (48, 48), dtype=np.uint8)
            image[6 * label : 6 * label + 9] += 150
            cv2.imwrite(str(tmp_path / "data/test" / name / f"{i}.png"), image)
    (tmp_path / "data/test/happy/3.png").rename(tmp_path / "data/test/sad/moved.png")
    args = ["--model", str(tmp_path / "small.keras"), "--data", str(tmp_path / "data")]
    assert doubtful_labels.main([*args, "--part", "test"]) == 0
    found = {d.path: d for d in read_doubts(tmp_path / "small.doubts.csv")}
    assert found["test/sad/moved.png"].suggested == "happy"
    assert len(found) < 10
    assert "of 140" in capsys.readouterr().out
