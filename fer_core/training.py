"""The phases of a training run, on Keras 3's backend-neutral API."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core import architecture
from fer_core.batches import Batches
from fer_core.callbacks import Progress, Replay, Reporter, SaveEpoch
from fer_core.datasets import Dataset
from fer_core.labels import EMOTIONS
from fer_core.run_folder import RunFolder, RunState
from fer_core.training_config import PhaseConfig, TrainingConfig
from fer_core.training_data import TrainingData, prepare

PREDICTION_BATCH = 256

Build = Callable[..., keras.Model]
"""Makes a network from the keyword arguments of `architecture.build`, with its layers' names."""


def fit(
    config: TrainingConfig,
    dataset: Dataset,
    run: RunFolder,
    reporter: Reporter,
    *,
    resume: bool,
    build: Build = architecture.build,
) -> keras.Model:
    """Trains a recipe to its end.

    Args:
        build: Makes the network; the ablation trains another one by the same recipe.

    Returns:
        The last phase's best epoch, also written to the run folder as `model.keras`.

    Raises:
        DataError: where a class has too few images.
        TrainingError: where the run cannot start, go on, or write its files.
    """
    keras.utils.set_random_seed(config.seed)
    data = prepare(dataset, config.data, config.seed)
    reporter.message(f"{len(data.train):,} faces to learn from, {len(data.validation):,} validate.")
    state = run.start(describe(config, dataset), resume=resume)
    network = None
    for index, phase in enumerate(config.phases):
        if index < state.phase:
            continue
        if index > state.phase:
            state = state.next_phase()
        network = _network_for(config, phase, run, state, build)
        state = _train_phase(config, phase, data, run, state, network, reporter)
        network = run.load_network(f"best-{index}.keras")
    assert network is not None
    run.save_model(network, "model.keras")
    return network


def describe(config: TrainingConfig, dataset: Dataset) -> dict[str, Any]:
    """What a run's record says of its making."""
    return {
        "config": config.to_dict(),
        "seed": config.seed,
        "data_sha256": dataset.fingerprint,
        "data_images": len(dataset),
        "versions": {
            "python": platform.python_version(),
            "keras": keras.__version__,
            "numpy": np.__version__,
            "backend": keras.config.backend(),
        },
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def predict(network: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, 48, 48) uint8 faces → (n, 7) float32 probabilities."""
    faces = images[..., None].astype(np.float32)
    return np.asarray(
        network.predict(faces, batch_size=PREDICTION_BATCH, verbose=0), dtype=np.float32
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
        train_batch_norm=config.model.train_batch_norm,
    )
    if state.phase_epochs:
        network.set_weights(_weights(run.load_network(f"{state.checkpoint}.keras")))
    elif state.phase:
        network.set_weights(_weights(run.load_network(f"best-{state.phase - 1}.keras")))
    return network


def _weights(network: keras.Model) -> list[Any]:
    architecture.backbone(network).trainable = True  # weights are ordered by trainability
    return list(network.get_weights())


def _train_phase(
    config: TrainingConfig,
    phase: PhaseConfig,
    data: TrainingData,
    run: RunFolder,
    state: RunState,
    network: keras.Model,
    reporter: Reporter,
) -> RunState:
    if state.phase_done:
        return state
    architecture.backbone(network).trainable = phase.trainable == "all"
    trained, inputs, validation = _inputs(config, phase, data, network, reporter)
    batches = Batches(
        inputs,
        np.eye(len(EMOTIONS), dtype=np.float32)[data.train.labels],
        data.class_weights[data.train.labels],
        batch_size=phase.batch_size,
        augmentation=config.augmentation if inputs.ndim == 3 else None,
        seed=config.seed,
        first_epoch=len(state.history),
    )
    optimizer = make_optimizer(phase, len(batches))
    trained.compile(
        optimizer,
        keras.losses.CategoricalCrossentropy(label_smoothing=config.data.label_smoothing),
        metrics=["accuracy"],
    )
    optimizer.build(trained.trainable_variables)
    if state.phase_epochs:
        run.load_optimizer(state, optimizer)
    counting = _counting_callbacks(phase, config.monitor)
    save = SaveEpoch(run, state, phase, network, config.monitor)
    replay = Replay(state.phase_history(), counting, phase.learning_rate)
    trained.fit(
        batches,
        validation_data=(validation, np.eye(len(EMOTIONS))[data.validation.labels]),
        validation_batch_size=PREDICTION_BATCH,
        epochs=phase.epochs,
        initial_epoch=state.phase_epochs,
        callbacks=[*counting, replay, Progress(reporter.batch, phase, len(batches)), save],
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
    if phase.trainable == "head" and config.augmentation.is_none:
        reporter.message("Computing pooled features once; the frozen phase trains on them.")
        features = architecture.feature_model(network)
        return (
            architecture.head_model(network),
            predict(features, data.train.images),
            predict(features, data.validation.images),
        )
    # A second Model over the same layers is compiled, so that saved networks carry no optimizer.
    return keras.Model(network.inputs, network.outputs), data.train.images, faces


def make_optimizer(phase: PhaseConfig, steps_per_epoch: int) -> Any:
    """The phase's Keras optimizer with its learning-rate schedule."""
    rate: Any = phase.learning_rate
    if phase.schedule == "cosine":
        steps = max(1, phase.epochs * steps_per_epoch - phase.warmup_steps)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0 if phase.warmup_steps else phase.learning_rate,
            steps,
            alpha=phase.final_learning_rate / phase.learning_rate,
            warmup_target=phase.learning_rate if phase.warmup_steps else None,
            warmup_steps=phase.warmup_steps,
        )
    makers: dict[str, Callable[[], Any]] = {
        "adam": lambda: keras.optimizers.Adam(rate),
        "adamw": lambda: keras.optimizers.AdamW(rate, weight_decay=phase.weight_decay),
        "sgd": lambda: keras.optimizers.SGD(rate, momentum=0.9, nesterov=True),
    }
    return makers[phase.optimizer]()


def _counting_callbacks(phase: PhaseConfig, monitor: str) -> list[Any]:
    mode = "min" if monitor == "val_loss" else "max"
    callbacks: list[Any] = []
    if phase.schedule == "plateau":
        callbacks.append(
            keras.callbacks.ReduceLROnPlateau(
                monitor,
                factor=phase.plateau_factor,
                patience=phase.plateau_patience,
                mode=mode,
                min_lr=1e-7,
            )
        )
    if phase.early_stopping:
        callbacks.append(
            keras.callbacks.EarlyStopping(monitor, patience=phase.early_stopping, mode=mode)
        )
    return callbacks
