"""A training run's folder: what it holds, and how it survives `kill -9`.

run.json        the recipe, seed, versions, data hash
state.json      how far the run has come; replacing it is the moment an epoch counts
history.csv     one row an epoch
checkpoint-N.*  weights, optimizer, random states after epoch N; only the last good one is kept
best-P.keras    the best epoch of phase P
model.keras     the finished network
adjustment.json what the recipe's logit adjustment did to it, if it has one
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np

from fer_core.errors import TrainingError
from fer_core.evaluation.history import COLUMNS
from fer_core.store.files import locked_file, read_json, replace_file
from fer_core.store.stored_arrays import read_arrays
from fer_core.training.architecture import save_network
from fer_core.training.config import TrainingConfig

COMPARED: Final = {
    "config": "config",
    "data_sha256": "data set",
    "label_sources": "set of votes or teachers",
}
"""Entries of a run's record that must be the same to resume it → their names in messages."""

_REMEDY: Final = "Start the run again in another folder."
_PASSING: Final = re.compile(r"checkpoint-\d{4,}\.(keras|npz)|\.?writing-\d+-.+")
"""The names of old checkpoints, and of what a process that was killed has half written."""


@dataclass(frozen=True, slots=True)
class RunState:
    """How far a run has come.

    Attributes:
        phase: Index of the current phase.
        phase_epochs: Epochs finished in it.
        phase_done: Whether it has ended, early or not.
        best: Best monitored value of the current phase, or None before its first epoch.
        history: One row an epoch, by `history.COLUMNS`.
        checkpoint: Stem of the checkpoint's files, or None before the first epoch.
    """

    phase: int = 0
    phase_epochs: int = 0
    phase_done: bool = False
    best: float | None = None
    history: tuple[dict[str, Any], ...] = ()
    checkpoint: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError if this is no state that a run can have."""
        counts = (self.phase, self.phase_epochs)
        rows = all(isinstance(row, dict) for row in self.history)
        if not (
            all(type(count) is int and count >= 0 for count in counts)
            and type(self.phase_done) is bool
            and (self.best is None or type(self.best) in (int, float))
            and rows
            and self.phase_epochs <= len(self.history)
            and (self.checkpoint is None or re.fullmatch(r"checkpoint-\d{4,}", self.checkpoint))
        ):
            raise ValueError("it is not how far a run can have come")

    def phase_history(self) -> list[dict[str, Any]]:
        """The rows of the current phase."""
        return list(self.history[len(self.history) - self.phase_epochs :])

    def next_phase(self) -> RunState:
        return replace(self, phase=self.phase + 1, phase_epochs=0, phase_done=False, best=None)


class RunFolder:
    """Reads and writes one run's files. Every write stands beside its target, then swaps in."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other trainings out of the folder, which is made if it is missing.

        Raises:
            TrainingError: if another process trains in it, or it cannot be written to.
        """
        with ExitStack() as stack:
            try:
                self.path.mkdir(parents=True, exist_ok=True)
                mine = stack.enter_context(locked_file(self.path / "run.lock"))
            except OSError as error:
                raise TrainingError(
                    f"{error.filename or self.path} cannot be used for a run ({error.strerror}). "
                    "Choose a folder that you may write to."
                ) from error
            if not mine:
                raise TrainingError(
                    f"Another training is at work in {self.path}. Wait until it has ended, or "
                    "choose another folder."
                )
            yield

    def start(self, description: dict[str, Any], *, resume: bool) -> RunState:
        """Begins a run, or finds where it stopped.

        Raises:
            TrainingError: if the folder holds another run, or there is nothing to resume.
        """
        known = self._read_json("run.json")
        if known is None or not resume:
            if known is not None:
                raise TrainingError(
                    f"{self.path} already holds a run. Add --resume to go on with it, or choose "
                    "another folder."
                )
            self.write_text("run.json", json.dumps(description, indent=2) + "\n")
            return RunState()
        for key, name in COMPARED.items():
            if _comparable(key, known) != _comparable(key, description):
                raise TrainingError(
                    f"{self.path} was started with another {name}; "
                    "a run goes on only with its own. Choose another folder."
                )
        return self.state()

    def state(self) -> RunState:
        """How far the run has come; raises `TrainingError` if `state.json` is damaged or lost."""
        path = self.path / "state.json"
        if not path.exists() and not (self.path / "history.csv").exists():
            return RunState()  # no epoch has ended
        return read_json(
            path,
            TrainingError,
            _REMEDY,
            lambda v: RunState(**{**v, "history": tuple(v["history"])}),
        )

    def foreign(self, name: str, reason: object) -> TrainingError:
        """For a file of the folder that another run has made."""
        return TrainingError(f"{self.path / name} is another run's ({reason}). {_REMEDY}")

    def files(self, state: RunState) -> Iterator[tuple[str, bytes]]:
        """(name, content) of whatever a run needs to go on from a state, which comes last."""
        names = [f"best-{phase}.keras" for phase in range(state.phase + 1)]
        names += [f"{state.checkpoint}.keras", f"{state.checkpoint}.npz"]
        names += ["history.csv", "state.json"]
        for path in (self.path / name for name in names):
            if path.is_file():
                yield path.name, path.read_bytes()

    def record(self) -> dict[str, Any]:
        """What `run.json` says of the run's making.

        Raises:
            TrainingError: if the folder holds no run.
        """
        known = self._read_json("run.json")
        if known is None:
            raise TrainingError(
                f"{self.path} is not the folder of a training run. Train one with scripts/train.py."
            )
        return known

    def save_epoch(self, state: RunState, network: keras.Model, optimizer: Any) -> RunState:
        """Writes weights, optimizer, history and state of an epoch that has ended."""
        stem = f"checkpoint-{len(state.history):04d}"
        self.save_model(network, f"{stem}.keras")
        variables = [keras.ops.convert_to_numpy(v) for v in optimizer.variables]
        random = {
            f"random_{i}": keras.ops.convert_to_numpy(v)
            for i, v in enumerate(_random_states(network))
        }
        self._swap_in(f"{stem}.npz", lambda path: np.savez(path, *variables, **random))
        state = replace(state, checkpoint=stem)
        self.save_state(state)
        for old in self.path.iterdir():
            if _PASSING.fullmatch(old.name) and old.stem != stem and old.is_file():
                old.unlink()
        return state

    def save_state(self, state: RunState) -> None:
        rows = io.StringIO()
        writer = csv.DictWriter(rows, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(state.history)
        # In this order: no row is ever shown of an epoch that a kill then makes the run repeat.
        self.write_text("state.json", json.dumps(asdict(state)) + "\n")
        self.write_text("history.csv", rows.getvalue())

    def load_network(self, name: str) -> keras.Model:
        """Raises `TrainingError` if the file is missing or damaged."""
        try:
            return keras.models.load_model(self.path / name, compile=False)
        except (OSError, ValueError, KeyError, NotImplementedError, zipfile.BadZipFile) as error:
            raise TrainingError(
                f"{self.path / name} cannot be read ({error}). {_REMEDY}"
            ) from error

    def load_optimizer(self, state: RunState, network: keras.Model, optimizer: Any) -> None:
        """Puts the checkpoint's values into an optimizer that is already built.

        The network's random states follow, if the checkpoint has them: a dropout then goes on
        with the masks that an unbroken run would draw.

        Raises:
            TrainingError: if the checkpoint is missing, damaged, or of another network.
        """
        path = self.path / f"{state.checkpoint}.npz"
        try:
            arrays = read_arrays(path)
            values = [array for name, array in arrays.items() if name.startswith("arr_")]
            random = [array for name, array in arrays.items() if name.startswith("random_")]
            for variable, value in zip(optimizer.variables, values, strict=True):
                variable.assign(value)
            for variable, value in zip(_random_states(network), random, strict=False):
                variable.assign(value)
        except (OSError, ValueError) as error:
            raise TrainingError(
                f"{path} cannot be read, or is another run's ({error}). {_REMEDY}"
            ) from error

    def save_model(self, model: keras.Model, name: str) -> None:
        self._swap_in(name, lambda path: save_network(model, path))

    def write_text(self, name: str, text: str) -> None:
        self._swap_in(name, lambda path: path.write_text(text, encoding="utf-8"))

    def write_bytes(self, name: str, content: bytes) -> None:
        self._swap_in(name, lambda path: path.write_bytes(content))

    def _swap_in(self, name: str, write: Callable[[Path], Any]) -> None:
        target = self.path / name
        try:
            replace_file(target, write)
        except (OSError, zipfile.BadZipFile) as error:
            raise TrainingError(
                f"{target} could not be written ({error}). The last good files are kept. Free "
                "some space, then go on with --resume."
            ) from error

    def _read_json(self, name: str) -> dict[str, Any] | None:
        path = self.path / name
        return read_json(path, TrainingError, _REMEDY, dict) if path.exists() else None


def _comparable(key: str, record: dict[str, Any]) -> Any:
    """A record's entry with the defaults of settings that are younger than the record."""
    value = json.loads(json.dumps(record.get(key)))
    if key == "label_sources":
        return value or {}
    if key == "config":
        try:
            return TrainingConfig.from_dict(value or {})
        except TrainingError:
            return None  # a recipe of another age: not the one asked for
    return value


def _random_states(network: keras.Model) -> list[Any]:
    """The seeds of dropout and its like: variables that are no weights."""
    weights = {id(v) for v in network.weights}
    return [v for v in network.variables if id(v) not in weights]
