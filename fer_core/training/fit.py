"""The phases of a training run, on Keras 3's backend-neutral API."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.data.dataset import Dataset
from fer_core.evaluation import calibration
from fer_core.labels import EMOTIONS
from fer_core.store.model_files import file_record
from fer_core.training import architecture
from fer_core.training.architecture import PREDICTION_BATCH, predict
from fer_core.training.batches import Batches, Mixing
from fer_core.training.callbacks import (
    STATISTICS_IMAGES,
    Progress,
    Replay,
    Reporter,
    SaveEpoch,
    WeightAverage,
)
from fer_core.training.config import PhaseConfig, TrainingConfig
from fer_core.training.distributed.devices import Devices
from fer_core.training.partition import TrainingData, prepare
from fer_core.training.phase import counting_callbacks, make_optimizer
from fer_core.training.run_folder import RunFolder, RunState
from fer_core.training.targets import LabelSources, Targets

FEATURE_STEPS = 16
"""Steps in one call of Keras on pooled features, where a call costs more than a step."""

Build = Callable[..., keras.Model]
"""Makes a network from the keyword arguments of `architecture.build`, with its layers' names."""


def fit(
    config: TrainingConfig,
    dataset: Dataset,
    run: RunFolder,
    reporter: Reporter,
    *,
    resume: bool,
    sources: LabelSources | None = None,
    build: Build = architecture.build,
    devices: Devices | None = None,
) -> keras.Model:
    """Trains a recipe to its end.

    Args:
        sources: What the recipe mixes into the labels, where it does.
        build: Makes the network; the ablation trains another one by the same recipe.
        devices: To train on, where they are more than Keras takes by itself
            (`distributed.data_parallel`); every process then calls this function alike.

    Returns:
        The last phase's best epoch, with the recipe's logit adjustment, also written to the run
        folder as `model.keras`.

    Raises:
        DataError: where a class has too few images.
        TrainingError: where the run cannot start, go on, or write its files, or the recipe mixes
            into the labels what was not given.
    """
    sources, devices = sources or LabelSources(), devices or Devices()
    devices.check(config)
    description = describe(config, dataset, sources) | devices.record()
    keras.utils.set_random_seed(config.seed)
    data = prepare(dataset, config.data, config.seed)
    targets = sources.targets(config, data)
    for name, count in data.left_out.items():
        reporter.message(f"Left out of train/ as {name.replace('_', ' ')}: {count:,}.")
    reporter.message(f"{len(data.train):,} faces to learn from, {len(data.validation):,} validate.")
    state = devices.bring_level(run, run.start(description, resume=resume))
    network = None
    for index, phase in enumerate(config.phases):
        if index < state.phase:
            continue
        if index > state.phase:
            state = state.next_phase()
        network = _network_for(config, phase, run, state, build)
        state = _train_phase(config, phase, data, targets, run, state, network, reporter, devices)
        network = run.load_network(f"best-{index}.keras")
    assert network is not None
    if config.logit_adjustment:
        _adjust(config, data, targets, network, run, reporter)
    devices.share(network)
    run.save_model(network, "model.keras")
    return network


