"""The pipeline that Keras's transfer-learning guide shows, for the same network and augmentation.

Files are read, decoded and resized to 96x96 RGB by `image_dataset_from_directory`; Keras's layers
augment inside the model; `model.fit` trains it.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import keras

from fer_core.labels import EMOTIONS
from fer_core.training import architecture
from fer_core.training.config import TrainingConfig
from fer_core.training.networks import mobilenet_v2
from fer_core.training.sections import AugmentationConfig, PhaseConfig

WARM_UP: Final = 5
"""Steps at the start of an epoch that do not count: the graph is traced, queues fill."""


@dataclass(slots=True)
class Stopwatch:
    """A run's `Reporter` that keeps times instead of showing them.

    Attributes:
        steps: (epochs done, wall seconds, CPU seconds of the process) of each step.
        messages: Wall seconds of each message.
    """

    steps: list[tuple[float, float, float]] = field(default_factory=list)
    messages: list[float] = field(default_factory=list)

    def batch(self, phase: str, done: float, total: float, logs: dict[str, float]) -> None:
        self.steps.append((done, time.perf_counter(), time.process_time()))

    def message(self, text: str) -> None:
        self.messages.append(time.perf_counter())

    def speed(self, batch: int) -> tuple[float, float]:
        """Images a second and images a CPU second, over the last epoch's full batches."""
        last = max(math.ceil(done) for done, _, _ in self.steps)
        # The last step of an epoch may be a smaller one.
        counted = [times for done, *times in self.steps if math.ceil(done) == last][WARM_UP:-1]
        images = batch * (len(counted) - 1)
        wall, cpu = (end - start for start, end in zip(counted[0], counted[-1], strict=True))
        return images / wall, images / cpu


def measure(folder: Path, config: TrainingConfig, phase: PhaseConfig) -> Stopwatch:
    """Time one epoch over the faces of a folder."""
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
    steps = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: watch.batch("", (batch + 1) / len(batches), 1, {})
    )
    network.fit(batches, epochs=1, verbose=0, callbacks=[steps])
    return watch


def _network(config: TrainingConfig, phase: PhaseConfig) -> keras.Model:
    """The layers of `networks.mobilenet_v2.build` behind Keras's augmentation layers."""
    made = mobilenet_v2.build(
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
