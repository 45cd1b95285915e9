"""One phase of a training run, on Keras 3's backend-neutral API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

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
from fer_core.training.config import TrainingConfig
from fer_core.training.distributed.devices import Devices
from fer_core.training.networks import fused_norms
from fer_core.training.partition import TrainingData
from fer_core.training.run_folder import RunFolder, RunState
from fer_core.training.sections import PhaseConfig
from fer_core.training.teaching.bank import Views
from fer_core.training.teaching.targets import Targets, one_hot

FEATURE_STEPS: Final = 16
"""Steps in one call of Keras on pooled features, where a call costs more than a step."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingJob:
    """What all phases of a run share.

    Attributes:
        targets: (n, 7) float32 for the n images of `data.train`; (n, k, 7) with k views of each.
        views: What is trained on in the place of these images, if the teachers answered for views.
        run: The folder that epochs are written to.
    """

    config: TrainingConfig
    data: TrainingData
    targets: Targets
    views: Views | None
    run: RunFolder
    reporter: Reporter
    devices: Devices


def train_phase(
    job: TrainingJob, phase: PhaseConfig, state: RunState, network: keras.Model
) -> RunState:
    """Trains a network by one phase, or what `state` leaves of it.

    Args:
        network: Uncompiled, with the weights to go on from; its layers are trained in place. The
            best epoch is in the run folder.

    Returns:
        The state after the phase, which is also written.

    Raises:
        TrainingError: if the loss is no number, or files cannot be written.
    """
    if state.phase_done:
        return state
    config, run, devices = job.config, job.run, job.devices
    devices.broadcast_weights(network)
    architecture.set_trainable(
        network, base=phase.trainable == "all", batch_norms=config.model.train_batch_norm
    )
    fused_norms.fuse(architecture.norms_of(architecture.backbone(network)))
    model, inputs, held_out = _inputs(job, phase, network)
    validation = (held_out, one_hot(job.data.validation.labels))
    batches = _batches(job, phase, inputs, first_epoch=len(state.history))
    with devices.scope():
        trained = devices.replicate(model)
        trained.compile(
            make_optimizer(phase, len(batches)),
            keras.losses.CategoricalCrossentropy(label_smoothing=config.data.label_smoothing),
            metrics=["accuracy"],
            steps_per_execution=FEATURE_STEPS if inputs.ndim == 2 else 1,
        )
        trained.optimizer.build(trained.trainable_variables)
        if state.phase_epochs:
            run.load_optimizer(state, network, trained.optimizer)
        average = _average(job, phase, network, model, validation)
        validator = average or devices.validator(model, validation, PREDICTION_BATCH)
        counting = counting_callbacks(phase, config.monitor)
        replay = Replay(state.phase_history(), counting, phase.learning_rate)
        progress = Progress(job.reporter.batch, phase, len(batches))
        save = SaveEpoch(run, state, phase, network, config.monitor, average)
        trained.fit(
            batches,
            validation_data=None if validator else validation,
            validation_batch_size=PREDICTION_BATCH,
            epochs=phase.epochs,
            initial_epoch=state.phase_epochs,
            # Keras would shuffle the batches' order as well, and not alike after a resume.
            shuffle=False,
            callbacks=devices.callbacks(
                model,
                trained,
                [validator] if validator else [],
                [*counting, replay, progress, save],
            ),
            verbose=0,
        )
    done = replace(save.state, phase_done=True)
    run.save_state(done)
    return done


def _inputs(
    job: TrainingJob, phase: PhaseConfig, network: keras.Model
) -> tuple[keras.Model, NDArray[Any], NDArray[Any]]:
    """The model to fit with its training and validation inputs."""
    train, validation = job.data.train.images, job.data.validation.images
    fixed = job.views is None and job.config.augmentation.is_none and not phase.mixes
    if phase.trainable == "head" and fixed:
        job.reporter.message("Computing pooled features once; the frozen phase trains on them.")
        features = architecture.feature_model(network)
        return (
            architecture.head_model(network),
            predict(features, train),
            predict(features, validation),
        )
    # A second Model over the same layers is compiled, so that saved networks carry no optimizer.
    model = keras.Model(network.inputs, network.outputs)
    return model, train, validation[..., None].astype(np.float32)


def _batches(
    job: TrainingJob, phase: PhaseConfig, inputs: NDArray[Any], first_epoch: int
) -> Batches:
    return Batches(
        inputs,
        job.targets,
        job.data.class_weights[job.data.train.labels],
        batch_size=phase.batch_size,
        augmentation=job.config.augmentation if inputs.ndim == 3 else None,
        views=job.views,
        mixing=Mixing(phase.mixup, phase.cutmix),
        seed=job.config.seed,
        first_epoch=first_epoch,
        shard=job.devices.shard,
    )


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
    options: dict[str, Any] = {}
    if phase.ema:
        options |= {"use_ema": True, "ema_momentum": phase.ema}
    if phase.clip_norm:
        options["global_clipnorm"] = phase.clip_norm
    makers: dict[str, Callable[[], Any]] = {
        "adam": lambda: keras.optimizers.Adam(rate, **options),
        "adamw": lambda: keras.optimizers.AdamW(rate, weight_decay=phase.weight_decay, **options),
        "sgd": lambda: keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, **options),
    }
    return makers[phase.optimizer]()


def counting_callbacks(phase: PhaseConfig, monitor: str) -> list[Any]:
    """The plateau and the early stop, as far as the phase has them."""
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


def _average(
    job: TrainingJob,
    phase: PhaseConfig,
    network: keras.Model,
    model: keras.Model,
    validation: tuple[NDArray[Any], NDArray[Any]],
) -> WeightAverage | None:
    if not phase.ema:
        return None
    images = None
    if job.config.model.train_batch_norm and phase.trainable == "all":
        # The same ones every epoch: epochs are compared. Not augmented, as validation is not.
        rng = np.random.default_rng(job.config.seed)
        train = job.data.train.images
        images = train[rng.permutation(len(train))[:STATISTICS_IMAGES]]
    return WeightAverage(network, images, model, validation, PREDICTION_BATCH)
