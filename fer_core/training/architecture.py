"""The network: MobileNetV2 with its preprocessing inside it.

Input (n, 48, 48, 1) gray, 0-255, any real dtype. Output (n, 7) probabilities. Between them: resize,
gray → RGB, scale to [-1, 1], MobileNetV2 (Sandler et al. 2018), global average pooling, a dense
layer, dropout, softmax. This module imports Keras; the app never imports this module.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.errors import TrainingError
from fer_core.labels import EMOTIONS
from fer_core.store.assets import ASSETS_VARIABLE, find_asset
from fer_core.types import FACE_SIDE

IMAGENET_FILE: Final = "mobilenet_v2_imagenet_96_no_top.weights.h5"
BACKBONE: Final = "backbone"
POOLED: Final = "pooled"
PREDICTION_BATCH: Final = 64
"""Larger ones leave the processors' caches: 256 take a tenth more."""


def build(
    *,
    size: int = 96,
    width: float = 1.0,
    dense: int = 512,
    dropout: float = 0.5,
    weights: str = "none",
    batch_norm_momentum: float | None = None,
) -> keras.Model:
    """Builds the network.

    Args:
        size: Side to which the 48x48 face is upscaled, in pixels.
        width: MobileNetV2's width multiplier.
        dense: Units of the dense layer.
        dropout: Share of them dropped in training, in [0, 1).
        weights: "imagenet", "none", the path of a `.weights.h5` file of the backbone alone, or that
            of a whole network, as `models/*.keras` or a run's `model.keras`, to go on from.
        batch_norm_momentum: Of the backbone's batch norms. Keras's MobileNetV2 has 0.999, with
            which their statistics lag for thousands of steps once they train.

    Raises:
        TrainingError: if the weights cannot be had, or are those of another network.
    """
    whole = weights.endswith(".keras")
    inputs = keras.Input((FACE_SIDE, FACE_SIDE, 1), name="face")
    x = keras.layers.Resizing(size, size, interpolation="bilinear", name="upscale")(inputs)
    x = keras.layers.Concatenate(name="gray_to_rgb")([x, x, x])
    x = keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="to_minus_one_to_one")(x)
    base = _backbone(size, width, "none" if whole else weights, batch_norm_momentum)
    x = base(x)
    x = keras.layers.GlobalAveragePooling2D(name=POOLED)(x)
    x = keras.layers.Dense(dense, activation="relu", name="dense")(x)
    x = keras.layers.Dropout(dropout, name="dropout")(x)
    outputs = keras.layers.Dense(len(EMOTIONS), activation="softmax", name="probabilities")(x)
    network = keras.Model(inputs, outputs, name="fer_mobilenet_v2")
    if whole:
        _copy_network(network, Path(weights))
    return network


def set_trainable(model: keras.Model, *, base: bool, batch_norms: bool) -> None:
    """Sets which layers of a model of `build` are trained besides its head.

    Args:
        base: Whether the backbone is.
        batch_norms: Whether its batch norms are too and follow the batch; otherwise they stay in
            inference mode. Calling the backbone with `training=False`, as Keras's
            transfer-learning guide does, has no effect inside a functional model of Keras 3.15:
            `fit` hands its own `training=True` on to every layer.
    """
    network = backbone(model)
    network.trainable = base
    if base and not batch_norms:
        for layer in network.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = False


def predict(network: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, 48, 48) uint8 faces → (n, 7) float32 probabilities."""
    faces = images[..., None].astype(np.float32)
    return np.asarray(
        network.predict(faces, batch_size=PREDICTION_BATCH, verbose=0), dtype=np.float32
    )


def backbone(model: keras.Model) -> keras.Model:
    """The MobileNetV2 inside a model of `build`."""
    return model.get_layer(BACKBONE)


def whole_weights(model: keras.Model) -> list[Any]:
    """A model's weights in the order of a new one of `build`; the backbone is trainable after it.

    Keras orders weights by whether they are trained.
    """
    backbone(model).trainable = True
    return list(model.get_weights())


def feature_model(model: keras.Model) -> keras.Model:
    """The part of `model` up to its pooled features: (n, 48, 48, 1) → (n, 1280)."""
    return keras.Model(model.inputs, model.get_layer(POOLED).output, name="features")


def head_model(model: keras.Model) -> keras.Model:
    """The part of `model` after its pooled features, sharing its layers: (n, 1280) → (n, 7)."""
    features = keras.Input(model.get_layer(POOLED).output.shape[1:], name="pooled_features")
    x = features
    for name in ("dense", "dropout", "probabilities"):
        x = model.get_layer(name)(x)
    return keras.Model(features, x, name="head")


def _backbone(size: int, width: float, weights: str, momentum: float | None) -> keras.Model:
    base = keras.applications.MobileNetV2(
        input_shape=(size, size, 3), alpha=width, include_top=False, weights=None, name=BACKBONE
    )
    _load_weights(base, width, weights)
    if momentum is not None:
        for layer in base.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.momentum = momentum
    return base


def _load_weights(base: keras.Model, width: float, weights: str) -> None:
    if weights == "none":
        return
    if weights == "imagenet":
        local = find_asset(IMAGENET_FILE) if width == 1.0 else None
        if local is None:
            _copy_imagenet(base, width)
            return
        weights = str(local)
    if not Path(weights).is_file():
        raise TrainingError(
            f"There are no backbone weights at {weights}. Accepted: imagenet, none, or the path of "
            "a MobileNetV2 .weights.h5 file without the top or of a network's .keras file."
        )
    try:
        base.load_weights(weights)
    except (ValueError, OSError, KeyError) as error:
        raise TrainingError(
            f"{weights} does not hold MobileNetV2 weights without the top ({error})."
        ) from error


def _copy_network(network: keras.Model, path: Path) -> None:
    # A network keeps its weights whatever the size that it was trained at.
    try:
        source = keras.models.load_model(path, compile=False)
        weights = whole_weights(source)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise TrainingError(
            f"{path} is no network to go on from ({error}). Accepted: the .keras file of a network "
            "trained here, as those in models/ are."
        ) from error
    ours, theirs = ([w.shape for w in each] for each in (network.weights, weights))
    if ours != theirs:
        raise TrainingError(
            f"{path} holds a network of another width or another dense layer than the recipe's "
            "[model] says. Set model.width and model.dense to that network's."
        )
    network.set_weights(weights)


def _copy_imagenet(base: keras.Model, width: float) -> None:
    # Convolutions do not know their input's size: the weights published for 96 pixels serve all.
    try:
        source: Any = keras.applications.MobileNetV2(
            input_shape=(96, 96, 3), alpha=width, include_top=False, weights="imagenet"
        )
    except Exception as error:  # whatever the download raises: it differs by backend and system
        raise TrainingError(
            f"Keras could not download the ImageNet weights ({error}). Set {ASSETS_VARIABLE} to a "
            f"folder that holds {IMAGENET_FILE}, or choose another backbone: a path, or none."
        ) from error
    base.set_weights(source.get_weights())
