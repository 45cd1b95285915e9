"""Rows written as CSV, Parquet and JSON lines."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fer_core.batch.rows import COLUMNS
from fer_core.batch.table import require_kind, write_table
from fer_core.errors import InputError


def test_all_three_formats_hold_the_same(tmp_path: Path) -> None:
    odd = os.fsdecode("=1+1\u202e\xff.png".encode() + b"\xff")
    values = {"file": odd, "face": 1, "answer": "happy", "confidence": 0.25, "problem": ""}
    row = (*(values.get(name) for name in COLUMNS[:-1]), "")
    empty = ("b.png", *[None] * (len(COLUMNS) - 3), "", "")
    for ending in (".csv", ".jsonl", ".parquet"):
        write_table(tmp_path / f"t{ending}", iter([row, empty]), {"model": "stub"})
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    assert [tuple(line.values()) for line in lines] == [row, empty]
    assert list(lines[0]) == list(COLUMNS)
    table = pq.read_table(tmp_path / "t.parquet")
    assert json.loads(table.schema.metadata[b"fer"]) == {"model": "stub"}
    columns = table.to_pylist()
    assert columns[0]["file"].startswith("=1+1\\u202e") and columns[0]["confidence"] == 0.25
    assert columns[1]["face"] is None and columns[1]["problem"] == ""
    cells = list(csv.reader((tmp_path / "t.csv").open(newline="")))
    assert cells[0] == list(COLUMNS)
    assert cells[1][0].startswith("'=1+1\\u202e")  # no formula
    assert cells[2][1:-2] == [""] * (len(COLUMNS) - 3)


@pytest.mark.parametrize("name", ["t", "t.xlsx", "t.csv.gz"])
def test_other_formats_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"\.parquet"):
        require_kind(Path(name))


def test_a_table_needs_no_more_memory_for_more_rows(tmp_path: Path) -> None:
    """Rows are taken as they come: the writer never holds more than a group of them."""
    alive, most = 0, 0

    class Cell(str):
        def __new__(cls, text: str) -> Cell:
            nonlocal alive, most
            alive += 1
            most = max(most, alive)
            return super().__new__(cls, text)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    for ending, limit in ((".csv", 10), (".jsonl", 10), (".parquet", 50_000)):
        most = 0
        rows = ((Cell("a.png"), *[None] * (len(COLUMNS) - 1)) for _ in range(100_000))
        write_table(tmp_path / f"t{ending}", rows, {})
        assert 0 < most <= limit
