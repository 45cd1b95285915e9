"""A standard convolutional network for 48x48 faces, from scratch.

It is the ablation's opponent (`scripts.ablation`) and, at width 2, a teacher whose errors are of
another kind.

Four blocks in the manner of VGG (Simonyan & Zisserman 2015), two 3x3 convolutions each, with batch
normalisation (Ioffe & Szegedy 2015), max pooling and dropout; then the head of
`networks.mobilenet_v2`, whose input, output and layer names it shares.
"""

from __future__ import annotations

from typing import Final

import keras

from fer_core.errors import TrainingError
from fer_core.training.architecture import BACKBONE, head
from fer_core.types import FACE_SIDE

FILTERS: Final = (32, 64, 128, 256)
"""Of the blocks, at width 1: the sides are 48, 24, 12 and 6 pixels."""
BLOCK_DROPOUT: Final = 0.1


def build(
    *,
    size: int = FACE_SIDE,
    width: float = 1.0,
    dense: int = 256,
    dropout: float = 0.4,
    weights: str = "none",
    batch_norm_momentum: float | None = 0.9,
) -> keras.Model:
    """Builds the network: (n, 48, 48, 1) gray, 0-255 → (n, 7) probabilities.

    Takes the arguments of `mobilenet_v2.build`, so that `training.fit` can train it.

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
    # In float32 whatever the precision of the rest: gray levels would be lost.
    x = keras.layers.Rescaling(1 / 127.5, offset=-1.0, dtype="float32", name="to_minus_one_to_one")(
        inputs
    )
    features = _blocks(width, 0.99 if batch_norm_momentum is None else batch_norm_momentum)(x)
    outputs = head(features, dense=dense, dropout=dropout)
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
