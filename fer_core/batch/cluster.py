"""The same shards as tasks of a Ray cluster: many machines, one table.

Ray Core and no more: a shard is a task, Ray starts it again elsewhere if its process or machine is
lost, and its part comes back to who began the run. Inputs (and the folder of annotated copies)
must be found under the same path on every machine.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import socket
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from fer_core.batch.engines import Beat, Save
from fer_core.batch.shards import Shard
from fer_core.batch.worker import PATIENCE, Worker
from fer_core.errors import BatchError

_RETRIES: Final = 5
"""How often a shard is begun again elsewhere, if a process or a machine is lost."""
_AHEAD: Final = 2
"""Tasks for each processor that are handed out: the next one waits where the last one ends."""

_PLACE: Final = re.compile(r"([^/]+):(\d+)$")
_ANSWERS_IN: Final = 10.0
"""Seconds."""

_workers: dict[str, Worker] = {}
"""Of a process of the cluster: it keeps its worker, and with it the networks, between tasks."""


def on_a_cluster(
    shards: Sequence[Shard],
    job: bytes,
    save: Save,
    beat: Beat,
    *,
    address: str | None = None,
    patience: int = PATIENCE,
) -> Counter[str]:
    """Labels the shards on all processors of a cluster.

    Args:
        job, save, beat: As of `engines.on_this_machine`; `beat` is called once a shard.
        address: Of the cluster, as `ray.init` takes it; None starts one on this machine.

    Returns:
        How many shards each machine labelled, by its name in the cluster.

    Raises:
        BatchError: Ray is not installed or cannot be reached, or a worker cannot work at all.
    """
    ray = _ray()
    _connect(ray, address)
    try:
        label = ray.remote(num_cpus=1, max_retries=_RETRIES, scheduling_strategy="SPREAD")(_label)
        key, stored = hashlib.sha256(job).hexdigest(), [ray.put(job)]
        left, running, machines = iter(shards), dict[Any, Shard](), Counter[str]()
        while True:
            room = int(_AHEAD * ray.cluster_resources().get("CPU", 1)) - len(running)
            for shard in islice(left, max(room, 0)):
                # Ray may begin it twice without telling: its own copies are no other's files.
                task = label.remote(key, stored, replace(shard, again=True), patience)
                running[task] = shard
            if not running:
                return machines
            for task in ray.wait(list(running))[0]:
                part, machine = _answer(ray, task)
                shard = running.pop(task)
                machines[machine] += 1
                save(shard, part)
                beat(shard, len(shard.inputs))
    finally:
        ray.shutdown()


def _label(key: str, stored: list[Any], shard: Shard, patience: int) -> tuple[bytes, str]:
    """What runs on the cluster."""
    ray = _ray()
    if key not in _workers:
        # In a list, the job is not sent along with every task.
        _workers[key] = Worker(ray.get(stored[0]), patience)
    return _workers[key].label(shard), ray.get_runtime_context().get_node_id()


def _connect(ray: Any, address: str | None) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell its makers
    options: dict[str, Any] = {"logging_level": "ERROR", "log_to_driver": False}
    if address is None:
        options["include_dashboard"] = False
    try:
        if place := _PLACE.search(address or ""):  # Ray itself would ask for minutes
            socket.create_connection((place[1], int(place[2])), _ANSWERS_IN).close()
        ray.init(address=address, **options)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        where = address or "this machine"
        raise BatchError(
            f"No Ray cluster answers at {where}: {str(error).splitlines()[0]} Start one with "
            "`ray start --head`, or leave --address out."
        ) from error


def _answer(ray: Any, task: Any) -> tuple[bytes, str]:
    try:
        part, machine = ray.get(task)
    except ray.exceptions.RayTaskError as error:
        raise error.cause if isinstance(error.cause, BatchError) else error from None
    except ray.exceptions.RayError as error:
        raise BatchError(f"The cluster gave a shard up: {str(error).splitlines()[0]}") from error
    return bytes(part), str(machine)


def _ray() -> Any:
    try:
        return importlib.import_module("ray")
    except ImportError as error:
        raise BatchError(
            "Ray is not installed: pip install -r requirements-cluster.txt, on every machine."
        ) from error
