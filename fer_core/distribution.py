"""Data parallelism on Keras's JAX backend: over devices, processes, machines.

`keras.distribution.DataParallel` replicates the network and splits every batch. Each process runs
the same `fit` with the same seed on the same data, and yields its own rows of each batch
(`fer_core.batches`); gradients, batch norms and figures are those of the whole batch. Only what
trains lies on all devices. Around it each process works on a plain network of its own: pooled
features, validation, averages, files. (Keras 3 does not train under TensorFlow's
MultiWorkerMirroredStrategy, keras#20585.)

This module imports JAX, which Keras has no words for: to hand bytes from one process to the others,
and to count a process's own devices.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import jax
import keras
import numpy as np
from jax.experimental import multihost_utils
from numpy.typing import NDArray

from fer_core.devices import Devices, Shard
from fer_core.errors import TrainingError
from fer_core.processes import Processes
from fer_core.run_folder import RunFolder, RunState
from fer_core.training_config import TrainingConfig

_BLOCK: Final = 1024
"""Bytes travel in multiples of it: JAX compiles a program for each length."""


@contextmanager
def joined(processes: Processes) -> Iterator[ManyDevices]:
    """All devices of all processes, which have met (`fer_core.rendezvous`).

    `keras.distribution.initialize` cannot be given a limit: JAX waits five minutes for a process
    that met the others and then does not come, and aborts.

    Raises:
        TrainingError: where Keras's backend is not JAX, the processes have not equally many
            devices, or another process ends while this one trains.
    """
    if keras.config.backend() != "jax":
        raise TrainingError(
            f"Keras's backend {keras.config.backend()} does not train on several devices here. "
            "Accepted: jax. Set KERAS_BACKEND=jax."
        )
    if processes.count > 1:
        keras.distribution.initialize(processes.address, processes.count, processes.index)
    try:
        yield ManyDevices(processes)
    except (RuntimeError, ValueError) as error:
        if processes.count == 1 or not _lost_another(error):
            raise
        raise TrainingError(
            "Another process has ended; its own message says why. Start all of them again with "
            f"--resume. ({str(error).splitlines()[0][:200]})"
        ) from error


def leave(code: int) -> None:
    """Ends a process that has failed, at once, if others train with it.

    At a usual end JAX waits for the others, and these wait for this one's part of a batch.
    """
    if code and jax.process_count() > 1:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class ManyDevices(Devices):
    """All devices of all processes. See `Devices` for what its methods promise."""

    def __init__(self, processes: Processes) -> None:
        counts = _gather(np.array([jax.local_device_count()])).ravel().tolist()
        if len(set(counts)) > 1:
            raise TrainingError(
                f"Each process needs as many devices as the others. Found: {counts}. Choose what "
                "each sees, as with CUDA_VISIBLE_DEVICES."
            )
        self._processes = processes
        self.shard = Shard(processes.index, processes.count, sum(counts))
        self._distribution = keras.distribution.DataParallel(auto_shard_dataset=False)

    def in_words(self) -> str:
        """For a person: "Training on 4 devices (cpu) of 2 processes."."""
        own = f"{self.shard.devices} {'device' if self.shard.devices == 1 else 'devices'}"
        all_of = f" of {self.shard.processes} processes" if self.shard.processes > 1 else ""
        return f"Training on {own} ({jax.devices()[0].device_kind}){all_of}."

    def record(self) -> dict[str, Any]:
        return {
            "devices": {
                "processes": self.shard.processes,
                "devices": self.shard.devices,
                "kind": jax.devices()[0].device_kind,
            }
        }

    def check(self, config: TrainingConfig) -> None:
        self._processes.check_batches(config, self.shard.devices)

    def bring_level(self, run: RunFolder, state: RunState) -> RunState:
        """Processes that were killed may be an epoch apart, or one has lost its folder: all go on
        from the files of the one that has come furthest."""
        steps = _gather(np.array([state.phase, state.phase_epochs, int(state.phase_done)]))
        furthest = max(range(len(steps)), key=lambda process: tuple(steps[process].tolist()))
        if len(steps) == 1 or not steps.any():
            return state
        if furthest == self.shard.process:
            for name, content in run.files(state):
                _hand_out(name.encode(), True)
                _hand_out(content, True)
            _hand_out(b"", True)
            return state
        while name := _hand_out(b"", False).decode():
            run.write_bytes(name, _hand_out(b"", False))
        return run.state()

    def share(self, network: keras.Model) -> None:
        if self.shard.processes == 1:
            return
        ours = [_numpy(variable) for variable in network.variables]
        first = self.shard.process == 0
        # From it Keras's `fit` draws the order of the batches, which has to be everyone's.
        version, numbers, rest = json.loads(
            _hand_out(json.dumps(random.getstate()).encode(), first)
        )
        random.setstate((version, tuple(numbers), rest))
        theirs = _hand_out(b"".join(value.tobytes() for value in ours) if first else b"", first)
        start = 0
        for variable, value in zip(network.variables, ours, strict=True):
            part = theirs[start : start + value.nbytes]
            variable.assign(np.frombuffer(part, value.dtype).reshape(value.shape))
            start += value.nbytes

    @contextmanager
    def scope(self) -> Iterator[None]:
        with self._distribution.scope():
            yield

    def replicate(self, model: keras.Model) -> keras.Model:
        drawn = random.getstate()  # Keras draws the seeds of new layers from it
        twin = keras.models.clone_model(model)
        random.setstate(drawn)
        for ours, theirs in zip(_layers(twin), _layers(model), strict=True):
            ours.trainable = theirs.trainable  # a nested model hands its own down when it is cloned
        return twin

    def judge(
        self, model: keras.Model, validation: tuple[Any, Any], batch_size: int
    ) -> keras.callbacks.Callback:
        return _Validate(model, validation, batch_size)

    def callbacks(
        self, model: keras.Model, trained: keras.Model, judging: list[Any], acting: list[Any]
    ) -> list[Any]:
        with _outside():
            model.compile(None, trained.loss, metrics=["accuracy"])
        return [_Home(model, trained), *judging, _Agree(self.shard), *acting, _Away(self)]


class _Home(keras.callbacks.Callback):  # type: ignore[misc]
    """Takes a model's values to the one that trains, and back after each epoch.

    The callbacks after it, up to `_Away`, run outside the distribution.
    """

    def __init__(self, model: keras.Model, trained: keras.Model) -> None:
        super().__init__()
        # Before any epoch: while one runs, Keras keeps the values of `trained` elsewhere.
        self._pairs = list(zip(model.variables, trained.variables, strict=True))

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        for ours, theirs in self._pairs:
            theirs.assign(_numpy(ours))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        keras.distribution.set_distribution(None)
        for ours, theirs in self._pairs:
            ours.assign(_numpy(theirs))


class _Away(keras.callbacks.Callback):  # type: ignore[misc]
    """Goes back into the distribution."""

    def __init__(self, devices: ManyDevices) -> None:
        super().__init__()
        self._distribution = devices._distribution

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        keras.distribution.set_distribution(self._distribution)


class _Validate(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes a model's validation figures to the epoch's logs."""

    def __init__(self, model: keras.Model, validation: tuple[Any, Any], batch_size: int) -> None:
        super().__init__()
        self._judged, self._validation, self._batch_size = model, validation, batch_size

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        figures = self._judged.evaluate(
            *self._validation, batch_size=self._batch_size, verbose=0, return_dict=True
        )
        if logs is not None:
            logs.update({f"val_{name}": float(value) for name, value in figures.items()})


