"""Batch norms that come folded, or from other data: statistics of our own, the same function.

A batch norm computes gamma·(x - mean)/√(variance + ε) + beta. Another mean and variance leave that
function as it is if gamma and beta follow. With those of its own input the layer computes, when
it begins to train, nearly what it computed before; with a folded layer's 0 and 1 the network would
be another one after one step.
"""

from __future__ import annotations

from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.training import architecture

FACES: Final = 1024
"""Training faces from which the statistics are taken: seconds, once a run."""
_BATCH: Final = 64


def take_statistics(network: keras.Model, images: NDArray[np.uint8]) -> None:
    """Gives the backbone's batch norms the statistics of their inputs over `images`.

    The network answers as before, up to rounding.

    Args:
        network: Of `networks.registry`.
        images: (n, 48, 48) uint8 training faces; their labels do not matter.
    """
    norms = architecture.norms_of(architecture.backbone(network))
    means, squares = _moments(network, norms, images)
    for layer, mean, square in zip(norms, means, squares, strict=True):
        variance = np.maximum(square - mean**2, 0.0)
        gamma, beta, old_mean, old_variance = (
            keras.ops.convert_to_numpy(v).astype(np.float64) for v in _variables(layer)
        )
        slope = gamma / np.sqrt(old_variance + layer.epsilon)
        values = (
            slope * np.sqrt(variance + layer.epsilon),
            beta + slope * (mean - old_mean),
            mean,
            variance,
        )
        for variable, value in zip(_variables(layer), values, strict=True):
            variable.assign(value.astype(np.float32))


def _moments(
    network: keras.Model, norms: list[Any], images: NDArray[np.uint8]
) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """Each batch norm's mean and mean square of its inputs, a value per channel."""
    base = architecture.backbone(network)
    inputs = keras.Model(base.inputs, [layer.input for layer in norms])
    # The layer before the backbone is the last of the preprocessing.
    last = network.layers[network.layers.index(base) - 1]
    before = keras.Model(network.inputs, last.output)
    sums = [np.zeros(layer.moving_mean.shape, np.float64) for layer in norms for _ in range(2)]
    count = max(1, len(images) // _BATCH)
    for batch in np.array_split(images, count):
        faces = before([batch[..., None].astype(np.float32)])
        seen = inputs([faces], training=False)
        for i, value in enumerate(seen):
            cells = keras.ops.convert_to_numpy(value).astype(np.float64)
            cells = cells.reshape(-1, cells.shape[-1])
            weight = len(batch) / len(images)
            sums[2 * i] += weight * cells.mean(axis=0)
            sums[2 * i + 1] += weight * np.square(cells).mean(axis=0)
    return sums[::2], sums[1::2]


def _variables(layer: Any) -> tuple[Any, ...]:
    return layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance
