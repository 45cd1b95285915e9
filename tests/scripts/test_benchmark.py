"""benchmark.py: each figure is there and of a sane order; no time is compared with another."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import keras
import numpy as np
import pytest

from fer_core.recognition.classifier import Classifier
from fer_core.store.card_changes import save_card
from fer_core.store.model_files import INT8_SUFFIX, file_record, load_card
from fer_core.training import architecture
from fer_core.training.networks import mobilenet_v2

ROOT = Path(__file__).resolve().parents[2]
MakeModel = Callable[..., Path]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = ROOT / "scripts" / "benchmark.py"
    spec = importlib.util.spec_from_file_location("benchmark_script", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_runtimes_are_measured_each_in_a_process_of_its_own(
    script: ModuleType,
    make_model: MakeModel,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    from scripts.benchmarks import runtimes

    network = make_model()
    monkeypatch.setattr(runtimes, "ROUNDS", 1)
    assert script.main(["--runtimes", "--model", str(network)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert set(result["machine"]) == {"processor", "cores", "python"}
    measured = result["runtimes"]["LiteRT float32"]
    assert set(measured["ms_per_face"]) == set(measured["cpu_ms_per_face"]) == {"1", "8", "32"}
    assert min(measured["ms_per_face"].values()) > 0
    assert 0 < measured["import_and_load_cpu_s"] <= measured["first_answer_cpu_s"]
    assert measured["resident_mb"] > 10
    missing = {name for name, found in result["runtimes"].items() if isinstance(found, str)}
    assert missing == {"LiteRT int8", "ONNX Runtime", "Keras tf.function", "Keras model.predict"}


@pytest.mark.parametrize(
    ("listed", "message"),
    [(False, "was altered"), (True, "did not run")],
)
def test_a_file_that_is_no_network_stops_it_in_one_line(
    script: ModuleType,
    make_model: MakeModel,
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    listed: bool,
    message: str,
) -> None:
    from scripts.benchmarks import runtimes

    network = make_model()
    monkeypatch.setattr(runtimes, "RUNTIMES", {"LiteRT int8": ("litert", INT8_SUFFIX)})
    int8 = network.with_name("small.int8.tflite")
    int8.write_bytes(b"0" * 100)
    card = load_card(network)
    files = {**card.files, INT8_SUFFIX: file_record(int8)}
    save_card(dataclasses.replace(card, files=files), network.parent)
    if not listed:
        int8.write_bytes(b"1" * 100)
    assert script.main(["--runtimes", "--model", str(network)]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("Stopped: ") and message in errors
    assert errors.count("\n") == 1


def test_a_model_that_is_not_there_stops_it(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert script.main(["--model", str(tmp_path / "none.tflite")]) == 2
    error = capsys.readouterr().err
    assert "none.card.json" in error and "no such file" in error


def test_speed_by_batch_size(make_model: MakeModel) -> None:
    from scripts.benchmarks import waiting

    speeds = waiting.classify_batches(Classifier(make_model().read_bytes()))
    assert set(speeds) == {"1", "4", "16", "32"}
    assert min(speeds.values()) > 0


@pytest.mark.parametrize(
    ("rounds", "median"),
    [
        ([], None),
        ([3, 1, 2], 2),
        ([{"a": 1, "b": {"c": 5}}, {"a": 3, "b": {"c": 7}}], {"a": 2, "b": {"c": 6}}),
    ],
)
def test_the_median_is_taken_figure_by_figure(rounds: list, median: object) -> None:
    from scripts.benchmarks.runtimes import _median

    assert _median(rounds) == median


def test_generated_faces_differ_and_fill_every_class(tmp_path: Path) -> None:
    from fer_core.data.dataset import load_dataset
    from scripts.benchmarks.pictures import write_train_folder

    dataset = load_dataset(write_train_folder(tmp_path / "data", 3))
    assert np.bincount(dataset.labels).tolist() == [3] * 7
    assert len(np.unique(dataset.copy_groups)) == 21


class TestStopwatch:
    """Steps of 0.1 s in the first epoch and 0.5 s in the second; the last step of each is short."""

    @pytest.fixture
    def watch(self) -> object:
        from scripts.benchmarks.stock_training import Stopwatch

        made = Stopwatch()
        clock = 0.0
        for epoch, seconds in enumerate((0.1, 0.5)):
            for step in range(10):
                clock += seconds if step < 9 else 0.01
                made.steps.append((epoch + (step + 1) / 10, clock, 2 * clock))
            clock += 3.0  # validation and checkpoint
        return made

    def test_speed_is_that_of_the_last_epochs_full_steps(self, watch) -> None:
        assert watch.speed(64) == pytest.approx((64 / 0.5, 64 / 1.0))


def _small_backbone(size: int, *_: object) -> keras.Model:
    """In MobileNetV2's place, which takes longer to trace than all of the test."""
    layers = [
        keras.Input((size, size, 3)),
        keras.layers.Conv2D(8, 3, strides=8),
        keras.layers.BatchNormalization(),
    ]
    return keras.Sequential(layers, name=architecture.BACKBONE)


@pytest.mark.slow
def test_both_training_pipelines_are_timed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Small, and only that every figure comes about: not which pipeline is the faster one."""
    from scripts.benchmarks import training

    monkeypatch.setattr(training, "FACES_EACH", 30)
    monkeypatch.setattr(training, "FER_2013", 420)
    monkeypatch.setattr(training, "ROUNDS", 1)
    monkeypatch.setattr(mobilenet_v2, "_backbone", _small_backbone)
    recipe = training._recipe

    def smaller(name: str, phase: int, epochs: int):
        config = recipe(name, phase, min(epochs, 3))
        small = dataclasses.replace(config.phases[0], batch_size=16)
        model = dataclasses.replace(config.model, dense=8)
        return dataclasses.replace(config, phases=(small,), model=model)

    monkeypatch.setattr(training, "_recipe", smaller)
    result = training.measure()
    for figures in result["full"].values():
        assert figures["ours"] > 0
        assert figures["stock"] > 0
        assert figures["ratio"] == pytest.approx(figures["ours"] / figures["stock"], rel=0.1)
    frozen = result["frozen"]
    seconds = frozen["seconds_for_20_epochs"]
    assert seconds["ours"] > frozen["of_which_after_the_features"] > 0
    assert frozen["ratio"] == pytest.approx(seconds["stock"] / seconds["ours"], rel=0.1)


def test_every_way_through_a_folder_is_timed(make_model: MakeModel) -> None:
    from scripts.benchmarks.batch import speed

    measured = speed.measure(str(make_model()), 1, {"small": (320, 240, 24)})
    figures = measured["photographs_per_s"]["small"]
    ways = {"plain loop", "as the page does, with a picture", "one worker", "two workers"}
    assert ways < figures.keys()
    assert min(figures.values()) > 0
