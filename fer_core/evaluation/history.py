"""`<stem>.history.csv`: how a training run went, one row an epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fer_core.errors import ReportError
from fer_core.store.files import read_csv

_KINDS: Final = {
    "epoch": int,
    "phase": str,
    "size": int,
    "learning_rate": float,
    "loss": float,
    "accuracy": float,
    "val_loss": float,
    "val_accuracy": float,
    "seconds": float,
}
COLUMNS: Final = tuple(_KINDS)
_REMEDY = "Export the run again with scripts/export.py."


@dataclass(frozen=True, slots=True)
class History:
    """A run's epochs; every field has one value an epoch.

    Attributes:
        epoch: Counted from 1 across phases.
        phase: The phase's name.
        size: Side to which faces were upscaled, in pixels.
        learning_rate: At the epoch's end.
        loss: Mean of the training loss while the epoch went on, in nats.
        accuracy: Share of right answers on training batches, in [0, 1].
        val_loss: Loss on the validation part after the epoch, in nats.
        val_accuracy: Share of right answers on it, in [0, 1].
        seconds: Wall time.
    """

    epoch: tuple[int, ...]
    phase: tuple[str, ...]
    size: tuple[int, ...]
    learning_rate: tuple[float, ...]
    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    val_loss: tuple[float, ...]
    val_accuracy: tuple[float, ...]
    seconds: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.epoch)

    def spans(self) -> tuple[tuple[str, int, int], ...]:
        """(name, first epoch, last epoch) of each phase, in order."""
        starts = [i for i, name in enumerate(self.phase) if i == 0 or name != self.phase[i - 1]]
        ends = [*(i - 1 for i in starts[1:]), len(self) - 1]
        return tuple(
            (self.phase[first], self.epoch[first], self.epoch[last])
            for first, last in zip(starts, ends, strict=True)
        )


def read_history(path: Path | str) -> History:
    """Reads a run's history.

    Raises:
        ReportError: The file is missing, empty, or not a history.
    """
    path = Path(path)
    header, *rows = read_csv(path, ReportError, _REMEDY) or [[]]
    try:
        return _history([dict(zip(header, row, strict=True)) for row in rows])
    except (KeyError, TypeError, ValueError) as error:
        raise ReportError(f"{path.name} is not a training history: {error}. {_REMEDY}") from error


def _history(rows: list[dict[str, str]]) -> History:
    if not rows:
        raise ValueError("it has no epochs")
    missing = [name for name in COLUMNS if name not in rows[0]]
    if missing:
        raise ValueError(f"the column {missing[0]} is missing")
    columns: dict[str, Any] = {
        name: tuple(kind(row[name]) for row in rows) for name, kind in _KINDS.items()
    }
    if columns["epoch"] != tuple(range(1, len(rows) + 1)):
        raise ValueError("its epochs do not count up from 1")
    for name, kind in _KINDS.items():
        if kind is float and not all(map(math.isfinite, columns[name])):
            raise ValueError(f"{name} is not a number in every epoch")
    return History(**columns)