def describe(config: TrainingConfig, dataset: Dataset, sources: LabelSources) -> dict[str, Any]:
    """What a run's record says of its making.

    Raises:
        TrainingError: where the recipe mixes into the labels what was not given.
    """
    return {
        "config": config.to_dict(),
        "seed": config.seed,
        "data_sha256": dataset.fingerprint,
        "data_images": len(dataset),
        "weights_sha256": _digest(config.model.weights),
        "label_sources": sources.record(config),
        "versions": {
            "python": platform.python_version(),
            "keras": keras.__version__,
            "numpy": np.__version__,
            "backend": keras.config.backend(),
        },
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _digest(weights: str) -> str | None:
    """Of the file that the network starts from, where it is one."""
    path = Path(weights)
    return str(file_record(path)["sha256"]) if path.is_file() else None


def _adjust(
    config: TrainingConfig,
    data: TrainingData,
    targets: Targets,
    network: keras.Model,
    run: RunFolder,
    reporter: Reporter,
) -> None:
    prior = calibration.class_prior(targets, data.class_weights[data.train.labels])
    answers = predict(network, data.validation.images)
    chosen = calibration.choose_adjustment(
        data.validation.labels, answers, prior, config.logit_adjustment
    )
    calibration.fold_adjustment(network, chosen)
    run.write_text("adjustment.json", json.dumps(asdict(chosen), indent=2) + "\n")
    reporter.message(
        f"Logit adjustment {chosen.tau:.2f}: accuracy {chosen.accuracy[0]:.1%} → "
        f"{chosen.accuracy[1]:.1%}, balanced {chosen.balanced_accuracy[0]:.1%} → "
        f"{chosen.balanced_accuracy[1]:.1%} on validation."
    )


def _network_for(
    config: TrainingConfig, phase: PhaseConfig, run: RunFolder, state: RunState, build: Build
) -> keras.Model:
    """The network to go on with: from the checkpoint, the phase before, or new."""
    weights = config.model.weights if not state.history else "none"
    network = build(
        size=phase.size,
        width=config.model.width,
        dense=config.model.dense,
        dropout=config.model.dropout,
        weights=weights,
        batch_norm_momentum=config.model.batch_norm_momentum,
    )
    stem = state.checkpoint if state.phase_epochs else f"best-{state.phase - 1}"
    if state.phase_epochs or state.phase:
        network.set_weights(architecture.whole_weights(run.load_network(f"{stem}.keras")))
    return network


def _train_phase(
    config: TrainingConfig,
    phase: PhaseConfig,
    data: TrainingData,
    targets: Targets,
    run: RunFolder,
    state: RunState,
    network: keras.Model,
    reporter: Reporter,
    devices: Devices,
) -> RunState:
    if state.phase_done:
        return state
    devices.share(network)
    architecture.set_trainable(
        network, base=phase.trainable == "all", batch_norms=config.model.train_batch_norm
    )
    model, inputs, judged = _inputs(config, phase, data, network, reporter)
    batches = Batches(
        inputs,
        targets,
        data.class_weights[data.train.labels],
        batch_size=phase.batch_size,
        augmentation=config.augmentation if inputs.ndim == 3 else None,
        mixing=Mixing(phase.mixup, phase.cutmix),
        seed=config.seed,
        first_epoch=len(state.history),
        shard=devices.shard,
    )
    validation = (judged, np.eye(len(EMOTIONS), dtype=np.float32)[data.validation.labels])
    with devices.scope():
        trained = devices.replicate(model)
        optimizer = make_optimizer(phase, len(batches))
        trained.compile(
            optimizer,
            keras.losses.CategoricalCrossentropy(label_smoothing=config.data.label_smoothing),
            metrics=["accuracy"],
            steps_per_execution=FEATURE_STEPS if inputs.ndim == 2 else 1,
        )
        optimizer.build(trained.trainable_variables)
        if state.phase_epochs:
            run.load_optimizer(state, network, optimizer)
        average = _average(config, phase, data, network, model, validation)
        judge = average or devices.judge(model, validation, PREDICTION_BATCH)
        counting = counting_callbacks(phase, config.monitor)
        save = SaveEpoch(run, state, phase, network, config.monitor, average)
        replay = Replay(state.phase_history(), counting, phase.learning_rate)
        progress = Progress(reporter.batch, phase, len(batches))
        trained.fit(
            batches,
            validation_data=None if judge else validation,
            validation_batch_size=PREDICTION_BATCH,
            epochs=phase.epochs,
            initial_epoch=state.phase_epochs,
            # Keras would shuffle the batches' order as well, and not alike after a resume.
            shuffle=False,
            callbacks=devices.callbacks(
                model, trained, [judge] if judge else [], [*counting, replay, progress, save]
            ),
            verbose=0,
        )
    done = replace(save.state, phase_done=True)
    run.save_state(done)
    return done


def _inputs(
    config: TrainingConfig,
    phase: PhaseConfig,
    data: TrainingData,
    network: keras.Model,
    reporter: Reporter,
) -> tuple[keras.Model, NDArray[Any], NDArray[Any]]:
    """The model to fit with its training and validation inputs."""
    faces = data.validation.images[..., None].astype(np.float32)
    if phase.trainable == "head" and config.augmentation.is_none and not phase.mixes:
        reporter.message("Computing pooled features once; the frozen phase trains on them.")
        features = architecture.feature_model(network)
        return (
            architecture.head_model(network),
            predict(features, data.train.images),
            predict(features, data.validation.images),
        )
    # A second Model over the same layers is compiled, so that saved networks carry no optimizer.
    return keras.Model(network.inputs, network.outputs), data.train.images, faces


def _average(
    config: TrainingConfig,
    phase: PhaseConfig,
    data: TrainingData,
    network: keras.Model,
    model: keras.Model,
    validation: tuple[NDArray[Any], NDArray[Any]],
) -> WeightAverage | None:
    if not phase.ema:
        return None
    images = None
    if config.model.train_batch_norm and phase.trainable == "all":
        # The same ones every epoch: epochs are compared. As they are, as those to be judged are.
        rng = np.random.default_rng(config.seed)
        some = rng.permutation(len(data.train))[:STATISTICS_IMAGES]
        images = data.train.images[some]
    return WeightAverage(network, images, validation, PREDICTION_BATCH, model)
