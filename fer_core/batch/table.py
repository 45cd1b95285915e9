"""Rows → a table on disk, a few at a time: CSV, Parquet or JSON lines, swapped in when whole."""

from __future__ import annotations

import importlib
import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from fer_core.batch.rows import COLUMNS, TEXT, WHOLE, Row
from fer_core.errors import InputError
from fer_core.store.files import replace_file
from fer_core.store.names import printable
from fer_core.store.tables import write_csv

_GROUP: Final = 20_000
"""Rows that Parquet is written by."""


def require_kind(path: Path) -> None:
    """Raises InputError if `write_table` could not write such a file, by its ending."""
    if path.suffix.lower() not in _WRITERS:
        raise InputError(
            f"Results are written as {', '.join(_WRITERS)}, by the ending. Received: {path.name}"
        )
    if path.suffix.lower() == ".parquet":
        _arrow()


def write_table(path: Path, rows: Iterable[Row], made_by: Mapping[str, Any]) -> None:
    """Writes rows by `COLUMNS`; the old file, if any, stays until the new one is whole.

    In CSV and Parquet, hidden characters of a file's name are escapes; JSON lines have the name
    itself. Numbers are rounded alike in all three.

    Args:
        made_by: What the answers came from; Parquet carries it as metadata, under "fer".
    """
    write = _WRITERS[path.suffix.lower()]
    replace_file(path, lambda beside: write(beside, rows, made_by))


def _write_csv(path: Path, rows: Iterable[Row], made_by: Mapping[str, Any]) -> None:
    # In UTF-8 without the mark that R would take for a part of the first column's name.
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        write_csv(file, COLUMNS, map(_shown, rows))


def _write_json_lines(path: Path, rows: Iterable[Row], made_by: Mapping[str, Any]) -> None:
    with path.open("w", encoding="ascii") as file:
        for row in rows:
            file.write(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n")


def _write_parquet(path: Path, rows: Iterable[Row], made_by: Mapping[str, Any]) -> None:
    arrow, parquet = _arrow()
    schema = arrow.schema(
        [(name, _type(arrow, name)) for name in COLUMNS],
        metadata={"fer": json.dumps(made_by)},
    )
    shown = map(_shown, rows)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while group := list(itertools.islice(shown, _GROUP)):
            columns = [
                arrow.array(values, field.type)
                for values, field in zip(zip(*group, strict=True), schema, strict=True)
            ]
            writer.write_table(arrow.Table.from_arrays(columns, schema=schema))


_WRITERS: Final[Mapping[str, Callable[[Path, Iterable[Row], Mapping[str, Any]], None]]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".jsonl": _write_json_lines,
}


def _shown(row: Row) -> Row:
    return tuple(printable(cell) if isinstance(cell, str) else cell for cell in row)


def _type(arrow: Any, name: str) -> Any:
    if name in TEXT:
        return arrow.string()
    return arrow.int64() if name in WHOLE else arrow.float64()


def _arrow() -> tuple[Any, Any]:
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise InputError(
            "Parquet needs pyarrow, which is not installed: pip install pyarrow, or take .csv."
        ) from error