class _Agree(keras.callbacks.Callback):  # type: ignore[misc]
    """Gives every process the figures of process 0.

    Processors differ in last digits, and what is the best epoch, or the last, must not.
    """

    def __init__(self, shard: Shard) -> None:
        super().__init__()
        self._shard = shard

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if logs is None or self._shard.processes == 1:
            return
        first = self._shard.process == 0
        figures = {name: float(value) for name, value in logs.items()} if first else {}
        logs.update(json.loads(_hand_out(json.dumps(figures).encode(), first)))


@contextmanager
def _outside() -> Iterator[None]:
    """Inside, whatever is made belongs to this process alone."""
    current = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(current)


def _layers(model: keras.Model) -> Iterator[Any]:
    """A model's layers and those of the models in it; a model before its own."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _layers(layer)


def _numpy(variable: Any) -> NDArray[Any]:
    """A copy on this process; of a replicated variable, too."""
    return np.array(keras.ops.convert_to_numpy(variable))


def _gather(row: NDArray[Any]) -> NDArray[Any]:
    """(k,) of this process → (processes, k)."""
    if jax.process_count() == 1:
        return row[None]
    return np.asarray(multihost_utils.process_allgather(row))


def _hand_out(content: bytes, source: bool) -> bytes:
    """One process's bytes, in every process. All call it; one is the source."""
    length = np.array([len(content) if source else 0])
    total = int(multihost_utils.broadcast_one_to_all(length, is_source=source)[0])
    block = np.zeros(-(-total // _BLOCK) * _BLOCK, np.uint8)
    if source:
        block[:total] = np.frombuffer(content, np.uint8)
    return bytes(multihost_utils.broadcast_one_to_all(block, is_source=source)[:total])


def _lost_another(error: Exception) -> bool:
    # JAX raises a ValueError where Gloo, which connects processors, loses a process.
    return isinstance(error, jax.errors.JaxRuntimeError) or "Gloo" in str(error)
