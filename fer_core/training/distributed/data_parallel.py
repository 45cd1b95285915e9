"""Data parallelism on Keras's JAX backend: over devices, processes, machines.

`keras.distribution.DataParallel` replicates the network and splits every batch. Each process runs
the same `fit` with the same seed on the same data, and yields its own rows of each batch
(`training.batches`); gradients, batch norms and figures are those of the whole batch. Only what
trains lies on all devices. Around it each process works on a plain network of its own: pooled
features, validation, averages, files. (Keras 3 does not train under TensorFlow's
MultiWorkerMirroredStrategy, keras#20585.)

This module imports JAX, as Keras has no words for a process's own devices.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax
import keras
import numpy as np

from fer_core.errors import TrainingError
from fer_core.training.callbacks import Validate
from fer_core.training.config import TrainingConfig
from fer_core.training.distributed.callbacks import (
    BroadcastLogs,
    CopyWeightsIn,
    EnterDistribution,
    outside,
    own_copy,
)
from fer_core.training.distributed.devices import Devices, Shard
from fer_core.training.distributed.messages import broadcast_bytes, gather
from fer_core.training.distributed.processes import Processes
from fer_core.training.run_folder import RunFolder, RunState


@contextmanager
def joined(processes: Processes) -> Iterator[ManyDevices]:
    """All devices of all processes, which have met (`fer_core.training.distributed.rendezvous`).

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
        counts = gather(np.array([jax.local_device_count()])).ravel().tolist()
        if len(set(counts)) > 1:
            raise TrainingError(
                f"Each process needs as many devices as the others. Found: {counts}. Choose what "
                "each sees, as with CUDA_VISIBLE_DEVICES."
            )
        self._processes = processes
        self.shard = Shard(processes.index, processes.count, sum(counts))
        self._distribution = keras.distribution.DataParallel(auto_shard_dataset=False)

    def description(self) -> str:
        """For people: "Training on 4 devices (cpu) of 2 processes."."""
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

    def sync_run_folder(self, run: RunFolder, state: RunState) -> RunState:
        # Processes that were killed may be an epoch apart, or one has lost its folder: all go on
        # from the files of the one that has come furthest.
        steps = gather(np.array([state.phase, state.phase_epochs, int(state.phase_done)]))
        furthest = max(range(len(steps)), key=lambda process: tuple(steps[process].tolist()))
        if len(steps) == 1 or not steps.any():
            return state
        if furthest == self.shard.process:
            for name, content in run.files(state):
                broadcast_bytes(name.encode(), True)
                broadcast_bytes(content, True)
            broadcast_bytes(b"", True)
            return state
        while name := broadcast_bytes(b"", False).decode():
            run.write_bytes(name, broadcast_bytes(b"", False))
        return run.state()

    def broadcast_weights(self, network: keras.Model) -> None:
        if self.shard.processes == 1:
            return
        ours = [own_copy(variable) for variable in network.variables]
        first = self.shard.process == 0
        theirs = broadcast_bytes(b"".join(value.tobytes() for value in ours), first)
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
        drawn = random.getstate()  # Keras draws the seeds of new layers from it, later phases' too
        twin = keras.models.clone_model(model)
        random.setstate(drawn)
        for ours, theirs in zip(_layers(twin), _layers(model), strict=True):
            ours.trainable = theirs.trainable  # a nested model hands its own down when it is cloned
        return twin

    def validator(
        self, model: keras.Model, validation: tuple[Any, Any], batch_size: int
    ) -> keras.callbacks.Callback:
        return Validate(model, validation, batch_size)

    def callbacks(
        self, model: keras.Model, trained: keras.Model, validating: list[Any], others: list[Any]
    ) -> list[Any]:
        with outside():
            model.compile(None, trained.loss, metrics=["accuracy"])
        leave, enter = CopyWeightsIn(model, trained), EnterDistribution(self._distribution)
        return [leave, *validating, BroadcastLogs(self.shard), *others, enter]


def _layers(model: keras.Model) -> Iterator[Any]:
    """A model's layers and those of the models in it; a model before its own."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _layers(layer)


def _lost_another(error: Exception) -> bool:
    # JAX raises a ValueError if Gloo, which connects processors, loses a process.
    return isinstance(error, jax.errors.JaxRuntimeError) or "Gloo" in str(error)
