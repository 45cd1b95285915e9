"""Files, folders, patterns and lists, as somebody names them → the files to read, in order."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from fer_core.store.files import expand
from fer_core.video.film.opening import SUFFIXES as FILMS

LOOKED_AT: Final = frozenset(
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp"),
        # Of these, a row says why they are not read: whoever has them should know.
        *(".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jxl", ".jp2"),
        *(*FILMS, ".mpg", ".mpeg", ".wmv", ".flv", ".3gp", ".ogv", ".mts", ".m2ts"),
    )
)
"""Endings, in lower case, of what is taken from a folder."""

_PATTERN: Final = re.compile(r"[*?\[]")
_ABSENT: Final = -1


class Input(NamedTuple):
    """A file to read; a tuple, for there may be a million.

    Attributes:
        path: As it was named, or found in a folder that was.
        size: In bytes; -1 if the file cannot be reached.
        changed: When it last was, in nanoseconds since 1970 (POSIX, `st_mtim`).
        problem: Why it cannot be read, in words, if that is known before.
        stem: What its annotated copies are called, without endings; "" if there are none.
    """

    path: str
    size: int = _ABSENT
    changed: int = 0
    problem: str = ""
    stem: str = ""

    @property
    def is_film(self) -> bool:
        """By its name alone."""
        return self.path.lower().endswith(FILMS)


@dataclass(slots=True)
class Found:
    """Attributes:
    inputs: In the order in which they were named, those of a folder by name.
    repeated: How many were named before, and are read once.
    passed_over: How many files of folders are hidden, or no picture or film by their ending.
    """

    inputs: list[Input] = field(default_factory=list)
    repeated: int = 0
    passed_over: int = 0


def find_inputs(
    named: Iterable[str],
    listed: Iterable[str] = (),
    *,
    recursive: bool = False,
    leave_out: Path | None = None,
) -> Found:
    """Finds every file that is meant. What cannot be found is an input with its problem.

    Args:
        named: Files, folders, and patterns such as "a/**/*.jpg" (`glob`); `~` is the home folder.
        listed: Files and folders, taken as they are.
        recursive: Whether folders within folders are looked into; links to folders never are.
        leave_out: A folder that is not looked into, as it gets what is made of these files.
    """
    found, seen = Found(), set[str]()
    without = None if leave_out is None else leave_out.absolute()
    for path in (*(path for text in named for path in _expanded(text)), *listed):
        for item in _within(path, recursive, without, found):
            key = str(Path(item.path).absolute())
            found.repeated += key in seen
            if key not in seen:
                seen.add(key)
                found.inputs.append(item)
    return found


def read_list(source: Path | BinaryIO) -> list[str]:
    """Paths from a file, which may be a pipe: one a line, or zero bytes between (`find -print0`).

    Raises:
        OSError: it cannot be read.
    """
    data = source.read_bytes() if isinstance(source, Path) else source.read()
    parts = data.split(b"\0") if b"\0" in data else re.split(rb"\r?\n", data)
    return [os.fsdecode(part) for part in parts if part]


def _expanded(text: str) -> list[str]:
    path = str(expand(text))
    if not _PATTERN.search(path) or "\0" in path or os.path.lexists(path):
        return [path]
    found = set(_matches(path))
    if "**" in path:  # which means what is in folders, not the folders
        found = {match for match in found if not os.path.isdir(match)}  # noqa: PTH112
    return sorted(found) or [path]


def _matches(pattern: str) -> Iterator[str]:
    """As `glob.glob`, whose "**" follows links to folders: one to its own folder has no end."""
    before, stars, after = pattern.partition("**")
    if not stars:
        yield from glob.glob(pattern)  # noqa: PTH207 - pathlib's finds hidden files
        return
    for top in glob.glob(before) if before else ["."]:  # noqa: PTH207
        for folder, folders, _ in os.walk(top):
            folders[:] = [name for name in folders if not name.startswith(".")]
            yield from _matches(f"{glob.escape(folder)}/{after.lstrip('/') or '*'}")


def _within(path: str, recursive: bool, without: Path | None, found: Found) -> Iterator[Input]:
    """The file itself, or what a folder holds."""
    if not os.path.isdir(path):  # noqa: PTH112 - pathlib's raises for a name that is too long
        yield _stated(path)
        return
    empty = True
    for item in _walk(path, recursive, without, found):
        empty = False
        yield item
    if empty:
        below = "" if recursive else " With --recursive, folders in it are looked into."
        yield Input(path, problem=f"This folder holds no picture and no film.{below}")


def _walk(folder: str, recursive: bool, without: Path | None, found: Found) -> Iterator[Input]:
    if Path(folder).absolute() == without:
        return
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield Input(folder, problem=f"{error.strerror or error}.")
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if recursive and not entry.name.startswith("."):
                yield from _walk(entry.path, recursive, without, found)
        elif entry.name.startswith(".") or Path(entry.name).suffix.lower() not in LOOKED_AT:
            found.passed_over += 1
        else:
            yield _stated(entry.path)


def _stated(path: str) -> Input:
    try:
        info = Path(path).stat()
    except (OSError, ValueError):  # whoever reads it says why; ValueError: a zero byte
        return Input(path)
    return Input(path, info.st_size, info.st_mtime_ns)
