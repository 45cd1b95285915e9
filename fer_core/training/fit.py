"""A training run: a recipe and a data set → a network, phase by phase."""

from __future__ import annotations

import json
import platform
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from fer_core.data.dataset import Dataset
from fer_core.evaluation import calibration
from fer_core.store.model_files import file_record
from fer_core.training import architecture
from fer_core.training.architecture import predict
from fer_core.training.callbacks import Reporter
from fer_core.training.config import TrainingConfig
from fer_core.training.distributed.devices import Devices
from fer_core.training.networks import registry
from fer_core.training.networks.registry import Build
from fer_core.training.partition import TrainingData, partition
from fer_core.training.phase import TrainingJob, train_phase
from fer_core.training.run_folder import RunFolder, RunState
from fer_core.training.sections import PhaseConfig
from fer_core.training.teaching.targets import LabelSources


def fit(
    config: TrainingConfig,
    dataset: Dataset,
    run: RunFolder,
    reporter: Reporter,
    *,
    resume: bool,
    sources: LabelSources | None = None,
    build: Build | None = None,
    devices: Devices | None = None,
    data: TrainingData | None = None,
) -> keras.Model:
    """Trains a recipe to its end.

    Args:
        sources: What the recipe mixes into the labels, if it does.
        build: Makes the network in the place of the one that the recipe names: the ablation trains
            another one by the same recipe.
        devices: To train on, if they are more than Keras takes by itself
            (`distributed.data_parallel`); every process then calls this function alike.
        data: The data set's partition by the recipe, if the caller has it already.

    Returns:
        The last phase's best epoch, with the recipe's logit adjustment, also written to the run
        folder as `model.keras`.

    Raises:
        DataError: if a class has too few images.
        TrainingError: if the run cannot start, go on, or write its files, or the recipe mixes
            into the labels what was not given.
    """
    with run.locked():
        return _fit(
            config,
            dataset,
            run,
            reporter,
            resume=resume,
            sources=sources or LabelSources(),
            build=build or registry.NETWORKS[config.model.architecture],
            devices=devices or Devices(),
            data=data,
        )


def _fit(
    config: TrainingConfig,
    dataset: Dataset,
    run: RunFolder,
    reporter: Reporter,
    *,
    resume: bool,
    sources: LabelSources,
    build: Build,
    devices: Devices,
    data: TrainingData | None,
) -> keras.Model:
    devices.check(config)
    description = describe(config, dataset, sources) | devices.record()
    keras.utils.set_random_seed(config.seed)
    data = data or partition(dataset, config.data, config.seed)
    targets, views = sources.targets(config, data), sources.views(config, data)
    job = TrainingJob(config, data, targets, views, run, reporter, devices)
    for name, count in data.left_out.items():
        reporter.message(f"Left out of train/ as {name.replace('_', ' ')}: {count:,}.")
    reporter.message(f"{len(data.train):,} faces to learn from, {len(data.validation):,} validate.")
    state = devices.sync_run_folder(run, run.start(description, resume=resume))
    if state.phase >= len(config.phases) or (
        state.phase_epochs > config.phases[state.phase].epochs
    ):
        raise run.foreign("state.json", "the recipe has fewer phases or epochs")
    network = None
    for index, phase in enumerate(config.phases):
        if index < state.phase:
            continue
        if index > state.phase:
            state = state.next_phase()
        # Dropouts draw their seeds when they are built. A run that is resumed builds fewer networks
        # before this one, and must draw the same all the same.
        keras.utils.set_random_seed(config.seed + index)
        network = _network_for(job, phase, state, build)
        if not state.history:
            registry.settle(network, config.model, data.train.images, config.seed)
        state = train_phase(job, phase, state, network)
        network = run.load_network(f"best-{index}.keras")
    assert network is not None
    if config.logit_adjustment:
        _adjust(job, network)
    devices.broadcast_weights(network)
    run.save_model(network, "model.keras")
    return network


def describe(config: TrainingConfig, dataset: Dataset, sources: LabelSources) -> dict[str, Any]:
    """What a run's record says of its making.

    Raises:
        TrainingError: if the recipe mixes into the labels what was not given.
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
    """SHA-256 of the file that the network starts from, if it is one."""
    path = Path(weights)
    return str(file_record(path)["sha256"]) if path.is_file() else None


def _adjust(job: TrainingJob, network: keras.Model) -> None:
    """Folds the recipe's logit adjustment into the last layer."""
    data = job.data
    targets = job.targets
    if targets.ndim == 3:  # of a bank's views: as often as they are seen
        targets = targets.mean(axis=1)
    prior = calibration.class_prior(targets, data.class_weights[data.train.labels])
    answers = predict(network, data.validation.images)
    chosen = calibration.choose_adjustment(
        data.validation.labels, answers, prior, job.config.logit_adjustment
    )
    calibration.fold_adjustment(network, chosen)
    job.run.write_text("adjustment.json", json.dumps(asdict(chosen), indent=2) + "\n")
    job.reporter.message(
        f"Logit adjustment {chosen.tau:.2f}: accuracy {chosen.accuracy[0]:.1%} → "
        f"{chosen.accuracy[1]:.1%}, balanced {chosen.balanced_accuracy[0]:.1%} → "
        f"{chosen.balanced_accuracy[1]:.1%} on validation."
    )


def _network_for(
    job: TrainingJob, phase: PhaseConfig, state: RunState, build: Build
) -> keras.Model:
    """The network to go on with: from the checkpoint, the phase before, or new."""
    config = job.config.model
    with registry.computing_in(config.precision):
        network = build(
            size=phase.size,
            width=config.width,
            dense=config.dense,
            dropout=config.dropout,
            weights="none" if state.history else config.weights,
            batch_norm_momentum=config.batch_norm_momentum,
        )
    stem = state.checkpoint if state.phase_epochs else f"best-{state.phase - 1}"
    if state.phase_epochs or state.phase:
        try:
            network.set_weights(architecture.whole_weights(job.run.load_network(f"{stem}.keras")))
        except ValueError as error:  # as many layers, or of other widths
            raise job.run.foreign(f"{stem}.keras", str(error).partition("\n")[0]) from error
    return network
