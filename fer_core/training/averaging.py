"""Averages of a network's weights over the steps of training, with batch norms of their own.

Keras's optimizers keep the average (`use_ema`, Polyak and Juditsky 1992). It needs batch-norm
statistics re-estimated on training images (Izmailov et al. 2018): with the raw network's, averages
read four points worse than they are. `keras.callbacks.SwapEMAWeights` leaves the raw ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.training import architecture

STATISTICS_IMAGES: Final = 2048
"""Training images from which statistics are estimated: seconds of an epoch's minutes."""
_BATCH: Final = 128


class WeightAverage(keras.callbacks.Callback):  # type: ignore[misc]
    """Validates the averaged network after each epoch, and lends it for saving.

    It comes before every callback that reads the validation's figures: it writes them to the
    epoch's logs. The network that is trained goes on with its raw weights.

    Args:
        network: The uncompiled network whose layers are being trained.
        images: (n, 48, 48) uint8 training faces for the batch norms' statistics, or None where
            batch norms do not train.
        validation: (inputs, targets) of the model that is being fitted.
        batch_size: Of the validation.
        judge: The compiled model to validate: this process's own, where the one that is being
            fitted is a copy on several devices.
    """

    def __init__(
        self,
        network: keras.Model,
        images: NDArray[np.uint8] | None,
        validation: tuple[NDArray[Any], NDArray[Any]],
        batch_size: int,
        judge: keras.Model,
    ) -> None:
        super().__init__()
        self._network, self._judge, self._images = network, judge, images
        self._validation, self._batch_size = validation, batch_size
        self._averaged: list[NDArray[Any]] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        raw, judge = _weights(self._network), self._judge
        try:
            self.model.optimizer.finalize_variable_values(judge.trainable_variables)
            # On JAX the weights are now the optimizer's own arrays: evaluating gives them away, and
            # they may lie on several devices.
            self._network.set_weights(_weights(self._network))
            if self._images is not None:
                estimate_statistics(self._network, self._images)
            self._averaged = _weights(self._network)
            figures = judge.evaluate(
                *self._validation, batch_size=self._batch_size, verbose=0, return_dict=True
            )
        finally:
            self._network.set_weights(raw)
        if logs is not None:
            logs.update({f"val_{name}": float(value) for name, value in figures.items()})

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Inside, the network has the last epoch's averages and their statistics."""
        raw = _weights(self._network)
        self._network.set_weights(self._averaged)
        try:
            yield
        finally:
            self._network.set_weights(raw)


def _weights(network: keras.Model) -> list[NDArray[Any]]:
    """Copies that no backend shares."""
    return [np.array(weight) for weight in network.get_weights()]


def estimate_statistics(network: keras.Model, images: NDArray[np.uint8]) -> None:
    """Gives the backbone's batch norms the mean of the batches' statistics over `images`.

    Args:
        network: Of `fer_core.training.architecture.build`, or with its layers' names.
        images: (n, 48, 48) uint8 faces.
    """
    norms = [
        layer
        for layer in architecture.backbone(network).layers
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    # The dropout stands after the pooled features: its random state is not touched.
    features = architecture.feature_model(network)
    sums = [np.zeros(layer.moving_mean.shape) for layer in norms for _ in range(2)]
    momenta = [layer.momentum for layer in norms]
    count = max(1, len(images) // _BATCH)
    try:
        for layer in norms:
            layer.momentum = 0.0  # then the moving statistics are the last batch's
        for batch in np.array_split(images, count):
            features([batch[..., None].astype(np.float32)], training=True)
            for total, variable in zip(sums, _statistics(norms), strict=True):
                np.add(total, keras.ops.convert_to_numpy(variable), out=total)
    finally:
        for layer, momentum in zip(norms, momenta, strict=True):
            layer.momentum = momentum
    for total, variable in zip(sums, _statistics(norms), strict=True):
        variable.assign((total / count).astype(np.float32))


def _statistics(norms: list[Any]) -> list[Any]:
    return [value for layer in norms for value in (layer.moving_mean, layer.moving_variance)]
