"""The pipeline that Keras's transfer-learning guide shows, for the same network and augmentation.

Files are read, decoded and resized to 96x96 RGB by `image_dataset_from_directory`; Keras's layers
augment inside the model; `model.fit` trains it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras

from fer_core.labels import EMOTIONS
from fer_core.training import architecture
from fer_core.training.config import AugmentationConfig, PhaseConfig, TrainingConfig
from scripts.benchmarks.stopwatch import StepTimes, Stopwatch


def measure(folder: Path, config: TrainingConfig, phase: PhaseConfig) -> Stopwatch:
    """Times one epoch over the faces of a folder."""
    batches = keras.utils.image_dataset_from_directory(
        folder / "train",
        class_names=list(EMOTIONS),
        label_mode="categorical",
        color_mode="rgb",
        image_size=(phase.size, phase.size),
        batch_size=phase.batch_size,
        seed=config.seed,
        verbose=False,
    ).prefetch(2)
    network = _network(config, phase)
    network.compile(
        keras.optimizers.get({"class_name": phase.optimizer, "config": {"learning_rate": 1e-4}}),
        keras.losses.CategoricalCrossentropy(label_smoothing=config.data.label_smoothing),
        metrics=["accuracy"],
    )
    watch = Stopwatch()
    network.fit(batches, epochs=1, verbose=0, callbacks=[StepTimes(watch, len(batches))])
    return watch


def _network(config: TrainingConfig, phase: PhaseConfig) -> keras.Model:
    """The layers of `fer_core.training.architecture.build` behind Keras's augmentation layers."""
    made = architecture.build(
        size=phase.size,
        width=config.model.width,
        dense=config.model.dense,
        dropout=config.model.dropout,
        batch_norm_momentum=config.model.batch_norm_momentum,
    )
    architecture.set_trainable(
        made, base=phase.trainable == "all", batch_norms=config.model.train_batch_norm
    )
    inputs = keras.Input((phase.size, phase.size, 3))
    x = inputs
    for layer in _augmentation(config.augmentation):
        x = layer(x)
    x = made.get_layer("to_minus_one_to_one")(x)
    x = architecture.backbone(made)(x)
    for name in (architecture.POOLED, "dense", "dropout", "probabilities"):
        x = made.get_layer(name)(x)
    return keras.Model(inputs, x)


def _augmentation(config: AugmentationConfig) -> list[Any]:
    """Keras's layers for what `fer_core.training.augmentation` does by the strong recipe."""
    if config.is_none:
        return []
    layers = keras.layers
    return [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(config.rotation / 360, fill_mode="nearest"),
        layers.RandomTranslation(config.shift, config.shift, fill_mode="nearest"),
        layers.RandomZoom(config.scale, fill_mode="nearest"),
        layers.RandomContrast(config.contrast, value_range=(0, 255)),
        layers.RandomBrightness(config.brightness / 255, value_range=(0, 255)),
        layers.RandomErasing(factor=config.erase, scale=(0.02, 0.2), value_range=(0, 255)),
    ]
