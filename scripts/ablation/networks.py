"""The ablation's networks, and what a training step of each costs: they get equal budgets.

The standard network is four blocks in the manner of VGG (Simonyan & Zisserman 2015), two 3x3
convolutions each, with batch normalisation (Ioffe & Szegedy 2015), max pooling and dropout; then
the head of the MobileNetV2 of `fer_core.training.architecture`, whose input, output and layer names
it shares.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any, Final

import keras
import numpy as np

from fer_core.errors import TrainingError
from fer_core.evaluation.ablation_report import MOBILENET, PLAIN
from fer_core.labels import EMOTIONS
from fer_core.training import architecture
from fer_core.training.architecture import BACKBONE, POOLED
from fer_core.training.fit import Build
from fer_core.types import FACE_SIDE
from scripts.ablation.design import CANDIDATES, Costs, Plan, Tuning

FILTERS: Final = (32, 64, 128, 256)
"""Of the blocks, at width 1: the sides are 48, 24, 12 and 6 pixels."""
BLOCK_DROPOUT: Final = 0.1
SIDES: Final = {MOBILENET: 96, PLAIN: 48}
ROUNDS: Final = 5


def build_plain(
    *,
    size: int = FACE_SIDE,
    width: float = 1.0,
    dense: int = 256,
    dropout: float = 0.4,
    weights: str = "none",
    batch_norm_momentum: float | None = 0.9,
) -> keras.Model:
    """Builds the network: (n, 48, 48, 1) gray, 0-255 → (n, 7) probabilities.

    Takes the arguments of `architecture.build`, so that `training.fit` can train it.

    Args:
        size: 48: this network sees faces as they are.
        width: Multiplies `FILTERS`.
        dense: Units of the dense layer.
        dropout: Share of them dropped in training, in [0, 1).
        weights: "none": there is nothing to transfer.
        batch_norm_momentum: Of the batch norms' moving statistics; None is Keras's 0.99.

    Raises:
        TrainingError: if an argument asks for what this network does not have.
    """
    if (size, weights) != (FACE_SIDE, "none"):
        raise TrainingError(
            f"The plain network takes size {FACE_SIDE} and weights none. "
            f"Received: {size}, {weights}"
        )
    inputs = keras.Input((FACE_SIDE, FACE_SIDE, 1), name="face")
    x = keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="to_minus_one_to_one")(inputs)
    x = _blocks(width, 0.99 if batch_norm_momentum is None else batch_norm_momentum)(x)
    x = keras.layers.GlobalAveragePooling2D(name=POOLED)(x)
    x = keras.layers.Dense(dense, activation="relu", name="dense")(x)
    x = keras.layers.Dropout(dropout, name="dropout")(x)
    outputs = keras.layers.Dense(len(EMOTIONS), activation="softmax", name="probabilities")(x)
    return keras.Model(inputs, outputs, name="fer_plain_cnn")


def _blocks(width: float, momentum: float) -> keras.Model:
    inputs = keras.Input((FACE_SIDE, FACE_SIDE, 1))
    x = inputs
    for filters in FILTERS:
        for _ in range(2):
            x = keras.layers.Conv2D(
                round(filters * width),
                3,
                padding="same",
                use_bias=False,  # the batch norm after it has one
                kernel_initializer="he_normal",  # for ReLU: He et al. (2015)
            )(x)
            x = keras.layers.BatchNormalization(momentum=momentum)(x)
            x = keras.layers.ReLU()(x)
        x = keras.layers.MaxPooling2D(2)(x)
        x = keras.layers.Dropout(BLOCK_DROPOUT)(x)
    return keras.Model(inputs, x, name=BACKBONE)


BUILDERS: Final[dict[str, Build]] = {MOBILENET: architecture.build, PLAIN: build_plain}


def measure(plan: Plan) -> Costs:
    """Seconds of CPU an image, the median of rounds in which every network takes its turn.

    CPU time over all threads, not wall time: other work on the machine then hardly matters.
    """
    rng = np.random.default_rng(0)
    faces = rng.integers(0, 256, (plan.batch_size, 48, 48, 1)).astype(np.float32)
    targets = np.eye(len(EMOTIONS), dtype=np.float32)[rng.integers(0, 7, plan.batch_size)]
    shapes = {tuning.shape: tuning for tuning in CANDIDATES}
    steps = {shape: _step(tuning, plan, faces, targets) for shape, tuning in shapes.items()}
    features = architecture.feature_model(_network(CANDIDATES[0], plan))
    steps["features"] = lambda: features.predict_on_batch(faces)
    medians = _medians(steps, plan.batch_size)
    keras.utils.clear_session()
    return Costs(features=medians.pop("features"), step=medians)


def _medians(steps: dict[str, Callable[[], Any]], images: int) -> dict[str, float]:
    for step in steps.values():
        step()  # the first call compiles
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            start = time.process_time()
            step()
            seconds[name].append((time.process_time() - start) / images)
    return {name: statistics.median(values) for name, values in seconds.items()}


def _step(tuning: Tuning, plan: Plan, faces: Any, targets: Any) -> Callable[[], Any]:
    network = _network(tuning, plan)
    network.compile(keras.optimizers.AdamW(1e-4), "categorical_crossentropy")
    return lambda: network.train_on_batch(faces, targets)


def _network(tuning: Tuning, plan: Plan) -> keras.Model:
    return BUILDERS[tuning.network](
        size=SIDES[tuning.network],
        width=tuning.width * plan.backbone_width,
    )
