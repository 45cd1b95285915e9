"""A teacher's network: MobileNetV1 pre-trained to tell faces of VGGFace2 apart.

Input (n, 48, 48, 1) gray, 0-255; output (n, 7) probabilities, as `mobilenet_v2.build`.
Between them: resize, gray → RGB, minus the channels' means, MobileNet (Howard et al. 2017) at width
1, global average pooling, an optional dense layer, dropout, softmax.

The weights are Savchenko's (HSE_FaceRec_tf, Apache-2.0), trained on VGGFace2 (Cao et al. 2018,
research), as @vladmandic/human carries them (MIT): a TensorFlow.js graph model with folded batch
norms. They start teachers; nothing of them ships. This module imports Keras.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ModelError, TrainingError
from fer_core.store.assets import ASSETS_VARIABLE
from fer_core.training.architecture import BACKBONE, assemble, copy_network, set_momentum
from fer_core.training.networks.tfjs_weights import pinned, read_weights
from fer_core.training.networks.unfolding import set_unfolded

VGGFACE2: Final = "vggface2"
MANIFEST: Final = "faceres.json"
SHA256: Final = {
    MANIFEST: "5b83d49c0385d2e68a05122441b94226313677cae9fcc40b9587ad50079eb4df",
    "faceres.bin": "2c7d2d62b76c97528b736527aa09d310ea71743c9e3e79fb6c62d4b2d73af79b",
}
"""Of the files behind `weights="vggface2"`, in the folder that FER_ASSETS names."""
MEANS: Final = (103.939, 116.779, 123.68)
"""Of the channels, in the order in which the weights were trained with them."""


def build(
    *,
    size: int = 96,
    width: float = 1.0,
    dense: int = 0,
    dropout: float = 0.4,
    weights: str = VGGFACE2,
    batch_norm_momentum: float | None = None,
) -> keras.Model:
    """Builds the network.

    Takes the arguments of `mobilenet_v2.build`, so that `training.fit` can train it.

    Args:
        size: Side to which the 48x48 face is upscaled, in pixels.
        width: 1.0, the only one with such weights, or with "none" another.
        dense: Units of a dense layer before the dropout; 0 for none.
        dropout: Share of the head's inputs dropped in training, in [0, 1).
        weights: "vggface2", "none", the path of such a model's JSON file, or that of a whole
            network to go on from, as a run's `model.keras`.
        batch_norm_momentum: Of the backbone's batch norms; None is Keras's 0.99.

    Raises:
        TrainingError: if the weights cannot be had, or are those of another network.
    """
    base = keras.applications.MobileNet(
        input_shape=(size, size, 3), alpha=width, include_top=False, weights=None, name=BACKBONE
    )
    set_momentum(base, batch_norm_momentum)
    minus_means = keras.layers.Rescaling(1.0, offset=[-m for m in MEANS], name="minus_means")
    network = assemble(base, minus_means, dense=dense, dropout=dropout, name="fer_face_mobilenet")
    if weights.endswith(".keras"):
        copy_network(network, Path(weights))
    elif weights != "none":
        _load(base, width, weights)
    return network


def _load(base: keras.Model, width: float, weights: str) -> None:
    if width != 1.0:
        raise TrainingError(f"The face network's weights have width 1.0. Received: {width}")
    try:
        folded = read_weights(pinned(SHA256) if weights == VGGFACE2 else Path(weights))
        _unfold(base, folded)
    except (ModelError, KeyError, ValueError) as error:
        raise TrainingError(
            f"{weights} gives no weights of a MobileNet trained on faces ({error}). Accepted: "
            f"{VGGFACE2}, with {' and '.join(SHA256)} in the folder that {ASSETS_VARIABLE} names; "
            "the path of such a JSON file beside its binary one; none; a .keras file."
        ) from error


def _unfold(base: keras.Model, folded: dict[str, NDArray[Any]]) -> None:
    """Puts a folded model's weights into a network whose batch norms stand by themselves."""
    for layer in base.layers:
        name = layer.name
        if not isinstance(layer, (keras.layers.Conv2D, keras.layers.DepthwiseConv2D)):
            continue
        depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)
        kernel = folded[f"{name}/{'depthwise_kernel' if depthwise else 'convolution/merged_input'}"]
        shift = folded[f"{name}_bn/batchnorm_1/sub"]
        slope = folded[f"{name}_bn/batchnorm_1/mul"] if depthwise else np.ones_like(shift)
        set_unfolded(layer, base.get_layer(f"{name}_bn"), kernel, slope, shift)
