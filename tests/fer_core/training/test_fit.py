"""Trains small networks through `fit`: phases, resuming, refusing, stopping."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import keras
import numpy as np
import pytest
from training_tools import Silent, StopsAfter, build_tiny

from fer_core.data.dataset import Dataset
from fer_core.errors import TrainingError
from fer_core.training.architecture import backbone
from fer_core.training.callbacks import Replay
from fer_core.training.config import TrainingConfig
from fer_core.training.fit import describe, fit
from fer_core.training.networks.mobilenet_v2 import build
from fer_core.training.phase import make_optimizer
from fer_core.training.run_folder import RunFolder
from fer_core.training.sections import AugmentationConfig, DataConfig, ModelConfig, PhaseConfig
from fer_core.training.teaching.targets import LabelSources

WARM_UP = PhaseConfig(
    "warm-up", epochs=3, size=32, trainable="head", batch_size=32, schedule="plateau"
)
CONFIG = TrainingConfig(
    title="Small",
    phases=(WARM_UP,),
    model=ModelConfig(width=0.35, dense=16, dropout=0.0, weights="none"),
    data=DataConfig(validation=0.25, label_smoothing=0.1),
)


def _history(run: RunFolder) -> list[list[str]]:
    lines = (run.path / "history.csv").read_text().splitlines()
    return [line.split(",")[:-1] for line in lines]  # without the seconds


def _losses(history: list[list[str]]) -> list[tuple[float, float]]:
    return [(float(row[4]), float(row[6])) for row in history[1:]]


def test_an_interrupted_run_goes_on_and_ends_as_an_unbroken_one(dataset: Dataset, tmp_path: Path):
    whole, broken = RunFolder(tmp_path / "whole"), RunFolder(tmp_path / "broken")
    fit(CONFIG, dataset, whole, Silent(), resume=False)
    with pytest.raises(KeyboardInterrupt):
        fit(CONFIG, dataset, broken, StopsAfter(1.1), resume=False)
    assert len(_history(broken)) == 2
    fit(CONFIG, dataset, broken, Silent(), resume=True)
    ours, theirs = _history(broken), _history(whole)
    assert [row[:4] for row in ours] == [row[:4] for row in theirs]
    # Losses only: an untrained backbone answers nearly alike for all classes, so accuracy jumps.
    np.testing.assert_allclose(_losses(ours), _losses(theirs), atol=2e-3)
    assert sorted(p.name for p in broken.path.iterdir()) == sorted(
        p.name for p in whole.path.iterdir()
    )


EVERYTHING = dataclasses.replace(
    CONFIG,
    phases=(
        PhaseConfig(
            "all",
            epochs=2,
            size=48,
            batch_size=16,
            optimizer="sgd",
            learning_rate=1e-2,
            ema=0.9,
            mixup=0.2,
        ),
    ),
    model=dataclasses.replace(
        CONFIG.model, dropout=0.5, train_batch_norm=True, batch_norm_momentum=0.9
    ),
    data=DataConfig(validation=0.25, drop=("near_test_copies",), class_weights="capped"),
    augmentation=AugmentationConfig(flip=0.5, jpeg=0.5, noise=5.0),
    logit_adjustment=1.0,
)
"""Whatever a recipe can switch on, but for votes and teachers."""


def test_an_averaged_run_goes_on_with_weights_averages_and_dropout(
    dataset: Dataset, tmp_path: Path
):
    whole, broken = RunFolder(tmp_path / "whole"), RunFolder(tmp_path / "broken")
    fit(EVERYTHING, dataset, whole, Silent(), resume=False, build=build_tiny)
    with pytest.raises(KeyboardInterrupt):
        fit(EVERYTHING, dataset, broken, StopsAfter(1.1), resume=False, build=build_tiny)
    fit(EVERYTHING, dataset, broken, Silent(), resume=True, build=build_tiny)
    np.testing.assert_allclose(_losses(_history(broken)), _losses(_history(whole)), atol=1e-5)
    ours, theirs = (dict(np.load(run.path / "checkpoint-0002.npz")) for run in (whole, broken))
    assert list(ours) == list(theirs)
    assert any(name.startswith("random_") for name in ours)
    for name, value in ours.items():
        np.testing.assert_allclose(theirs[name], value, atol=1e-5, err_msg=name)
    # What is kept is the average, which is not what goes on.
    kept = whole.load_network("best-0.keras").get_weights()
    raw = whole.load_network("checkpoint-0002.keras").get_weights()
    assert any(np.abs(a - b).max() > 1e-4 for a, b in zip(kept, raw, strict=True))
    chosen = json.loads((whole.path / "adjustment.json").read_text())
    assert 0 <= chosen["tau"] <= 1


@pytest.mark.parametrize("younger", [["data", "ferplus"], ["phases", 0, "ema"], ["teachers"]])
def test_a_run_from_before_a_setting_existed_goes_on(tmp_path: Path, younger: list[str | int]):
    description = {"config": CONFIG.to_dict(), "data_sha256": "d", "label_sources": {}}
    run = RunFolder(tmp_path)
    run.start(description, resume=False)
    record = json.loads((tmp_path / "run.json").read_text())
    home = record["config"]
    for name in younger[:-1]:
        home = home[name]
    del home[younger[-1]]
    del record["label_sources"]
    (tmp_path / "run.json").write_text(json.dumps(record))
    assert run.start(description, resume=True).history == ()
    with pytest.raises(TrainingError, match="another set of votes or teachers"):
        run.start({**description, "label_sources": {"ferplus_sha256": "a"}}, resume=True)
    changed = dataclasses.replace(CONFIG, phases=(dataclasses.replace(WARM_UP, ema=0.9),))
    with pytest.raises(TrainingError, match="another config"):
        run.start({**description, "config": changed.to_dict()}, resume=True)


def test_the_record_says_how_the_run_was_made(dataset: Dataset, tmp_path: Path):
    with pytest.raises(KeyboardInterrupt):
        fit(CONFIG, dataset, RunFolder(tmp_path), StopsAfter(0), resume=False)
    record = json.loads((tmp_path / "run.json").read_text())
    assert TrainingConfig.from_dict(record["config"]) == CONFIG
    assert record["data_sha256"] == dataset.fingerprint
    assert set(record["versions"]) == {"python", "keras", "numpy", "backend"}


def test_a_loss_that_is_not_a_number_stops_the_run(dataset: Dataset, tmp_path: Path):
    wild = dataclasses.replace(WARM_UP, learning_rate=1e38)
    config = dataclasses.replace(CONFIG, phases=(wild,))
    with pytest.raises(TrainingError, match="Lower the learning rate"):
        fit(config, dataset, RunFolder(tmp_path), Silent(), resume=False)


def test_a_loss_that_explodes_without_becoming_infinite_stops_the_run(
    dataset: Dataset, tmp_path: Path
):
    wild = dataclasses.replace(WARM_UP, trainable="all", optimizer="sgd", learning_rate=1e4)
    config = dataclasses.replace(CONFIG, phases=(wild,))
    with pytest.raises(TrainingError, match=r"The loss became \d+\.\d.*Lower the learning rate"):
        fit(config, dataset, RunFolder(tmp_path), Silent(), resume=False, build=build_tiny)


def test_a_full_disk_keeps_the_last_good_file(tmp_path: Path):
    run = RunFolder(tmp_path)
    run.write_text("state.json", "good")

    def full(path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(TrainingError, match=r"No space left.*--resume"):
        run._swap_in("state.json", full)
    assert [p.name for p in tmp_path.iterdir()] == ["state.json"]
    assert (tmp_path / "state.json").read_text() == "good"


def test_what_a_killed_process_left_half_written_goes_with_the_next_epoch(
    dataset: Dataset, tmp_path: Path
):
    (tmp_path / ".writing-1-checkpoint-0001.npz").write_bytes(b"half")
    own = {"writing-my-thesis.txt", "checkpoint-before-the-holidays.keras"}
    for name in own:
        (tmp_path / name).write_bytes(b"mine")
    fit(CONFIG, dataset, RunFolder(tmp_path), Silent(), resume=False)
    left = {path.name for path in tmp_path.iterdir()}
    assert {
        name for name in left if name.startswith((".writing", "writing", "checkpoint-b"))
    } == own


@pytest.mark.parametrize(
    ("schedule", "steps", "expected"),
    [
        ("constant", 0, 1e-3),
        ("constant", 90, 1e-3),
        ("cosine", 0, 0.0),
        ("cosine", 10, 1e-3),
        ("cosine", 100, 1e-4),
    ],
)
def test_learning_rate_over_a_phase(schedule: str, steps: int, expected: float):
    phase = PhaseConfig(
        "p",
        epochs=10,
        schedule=schedule,
        learning_rate=1e-3,
        final_learning_rate=1e-4,
        warmup_steps=10 if schedule == "cosine" else 0,
    )
    optimizer = make_optimizer(phase, steps_per_epoch=10)
    optimizer.iterations.assign(steps)
    assert float(optimizer.learning_rate) == pytest.approx(expected, abs=1e-8)


def test_replay_brings_a_plateau_back():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.25), "mse")
    plateau = keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.5, patience=2)
    plateau.set_model(model)
    plateau.on_train_begin()
    rows = [{"val_loss": value} for value in (1.0, 0.9, 0.9, 0.9, 0.9)]
    replay = Replay(rows, [plateau], first_rate=1.0)
    replay.set_model(model)
    replay.on_train_begin()
    assert float(model.optimizer.learning_rate) == 0.5
    plateau.on_epoch_end(5, {"val_loss": 0.9})
    assert float(model.optimizer.learning_rate) == 0.25


@pytest.mark.slow
def test_batch_norms_get_the_asked_momentum_and_sizes_share_weights():
    small = build(size=32, width=0.35, dense=8, batch_norm_momentum=0.9)
    momenta = {x.momentum for x in backbone(small).layers if hasattr(x, "momentum")}
    assert momenta == {0.9}
    large = build(size=64, width=0.35, dense=8)
    large.set_weights(small.get_weights())
    assert large.count_params() == small.count_params()


def test_missing_backbone_weights_are_named():
    with pytest.raises(TrainingError, match="Accepted: imagenet, none"):
        build(size=32, width=0.35, weights="/nowhere.weights.h5")


@pytest.mark.slow
def test_network_goes_on_from_another_one_at_any_size(dataset: Dataset, tmp_path: Path):
    path = tmp_path / "earlier.keras"
    earlier = build(size=32, width=0.35, dense=8)
    backbone(earlier).trainable = False  # as after a warm-up: the order of the weights differs
    earlier.save(path)
    network = build(size=64, width=0.35, dense=8, weights=str(path))
    backbone(earlier).trainable = True
    model = dataclasses.replace(CONFIG.model, weights=str(path))
    described = describe(dataclasses.replace(CONFIG, model=model), dataset, LabelSources())
    assert described["weights_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    for ours, theirs in zip(network.get_weights(), earlier.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    with pytest.raises(TrainingError, match="another width or another dense layer"):
        build(size=32, width=0.35, dense=16, weights=str(path))


def test_file_that_is_no_network_to_go_on_from_is_named(tmp_path: Path):
    damaged = tmp_path / "damaged.keras"
    damaged.write_bytes(b"not a network")
    for path in (damaged, tmp_path / "missing.keras"):
        with pytest.raises(TrainingError, match="no network to go on from"):
            build(size=32, width=0.35, weights=str(path))
