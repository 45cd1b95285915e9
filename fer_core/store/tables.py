"""Tables as CSV, no cell of which a spreadsheet takes for a formula: the one way out for tables.

What a spreadsheet makes of a cell: OWASP, "CSV injection". In many countries it cuts lines at
semicolons, and some cut at tabs: what follows one of these begins a cell as well.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, TextIO

_SKIPPED: Final = (
    r"\"' \xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\xad"
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
)
"""Quotation marks, spaces and invisible characters, which may stand before a formula's sign."""
_SIGNS: Final = r"=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
"""The last eight: full-width and small forms, which some spreadsheets take for the first four."""
_BEGINS: Final = rf"(?=[{_SKIPPED}]*[{_SIGNS}])"
_BARE: Final = re.compile(rf"(^|[;\t\r\n]){_BEGINS}")
_GUARDED: Final = re.compile(rf"(^|[;\t\r\n])'{_BEGINS}")
_BLANK_START: Final = re.compile(r"'*[\t\r\n]")
_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.I)


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]], line_end: str = "\r\n") -> str:
    """A table as CSV, separated by commas.

    Args:
        rows: Of str, int, float, or None for an empty cell. Numbers stay numbers.
    """
    text = io.StringIO()
    write_csv(text, header, rows, line_end)
    return text.getvalue()


def write_csv(
    file: TextIO, header: Sequence[str], rows: Iterable[Sequence[Any]], line_end: str = "\r\n"
) -> None:
    """The same, written into a file as the rows come: one of them is in memory at a time.

    Args:
        file: Open for text, with `newline=""`.
    """
    writer = csv.writer(file, lineterminator=line_end)
    for row in itertools.chain((header,), rows):
        writer.writerow([as_cell(cell) if isinstance(cell, str) else cell for cell in row])


def as_cell(text: str) -> str:
    """The text, with an apostrophe before all that a spreadsheet would take for a formula.

    A number's sign begins no formula.
    """
    if _NUMBER.fullmatch(text):
        return text
    guarded = _BARE.sub(r"\1'", text)
    return f"'{guarded}" if _BLANK_START.match(text) else guarded


def from_cell(cell: str) -> str:
    """The text of which `as_cell` made this."""
    if cell.startswith("'") and _BLANK_START.match(cell[1:]):
        cell = cell[1:]
    return _GUARDED.sub(r"\1", cell)
