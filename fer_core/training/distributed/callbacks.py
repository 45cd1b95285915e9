"""Callbacks between a process's own network and its replica, which trains on all devices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.training.distributed.devices import Shard
from fer_core.training.distributed.messages import broadcast_bytes


class CopyWeightsIn(keras.callbacks.Callback):  # type: ignore[misc]
    """Copies the replica's weights into the process's own model after each epoch.

    It also leaves the distribution: callbacks after this one, up to `EnterDistribution`, run
    outside. When training begins, it copies the own model's weights into the replica.

    Args:
        model: The process's own.
        trained: Its replica on all devices.
    """

    def __init__(self, model: keras.Model, trained: keras.Model) -> None:
        super().__init__()
        # Before any epoch: while one runs, Keras keeps the values of `trained` elsewhere.
        self._pairs = list(zip(model.variables, trained.variables, strict=True))

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        for ours, theirs in self._pairs:
            theirs.assign(own_copy(ours))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        keras.distribution.set_distribution(None)
        for ours, theirs in self._pairs:
            ours.assign(own_copy(theirs))


class EnterDistribution(keras.callbacks.Callback):  # type: ignore[misc]
    """Enters the distribution again, for the next epoch."""

    def __init__(self, distribution: Any) -> None:
        super().__init__()
        self._distribution = distribution

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        keras.distribution.set_distribution(self._distribution)


class BroadcastLogs(keras.callbacks.Callback):  # type: ignore[misc]
    """Copies the epoch's figures of process 0 to every process.

    Processors differ in last digits, and all must agree on the best epoch and on the last one.
    """

    def __init__(self, shard: Shard) -> None:
        super().__init__()
        self._shard = shard

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if logs is None or self._shard.processes == 1:
            return
        first = self._shard.process == 0
        figures = {name: float(value) for name, value in logs.items()} if first else {}
        logs.update(json.loads(broadcast_bytes(json.dumps(figures).encode(), first)))


@contextmanager
def outside() -> Iterator[None]:
    """Inside, whatever is made belongs to this process alone."""
    current = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(current)


def own_copy(variable: Any) -> NDArray[Any]:
    """A copy on this process; of a replicated variable, too."""
    return np.array(keras.ops.convert_to_numpy(variable))
