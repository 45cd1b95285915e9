"""The network that ships: MobileNetV2 with its preprocessing inside it.

Input (n, 48, 48, 1) gray, 0-255, any real dtype. Output (n, 7) probabilities. Between them: resize,
gray → RGB, scale to [-1, 1], MobileNetV2 (Sandler et al. 2018), global average pooling, a dense
layer, dropout, softmax.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import keras

from fer_core.errors import TrainingError
from fer_core.store.assets import ASSETS_VARIABLE, find_asset
from fer_core.training.architecture import BACKBONE, assemble, copy_network, set_momentum

IMAGENET_FILE: Final = "mobilenet_v2_imagenet_96_no_top.weights.h5"


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
    base = _backbone(size, width, "none" if whole else weights, batch_norm_momentum)
    scaled = keras.layers.Rescaling(1 / 127.5, offset=-1.0, name="to_minus_one_to_one")
    network = assemble(base, scaled, dense=dense, dropout=dropout, name="fer_mobilenet_v2")
    if whole:
        copy_network(network, Path(weights))
    return network


def _backbone(size: int, width: float, weights: str, momentum: float | None) -> keras.Model:
    base = keras.applications.MobileNetV2(
        input_shape=(size, size, 3), alpha=width, include_top=False, weights=None, name=BACKBONE
    )
    _load_weights(base, width, weights)
    set_momentum(base, momentum)
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
