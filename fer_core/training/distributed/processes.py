"""Which processes train one network together: the options of scripts/train.py, checked once."""

from __future__ import annotations

import importlib.util
import os
import re
from dataclasses import dataclass

from fer_core.errors import TrainingError
from fer_core.training.config import TrainingConfig

BACKEND_VARIABLE = "KERAS_BACKEND"
USAGE = (
    "Accepted: --distribute alone for all devices of this machine, or --distribute HOST:PORT "
    "--processes N --process I, the same for every process but for I, which counts from 0."
)


@dataclass(frozen=True, slots=True)
class Processes:
    """This process and those it trains with.

    Attributes:
        host: Where the others reach process 0; empty if there are none.
        port: Of process 0, free on its machine.
        count: All processes, this one as well.
        index: This one's number, from 0.
    """

    host: str = ""
    port: int = 0
    count: int = 1
    index: int = 0

    @property
    def address(self) -> str:
        """Process 0's, as "host:port"."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def from_options(
        cls, distribute: str | None, count: int | None, index: int | None
    ) -> Processes | None:
        """Reads `--distribute`, `--processes` and `--process`.

        Args:
            distribute: None without the option, "" for it alone, or "HOST:PORT".

        Returns:
            None if training is not distributed.

        Raises:
            TrainingError: if the options do not fit together, or Keras's backend is not JAX.
        """
        if not distribute and (count is not None or index is not None):
            raise TrainingError(f"--processes and --process need process 0's address. {USAGE}")
        if distribute is None:
            return None
        found = cls() if not distribute else _several(distribute, count, index)
        _check_backend()
        return found

    def check_batches(self, config: TrainingConfig, devices: int | None = None) -> None:
        """Refuses a recipe whose batches do not divide.

        Args:
            devices: Of all processes together; at least one each if it is not known yet.

        Raises:
            TrainingError: for a batch size that is no multiple of them.
        """
        parts = devices or self.count
        whose = f"{parts} devices" if devices else f"{parts} processes"
        for phase in config.phases:
            if phase.batch_size % parts:
                below = phase.batch_size // parts * parts
                near = " or ".join(str(n) for n in (below, below + parts) if n)
                raise TrainingError(
                    f'Phase "{phase.name}": batches of {phase.batch_size} do not divide by '
                    f"{whose}. Accepted: multiples of {parts}, such as {near}. Change batch_size "
                    "in the recipe, or the number of processes."
                )


def _several(address: str, count: int | None, index: int | None) -> Processes:
    host, port = _parse(address)
    if count is None or index is None:
        missing = " and ".join(
            name for name, value in (("--processes", count), ("--process", index)) if value is None
        )
        raise TrainingError(f"--distribute {address} lacks {missing}. {USAGE}")
    if count < 2:
        raise TrainingError(
            f"--processes is at least 2. Received: {count}. One process alone needs no address: "
            "--distribute."
        )
    if not 0 <= index < count:
        raise TrainingError(
            f"--process counts from 0 to {count - 1}, as --processes is {count}. Received: {index}"
        )
    return Processes(host, port, count, index)


def _parse(address: str) -> tuple[str, int]:
    match = re.fullmatch(r"(\[[0-9a-fA-F:.%]+\]|[^\s:\[\]/]+):(\d{1,5})", address)
    if match is None or not 0 < int(match[2]) < 65536:
        raise TrainingError(
            f"--distribute {address} is no address. Accepted: HOST:PORT of process 0, such as "
            "192.168.1.20:12355, with a port from 1 to 65535."
        )
    return match[1].strip("[]"), int(match[2])


def _check_backend() -> None:
    # Before Keras is imported, which takes seconds: Keras reads the same variable.
    backend = os.environ.get(BACKEND_VARIABLE) or "tensorflow"
    if backend != "jax":
        raise TrainingError(
            f"--distribute does not work with Keras's backend {backend}. Accepted: jax. Set "
            f"{BACKEND_VARIABLE}=jax, or leave --distribute out."
        )
    if importlib.util.find_spec("jax") is None:
        raise TrainingError(
            "--distribute needs JAX, which is not installed. Install it with: "
            "pip install -r requirements-dev.txt (for GPUs, jax[cuda13] of the same version)."
        )
