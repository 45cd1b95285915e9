"""A teacher's network of another kind: dlib's face ResNet, pre-trained to tell people apart.

Input (n, 48, 48, 1) gray, 0-255; output (n, 7) probabilities, as `mobilenet_v2.build`.
Between them: resize, gray → RGB, minus the channels' means, a residual network of 29 convolutions
(He et al. 2016, with half the filters), global average pooling, an optional dense layer, dropout,
softmax.

The weights are King's (dlib-models 2017, CC0), trained on three million faces, as
@vladmandic/face-api carries them (MIT), in 8 bits. They start teachers; nothing of them ships.
This module imports Keras.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import keras

from fer_core.errors import ModelError, TrainingError
from fer_core.store.assets import ASSETS_VARIABLE
from fer_core.training.architecture import BACKBONE, assemble, copy_network, set_momentum
from fer_core.training.networks.tfjs_weights import pinned, read_weights
from fer_core.training.networks.unfolding import set_unfolded

DLIB: Final = "dlib"
MANIFEST: Final = "face_recognition_model-weights_manifest.json"
SHA256: Final = {
    MANIFEST: "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b",
    "face_recognition_model.bin": (
        "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589"
    ),
}
"""Of the files behind `weights="dlib"`, in the folder that FER_ASSETS names."""
MEANS: Final = (122.782, 117.001, 104.298)
"""Of the red, green and blue channel, in the weights' training."""
BLOCKS: Final = (
    *((f"conv32_{i}", 32, False) for i in (1, 2, 3)),
    ("conv64_down", 64, True),
    *((f"conv64_{i}", 64, False) for i in (1, 2, 3)),
    ("conv128_down", 128, True),
    *((f"conv128_{i}", 128, False) for i in (1, 2)),
    ("conv256_down", 256, True),
    *((f"conv256_{i}", 256, False) for i in (1, 2)),
    ("conv256_down_out", 256, True),
)
"""(name, filters, whether it halves the side) of each residual block, in order."""


def build(
    *,
    size: int = 150,
    width: float = 1.0,
    dense: int = 0,
    dropout: float = 0.4,
    weights: str = DLIB,
    batch_norm_momentum: float | None = None,
) -> keras.Model:
    """Builds the network.

    Takes the arguments of `mobilenet_v2.build`, so that `training.fit` can train it.

    Args:
        size: Side to which the 48x48 face is upscaled, in pixels; its weights saw 150.
        width: Multiplies the filters: 1.0, the only one with such weights.
        dense: Units of a dense layer before the dropout; 0 for none.
        dropout: Share of the head's inputs dropped in training, in [0, 1).
        weights: "dlib", "none", the path of such a weights manifest, or that of a whole network
            to go on from, as a run's `model.keras`.
        batch_norm_momentum: Of the backbone's batch norms; None is Keras's 0.99.

    Raises:
        TrainingError: if the weights cannot be had, or are those of another network.
    """
    base = _residual_blocks(size, width)
    set_momentum(base, batch_norm_momentum)
    scale = 1 / 256
    offset = [-mean * scale for mean in MEANS]
    minus_means = keras.layers.Rescaling(scale, offset=offset, name="minus_means")
    network = assemble(base, minus_means, dense=dense, dropout=dropout, name="fer_face_resnet")
    if weights.endswith(".keras"):
        copy_network(network, Path(weights))
    elif weights != "none":
        _load(base, width, weights)
    return network


def _residual_blocks(size: int, width: float) -> keras.Model:
    inputs = keras.Input((size, size, 3))
    x = _convolution(inputs, "conv32_down", round(32 * width), kernel=7, stride=2)
    x = keras.layers.ReLU()(x)
    x = keras.layers.MaxPooling2D(3, 2)(x)
    for name, filters, halves in BLOCKS:
        x = _block(x, name, round(filters * width), halves)
    return keras.Model(inputs, x, name=BACKBONE)


def _block(x: Any, name: str, filters: int, halves: bool) -> Any:
    """Two 3x3 convolutions beside a shortcut; one that halves pools it and adds empty channels."""
    y = _convolution(x, f"{name}/conv1", filters, stride=2 if halves else 1)
    y = keras.layers.ReLU()(y)
    y = _convolution(y, f"{name}/conv2", filters)
    if halves:
        x = keras.layers.AveragePooling2D(2)(x)
        if missing := x.shape[1] - y.shape[1]:  # without padding, the convolution loses a row
            y = keras.layers.ZeroPadding2D(((0, missing), (0, missing)))(y)
        if missing := y.shape[3] - x.shape[3]:
            zeros = keras.layers.Rescaling(0.0)(x)
            x = keras.layers.Concatenate()([x, *[zeros] * (missing // x.shape[3])])
    return keras.layers.ReLU()(keras.layers.Add()([x, y]))


def _convolution(x: Any, name: str, filters: int, kernel: int = 3, stride: int = 1) -> Any:
    x = keras.layers.Conv2D(
        filters,
        kernel,
        stride,
        padding="same" if stride == 1 else "valid",
        use_bias=False,  # the batch norm after it has one
        kernel_initializer="he_normal",
        name=name.replace("/", "_"),
    )(x)
    return keras.layers.BatchNormalization(name=f"{name.replace('/', '_')}_bn", epsilon=1e-3)(x)


def _load(base: keras.Model, width: float, weights: str) -> None:
    if width != 1.0:
        raise TrainingError(f"The face ResNet's weights have width 1.0. Received: {width}")
    try:
        stored = read_weights(pinned(SHA256) if weights == DLIB else Path(weights))
        names = [
            "conv32_down",
            *(f"{name}/{c}" for name, _, _ in BLOCKS for c in ("conv1", "conv2")),
        ]
        for name in names:
            layer = base.get_layer(name.replace("/", "_"))
            norm = base.get_layer(f"{layer.name}_bn")
            slope = stored[f"{name}/scale/weights"]
            shift = stored[f"{name}/scale/biases"] + slope * stored[f"{name}/conv/bias"]
            set_unfolded(layer, norm, stored[f"{name}/conv/filters"], slope, shift)
    except (ModelError, KeyError, ValueError) as error:
        raise TrainingError(
            f"{weights} gives no weights of dlib's face network ({error}). Accepted: {DLIB}, with "
            f"{' and '.join(SHA256)} in the folder that {ASSETS_VARIABLE} names; the path of such "
            "a manifest beside its binary file; none; a .keras file."
        ) from error
