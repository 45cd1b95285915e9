"""`<stem>.doubts.csv`: images whose label other images contradict, the most contradicted first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fer_core.errors import ReportError
from fer_core.labels import EMOTIONS
from fer_core.store.files import read_csv, replace_text
from fer_core.store.tables import as_csv, from_cell

COLUMNS: Final = ("path", "label", "suggested", "label_probability", "suggested_probability")
_REMEDY: Final = "Write it again with scripts/trust/doubtful_labels.py."


@dataclass(frozen=True, slots=True)
class Doubt:
    """An image whose label is contradicted.

    Attributes:
        path: In the data set.
        label, suggested: Of `EMOTIONS`.
        label_probability, suggested_probability: What heads that did not see it give each.
    """

    path: str
    label: str
    suggested: str
    label_probability: float
    suggested_probability: float


def write_doubts(path: Path, found: Sequence[Doubt]) -> None:
    """Writes the table, complete or not at all."""
    rows = (
        [
            d.path,
            d.label,
            d.suggested,
            f"{d.label_probability:.4f}",
            f"{d.suggested_probability:.4f}",
        ]
        for d in found
    )
    replace_text(path, as_csv(COLUMNS, rows, "\n"))


def read_doubts(path: Path) -> list[Doubt]:
    """Reads what `write_doubts` wrote.

    Raises:
        ReportError: the file is missing or damaged.
    """
    header, *rows = read_csv(path, ReportError, _REMEDY) or [[]]
    try:
        if tuple(header) != COLUMNS:
            raise ValueError(f"it does not begin with {','.join(COLUMNS)}")
        return [_parsed(row) for row in rows]
    except ValueError as fault:
        raise ReportError(f"{path.name} is damaged: {fault}. {_REMEDY}") from fault


def _parsed(row: list[str]) -> Doubt:
    path, label, suggested, *shares = row
    if {label, suggested} - set(EMOTIONS):
        raise ValueError(f"no such expressions: {label}, {suggested}")
    own, other = map(float, shares)
    if not (0 <= own <= 1 and 0 <= other <= 1):
        raise ValueError(f"probabilities lie in [0, 1]. Received: {own}, {other}")
    return Doubt(from_cell(path), label, suggested, own, other)
