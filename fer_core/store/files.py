"""Files that are replaced whole: a kill or a full disk leaves the old one as it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


def replace_file(path: Path, write: Callable[[Path], Any]) -> None:
    """Lets `write` make a file beside `path`, whose folder is made where missing, and swaps it in.

    Args:
        write: Gets the path to write at, which ends as `path` does: some writers go by that.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"writing-{os.getpid()}-{path.name}")
    try:
        write(beside)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def replace_bytes(path: Path, data: bytes) -> None:
    """Puts a file of these bytes in the place of `path`, as `replace_file` does."""
    replace_file(path, lambda beside: beside.write_bytes(data))


def replace_text(path: Path, text: str) -> None:
    """The same for text, in UTF-8."""
    replace_bytes(path, text.encode())
