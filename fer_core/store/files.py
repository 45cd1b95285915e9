"""Paths as people write them; files read in whole, faults said in words, and replaced in whole.

A kill or a full disk leaves the old file as it was.
"""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

from fer_core.errors import FerError

T = TypeVar("T")

MOST_TEXT: Final = 4 * 2**20
"""Bytes of a JSON or TOML file that is read; the largest of a model's own has one million. What it
holds may take fifty times as much memory."""
MOST_TABLE: Final = 32 * 2**20
"""Bytes of a CSV file, whose rows and lines have bounds of their own."""
MOST_ROWS: Final = 300_000
MOST_LINE: Final = 100_000
"""Characters."""


def expand(path: str | Path) -> Path:
    """The path with `~` or `~user` at its start made a home folder, if there is such a user."""
    try:
        return Path(path).expanduser()
    except RuntimeError:  # `~draft.jpg` is a file name like any other
        return Path(path)


def read_regular(path: Path, most: int | None = None) -> bytes:
    """The bytes of a file that has an end: a pipe would be waited for, a device read for good.

    Args:
        most: Bytes; of a larger file none is read.

    Raises:
        OSError: it cannot be read, is no regular file nor a link to one, or is larger; its
            `strerror` says which.
    """
    with open(path, "rb", opener=_open_at_once) as file:
        info = os.fstat(file.fileno())
        if not stat.S_ISREG(info.st_mode):
            raise OSError(errno.EINVAL, "Neither a file nor a folder", str(path))
        if most is not None and info.st_size > most:
            raise OSError(errno.EFBIG, _too_large(info.st_size, most), str(path))
        return file.read(info.st_size if most is None else most)


def read_json(
    path: Path, error: type[FerError], remedy: str, parse: Callable[[dict[str, Any]], T]
) -> T:
    """Reads a file that holds a JSON object, and makes of it what the caller needs.

    Args:
        error: Raised if `read_regular` cannot read the file, it is not UTF-8 or not JSON (which has
            no NaN), holds something else than an object, or `parse` fails. Its message names file
            and fault.
        remedy: What to do then, in a sentence; ends the message.
        parse: Object → value. Whatever a key that is missing or of the wrong kind makes it raise
            (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) is taken as
            damage.
    """
    return parse_json(text_bytes(path, error, remedy), path.name, error, remedy, parse)


def read_csv(path: Path, error: type[FerError], remedy: str) -> list[list[str]]:
    """The rows of a CSV file, none of them blank; `error` and `remedy` as of `read_json`."""
    data = text_bytes(path, error, remedy, MOST_TABLE)
    try:
        return list(table_rows(data.decode()))
    except (ValueError, csv.Error) as fault:
        raise error(f"{path.name} is damaged: {fault}. {remedy}") from fault


def table_rows(text: str) -> Iterator[list[str]]:
    """The rows of a CSV text.

    Raises:
        ValueError: before blank rows, more than `MOST_ROWS`, or a line of more than `MOST_LINE`
            fill the memory.
        csv.Error: it is no CSV.
    """
    for number, row in enumerate(csv.reader(_lines(text)), start=1):
        if not row:
            raise ValueError(f"row {number:,} is blank")
        if number > MOST_ROWS:
            raise ValueError(f"it has more than {MOST_ROWS:,} rows")
        yield row


def _lines(text: str) -> Iterator[str]:
    for number, line in enumerate(io.StringIO(text, newline=""), start=1):
        if len(line) > MOST_LINE:
            raise ValueError(f"line {number:,} has more than {MOST_LINE:,} characters")
        yield line


def text_bytes(path: Path, error: type[FerError], remedy: str, most: int = MOST_TEXT) -> bytes:
    """A file of text as it stands there; `error` and `remedy` as of `read_json`."""
    try:
        return read_regular(path, most)
    except OSError as fault:
        reason = fault.strerror if path.exists() else f"there is no such file in {path.parent}"
        raise error(f"{path.name} cannot be read: {reason}. {remedy}") from fault


def parse_json(
    data: bytes, name: str, error: type[FerError], remedy: str, parse: Callable[[dict[str, Any]], T]
) -> T:
    """The same for the bytes of a file of this name, `MOST_TEXT` at most."""
    if len(data) > MOST_TEXT:
        raise error(f"{name} cannot be read: {_too_large(len(data), MOST_TEXT)}. {remedy}")
    try:
        values = json.loads(data.decode(), parse_constant=_refuse_constant)
        if not isinstance(values, dict):
            raise TypeError("it holds no JSON object")
        return parse(values)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise error(f"{name} is damaged: it is not valid JSON ({fault}). {remedy}") from fault
    except KeyError as fault:
        raise error(f"{name} is damaged: the key {fault} is missing. {remedy}") from fault
    except (TypeError, ValueError, IndexError, AttributeError, OverflowError) as fault:
        raise error(f"{name} is damaged: {fault}. {remedy}") from fault


@contextmanager
def locked_file(path: Path) -> Iterator[bool]:
    """Locks a file, which stays, for this process; yields whether no other one has it.

    The system unlocks it when the process ends, however it does. Who holds it may remove it: who
    has opened it just before does not get it.
    """
    if path.exists() and not path.is_file():  # opening a pipe would wait
        raise OSError(errno.EINVAL, "Neither a file nor a folder", str(path))
    with path.open("a+b") as file:
        try:
            _lock(file.fileno())
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                raise
            yield False
        else:
            yield _is_still_at(path, file.fileno())


def _is_still_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def replace_file(path: Path, write: Callable[[Path], Any]) -> None:
    """Lets `write` make a file beside `path`, and swaps it in; makes the folder if it is missing.

    Args:
        write: Gets the path to write at, which ends as `path` does: some writers go by that. It
            begins with a dot: what a kill leaves of it is no model, and no picture of a folder.
    """
    with replaced_together() as beside:
        write(beside(path))


@contextmanager
def replaced_together() -> Iterator[Callable[[Path], Path]]:
    """Swaps in several files once all of them are written: if one fails, all old ones stay.

    Yields:
        Target → the path beside it to write at, as of `replace_file`. They are swapped in in the
        order in which they were asked for.
    """
    written: dict[Path, Path] = {}

    def beside(path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():  # found out before others are swapped in
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        written[path] = path.with_name(f".writing-{os.getpid()}-{path.name}")
        return written[path]

    try:
        yield beside
        for source in written.values():
            with source.open("rb") as file:
                os.fsync(file.fileno())
        for target, source in written.items():
            source.replace(target)
    except OSError as error:
        for target, source in written.items():
            if error.filename == str(source):
                error.filename = str(target)  # what a person asked for, not the file beside it
        raise
    finally:
        for source in written.values():
            source.unlink(missing_ok=True)


def require_writable(path: Path) -> None:
    """Finds out before the work is done whether `replace_file` could put a file there.

    Raises:
        OSError: it could not; its `filename` is `path`.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    probe = path.with_name(f".writing-{os.getpid()}-probe")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        error.filename = str(path)
        raise


def replace_bytes(path: Path, data: bytes) -> None:
    """Puts a file of these bytes in the place of `path`, as `replace_file` does."""
    replace_file(path, lambda beside: beside.write_bytes(data))


def replace_text(path: Path, text: str) -> None:
    """The same for text, in UTF-8."""
    replace_bytes(path, text.encode())


def _too_large(size: int, most: int) -> str:
    return f"it has {size:,} bytes, more than {most:,}"


def _open_at_once(path: str, flags: int) -> int:
    """Opening a pipe waits for somebody who writes otherwise. Windows has no such pipes."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")
