"""What the networks have in common: their parts by name, and which of them are trained.

A network takes (n, 48, 48, 1) gray faces, 0-255, any real dtype, and answers (n, 7) probabilities.
Between them: preprocessing, a model of convolutions named "backbone", global average pooling, and a
head. `networks.registry` builds them. This module imports Keras; the app never imports this module.
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
from fer_core.types import FACE_SIDE

BACKBONE: Final = "backbone"
POOLED: Final = "pooled"
PREDICTION_BATCH: Final = 64
"""Larger ones leave the processors' caches: 256 take a tenth more."""


def assemble(
    base: keras.Model, preprocessing: Any, *, dense: int, dropout: float, name: str
) -> keras.Model:
    """A network around a backbone that takes (n, size, size, 3).

    Args:
        preprocessing: The layer between upscaled RGB faces, 0-255, and the backbone.
        dense: Units of a dense layer before the dropout; 0 for none.
        dropout: Share of the last layer's inputs dropped in training, in [0, 1).
    """
    size = base.input_shape[1]
    inputs = keras.Input((FACE_SIDE, FACE_SIDE, 1), name="face")
    x = keras.layers.Resizing(size, size, interpolation="bilinear", name="upscale")(inputs)
    x = keras.layers.Concatenate(name="gray_to_rgb")([x, x, x])
    outputs = head(base(preprocessing(x)), dense=dense, dropout=dropout)
    return keras.Model(inputs, outputs, name=name)


def head(features: Any, *, dense: int, dropout: float) -> Any:
    """(n, h, w, channels) features → (n, 7) probabilities; arguments as of `assemble`.

    The softmax is in float32 whatever the precision of the rest.
    """
    x = keras.layers.GlobalAveragePooling2D(name=POOLED)(features)
    if dense:
        x = keras.layers.Dense(dense, activation="relu", name="dense")(x)
    x = keras.layers.Dropout(dropout, name="dropout")(x)
    layer = keras.layers.Dense(
        len(EMOTIONS), activation="softmax", dtype="float32", name="probabilities"
    )
    return layer(x)


def set_trainable(model: keras.Model, *, base: bool, batch_norms: bool) -> None:
    """Sets which layers of a network are trained besides its head.

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
        for norm in norms_of(network):
            norm.trainable = False


def predict(network: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, 48, 48) uint8 faces → (n, 7) float32 probabilities."""
    faces = images[..., None].astype(np.float32)
    return np.asarray(
        network.predict(faces, batch_size=PREDICTION_BATCH, verbose=0), dtype=np.float32
    )


def backbone(model: keras.Model) -> keras.Model:
    """The convolutions inside a network."""
    return model.get_layer(BACKBONE)


def whole_weights(model: keras.Model) -> list[Any]:
    """A model's weights in the order of a network just built; its backbone is trainable after it.

    Keras orders weights by whether they are trained.
    """
    backbone(model).trainable = True
    return list(model.get_weights())


def feature_model(model: keras.Model) -> keras.Model:
    """The part of `model` up to its k pooled features: (n, 48, 48, 1) → (n, k)."""
    return keras.Model(model.inputs, model.get_layer(POOLED).output, name="features")


def head_model(model: keras.Model) -> keras.Model:
    """The part of `model` after its pooled features, sharing its layers: (n, k) → (n, 7)."""
    features = keras.Input(model.get_layer(POOLED).output.shape[1:], name="pooled_features")
    x = features
    names = [layer.name for layer in model.layers]
    for layer in model.layers[names.index(POOLED) + 1 :]:
        x = layer(x)
    return keras.Model(features, x, name="head")


def norms_of(base: keras.Model) -> list[Any]:
    """The batch norms of a backbone, in order."""
    return [x for x in base.layers if isinstance(x, keras.layers.BatchNormalization)]


def set_momentum(base: keras.Model, momentum: float | None) -> None:
    """Sets that of a backbone's batch norms; None leaves it."""
    if momentum is not None:
        for norm in norms_of(base):
            norm.momentum = momentum


def save_network(network: keras.Model, path: Path) -> None:
    """Writes a `.keras` file and reads it back.

    Raises:
        OSError, zipfile.BadZipFile: if it could not be written whole.
    """
    network.save(path)
    with zipfile.ZipFile(path) as archive:
        if archive.testzip() is not None:
            raise OSError("the file read back differs from what was written")


def copy_network(network: keras.Model, path: Path) -> None:
    """Gives a network the weights of a `.keras` file, whatever the size that it was trained at.

    Raises:
        TrainingError: if the file is no network, or one of another shape.
    """
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
