"""Keras callbacks of a training run, and the averages of weights that one of them keeps.

Keras's optimizers keep an average over the steps (`use_ema`, Polyak and Juditsky 1992). It needs
batch-norm statistics re-estimated on training images (Izmailov et al. 2018): with the statistics of
the raw network, which `keras.callbacks.SwapEMAWeights` leaves, averages read four points too low.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any, Final, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.errors import TrainingError
from fer_core.labels import EMOTIONS
from fer_core.training import architecture
from fer_core.training.run_folder import RunFolder, RunState
from fer_core.training.sections import PhaseConfig

STATISTICS_IMAGES: Final = 2048
"""Training images from which statistics are estimated: seconds of an epoch's minutes."""
EXPLODED: Final = 3 * math.log(len(EMOTIONS))
"""A mean loss of an epoch that only a training gone wrong reaches: three times that of seven equal
answers. It need not become infinite, since Keras bounds a face's loss at 16."""
_BATCH: Final = 128


class Reporter(Protocol):
    """Shows a run's progress."""

    def batch(self, phase: str, done: float, total: float, logs: dict[str, float]) -> None:
        """`done` of `total` epochs of this phase."""
        ...

    def message(self, text: str) -> None: ...


class Validate(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes a model's validation figures to the epoch's logs.

    Args:
        model: Compiled; not the one that is being fitted, which Keras validates itself.
        validation: Its (inputs, targets).
    """

    def __init__(self, model: keras.Model, validation: tuple[Any, Any], batch_size: int) -> None:
        super().__init__()
        self._validated, self._validation, self._batch_size = model, validation, batch_size

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        figures = self._validated.evaluate(
            *self._validation, batch_size=self._batch_size, verbose=0, return_dict=True
        )
        if logs is not None:
            logs.update({f"val_{name}": float(value) for name, value in figures.items()})


class WeightAverage(Validate):
    """Validates the averaged network after each epoch, and makes it available for saving.

    It comes before every callback that reads the validation's figures. The network that is trained
    goes on with its raw weights.

    Args:
        network: The uncompiled network whose layers are being trained.
        images: (n, 48, 48) uint8 training faces for the batch norms' statistics, or None if
            batch norms do not train.
        model: The compiled model to validate: this process's own, if the one that is being
            fitted is a copy on several devices.
        validation: Its (inputs, targets).
    """

    def __init__(
        self,
        network: keras.Model,
        images: NDArray[np.uint8] | None,
        model: keras.Model,
        validation: tuple[NDArray[Any], NDArray[Any]],
        batch_size: int,
    ) -> None:
        super().__init__(model, validation, batch_size)
        self._network, self._images = network, images
        self._averaged: list[NDArray[Any]] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        raw = _weights(self._network)
        try:
            self.model.optimizer.finalize_variable_values(self._validated.trainable_variables)
            # On JAX the weights are now the optimizer's own arrays: evaluating gives them away, and
            # they may lie on several devices.
            self._network.set_weights(_weights(self._network))
            if self._images is not None:
                estimate_statistics(self._network, self._images)
            self._averaged = _weights(self._network)
            super().on_epoch_end(epoch, logs)
        finally:
            self._network.set_weights(raw)

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
        network: Any of `networks.registry`, or with their layers' names.
        images: (n, 48, 48) uint8 faces.
    """
    norms = architecture.norms_of(architecture.backbone(network))
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


class SaveEpoch(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes the epoch's row, the best network so far, and the checkpoint to resume from.

    Args:
        network: The uncompiled network whose layers are being trained.
        monitor: "val_loss" (lower is better) or "val_accuracy" (higher is better).
        average: Whose network is the one to keep; the raw weights are checkpointed all the same.
    """

    def __init__(
        self,
        run: RunFolder,
        state: RunState,
        phase: PhaseConfig,
        network: keras.Model,
        monitor: str,
        average: WeightAverage | None = None,
    ) -> None:
        super().__init__()
        self.state = state
        self._run, self._phase, self._network, self._monitor = run, phase, network, monitor
        self._average = average

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._start = time.monotonic()

    def on_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            raise self._stop(loss)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        if logs["loss"] > EXPLODED:
            raise self._stop(logs["loss"])
        state = self._with_row(logs)
        value = float(logs[self._monitor])
        if self._is_best(value):
            with self._average.applied() if self._average else nullcontext():
                self._run.save_model(self._network, f"best-{state.phase}.keras")
            state = replace(state, best=value)
        self.state = self._run.save_epoch(state, self._network, self.model.optimizer)

    def _stop(self, loss: float) -> TrainingError:
        return TrainingError(
            f"The loss became {loss:.1f} in epoch {len(self.state.history) + 1} "
            f'("{self._phase.name}"). The last good network is kept in {self._run.path}. Lower the '
            "learning rate, or look for broken images with scripts/check_data.py."
        )

    def _with_row(self, logs: dict[str, float]) -> RunState:
        row = {
            "epoch": len(self.state.history) + 1,
            "phase": self._phase.name,
            "size": self._phase.size,
            "learning_rate": float(f"{float(self.model.optimizer.learning_rate):.3g}"),
            **{
                name: round(float(logs[name]), 5)
                for name in ("loss", "accuracy", "val_loss", "val_accuracy")
            },
            "seconds": round(time.monotonic() - self._start, 1),
        }
        return replace(
            self.state,
            history=(*self.state.history, row),
            phase_epochs=self.state.phase_epochs + 1,
        )

    def _is_best(self, value: float) -> bool:
        if self.state.best is None:
            return True
        if self._monitor == "val_loss":
            return value < self.state.best
        return value > self.state.best


class Replay(keras.callbacks.Callback):  # type: ignore[misc]
    """Shows the epochs before a resume to callbacks that count them.

    Keras's ReduceLROnPlateau and EarlyStopping forget their counts when training starts; both
    derive them from the monitored value alone, so the history brings them back.
    """

    def __init__(self, rows: list[dict[str, Any]], counting: list[Any], first_rate: float) -> None:
        super().__init__()
        self._rows, self._counting, self._first_rate = rows, counting, first_rate

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        if not self._rows or not self._counting:
            return
        if any(isinstance(c, keras.callbacks.ReduceLROnPlateau) for c in self._counting):
            self.model.optimizer.learning_rate = self._first_rate
        for epoch, row in enumerate(self._rows):
            for callback in self._counting:
                callback.on_epoch_end(epoch, dict(row))


class Progress(keras.callbacks.Callback):  # type: ignore[misc]
    """Tells a reporter how far the phase is."""

    def __init__(self, report: Callable[..., None], phase: PhaseConfig, steps: int) -> None:
        super().__init__()
        self._report, self._phase, self._steps = report, phase, steps
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._epoch = epoch

    def on_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        # If Keras takes several steps in a call, it counts those beyond the last one, too.
        done = self._epoch + min(batch + 1, self._steps) / self._steps
        self._report(self._phase.name, done, self._phase.epochs, logs or {})
