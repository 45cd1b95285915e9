"""Keras callbacks of a training run."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, Protocol

import keras

from fer_core.errors import TrainingError
from fer_core.training.averaging import WeightAverage
from fer_core.training.run_folder import RunFolder, RunState
from fer_core.training.sections import PhaseConfig


class Reporter(Protocol):
    """Shows a run's progress."""

    def batch(self, phase: str, done: float, total: float, logs: dict[str, float]) -> None:
        """`done` of `total` epochs of this phase."""
        ...

    def message(self, text: str) -> None: ...


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
            raise TrainingError(
                f'The loss became {loss} in epoch {len(self.state.history) + 1} ("'
                f'{self._phase.name}"). The last good network is kept in {self._run.path}. Lower '
                "the learning rate, or look for broken images with scripts/check_data.py."
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        state = self._with_row(logs)
        value = float(logs[self._monitor])
        if self._is_best(value):
            with self._average.applied() if self._average else nullcontext():
                self._run.save_model(self._network, f"best-{state.phase}.keras")
            state = replace(state, best=value)
        self.state = self._run.save_epoch(state, self._network, self.model.optimizer)

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
        # Where Keras takes several steps in a call, it counts those beyond the last one, too.
        done = self._epoch + min(batch + 1, self._steps) / self._steps
        self._report(self._phase.name, done, self._phase.epochs, logs or {})
