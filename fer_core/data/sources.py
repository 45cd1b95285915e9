"""Where a data set's files come from: a folder, or the zip of one read in place.

Nothing is ever extracted, no link is followed out of the data set, and no file is read that is
larger than a picture can be. What is left alone for such a reason is listed by `refused`.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final, Literal, Protocol

from fer_core.errors import DataError
from fer_core.labels import EMOTIONS

SPLIT_FOLDERS: Final = ("train", "test")
LAYOUT: Final = (
    "Expected a folder (or the zip of one) with train/<class>/ and test/<class>/, where the "
    f"classes are {', '.join(EMOTIONS)}."
)

MAX_FILE_BYTES: Final = 64 * 2**20
# JPEG hardly compresses. What unpacks to more than this many times its size is a zip bomb; small
# archives of generated pictures may compress well, so only large ones are judged.
MAX_ZIP_RATIO: Final = 100
MAX_SMALL_ZIP_BYTES: Final = 2**30


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a data set.

    Attributes:
        path: Relative to the folder that holds `train`, with forward slashes.
        size: In bytes.
        read: Returns the file's bytes; raises `DataError` if it cannot.
    """

    path: str
    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something in a data set that is not read.

    Attributes:
        path: As in `Entry`; characters that are not UTF-8 are written as escapes.
        kind: "symlink"; "unsafe", a zip member whose name leads out of the zip; or "unreadable".
        reason: What is wrong with it, to follow the path in a sentence.
    """

    path: str
    kind: Literal["symlink", "unsafe", "unreadable"]
    reason: str


class Source(Protocol):
    """Where a data set's files come from."""

    def entries(self) -> list[Entry]:
        """Every file below the folder that holds `train`, sorted by path."""
        ...

    def folders(self) -> list[str]:
        """Every folder there, empty ones too, sorted."""
        ...

    def refused(self) -> list[Refusal]:
        """What is there and is not read, sorted by path."""
        ...


class FolderSource:
    """A data set in a folder.

    Links to files inside it are read. Links that lead out of it, and all links to folders, are not.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = _folder_with_splits(folder)
        self._home = self.folder.resolve()
        self._entries: list[Entry] = []
        self._folders: list[str] = []
        self._refused: list[Refusal] = []
        for parent, folders, files in os.walk(self.folder, onerror=self._unreadable):
            for name in folders:
                self._add_folder(Path(parent, name))
            for name in files:
                self._add_file(Path(parent, name))

    def entries(self) -> list[Entry]:
        return sorted(self._entries, key=lambda entry: entry.path)

    def folders(self) -> list[str]:
        return sorted(self._folders)

    def refused(self) -> list[Refusal]:
        return sorted(self._refused, key=lambda refusal: refusal.path)

    def _add_folder(self, folder: Path) -> None:
        if folder.is_symlink():
            self._refuse(
                folder, "symlink", "is a link to a folder, and such links are not followed"
            )
        else:
            self._folders.append(_printable(folder.relative_to(self.folder).as_posix()))

    def _add_file(self, file: Path) -> None:
        path = file.relative_to(self.folder).as_posix()
        if path != _printable(path):
            return self._refuse(file, "unreadable", "has a name that is not UTF-8")
        try:
            if file.is_symlink() and not file.resolve().is_relative_to(self._home):
                return self._refuse(file, "symlink", "is a link that leads out of the data set")
            info = file.stat()
        except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, Python < 3.13
            kind: Literal["symlink", "unreadable"] = (
                "symlink" if file.is_symlink() else "unreadable"
            )
            return self._refuse(file, kind, f"cannot be opened ({_reason(error)})")
        if not stat.S_ISREG(info.st_mode):
            return self._refuse(file, "unreadable", "is neither a file nor a folder")
        read = partial(_read, path, info.st_size, file.read_bytes)
        self._entries.append(Entry(path, info.st_size, read))
        return None

    def _refuse(self, path: Path, kind: Literal["symlink", "unreadable"], reason: str) -> None:
        name = _printable(path.relative_to(self.folder).as_posix())
        self._refused.append(Refusal(name, kind, reason))

    def _unreadable(self, error: OSError) -> None:
        self._refuse(Path(error.filename), "unreadable", f"cannot be opened ({_reason(error)})")


class ZipSource:
    """A data set in a zip file, read in place."""

    def __init__(self, file: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise DataError(f"{file} is not a readable zip file ({error}). {LAYOUT}") from error
        members = self._zip.infolist()
        _check_for_bomb(file, members)
        self._refused = [refusal for info in members if (refusal := _member_refusal(info))]
        bad = {refusal.path for refusal in self._refused}
        members = [info for info in members if info.filename not in bad]
        self._prefix = _zip_prefix(info.filename for info in members)
        self._members = [info for info in members if info.filename.startswith(self._prefix)]

    def entries(self) -> list[Entry]:
        found = [
            Entry(path, info.file_size, partial(_read, path, info.file_size, self._reader(info)))
            for info in self._members
            if not info.is_dir() and (path := self._path(info))
        ]
        return sorted(found, key=lambda entry: entry.path)

    def folders(self) -> list[str]:
        found: set[str] = set()
        for info in self._members:
            path = PurePosixPath(self._path(info))
            found.update(map(str, path.parents))
            if info.is_dir():
                found.add(str(path))
        return sorted(found - {"."})

    def refused(self) -> list[Refusal]:
        return sorted(self._refused, key=lambda refusal: refusal.path)

    def _path(self, info: zipfile.ZipInfo) -> str:
        return info.filename[len(self._prefix) :]

    def _reader(self, info: zipfile.ZipInfo) -> Callable[[], bytes]:
        # Never more than the declared size comes out of `read`, whatever the member really holds.
        return lambda: self._zip.read(info)


def open_source(path: str | Path) -> Source:
    """Opens a data set's folder or zip.

    Raises:
        DataError: if there is nothing at `path`, or it is neither, or it holds no data set.
    """
    path = Path(path)
    try:
        if path.is_dir():
            return FolderSource(path)
        if path.is_file():
            return ZipSource(path)
    except PermissionError as error:
        raise DataError(f"{path} cannot be opened ({_reason(error)}). {LAYOUT}") from error
    raise DataError(f"There is no data set at {path}. {LAYOUT}")


def normal_name(name: str) -> str:
    """A folder's name without case, Unicode form, or surrounding blanks."""
    return unicodedata.normalize("NFC", name).strip().casefold()


def _read(path: str, size: int, read: Callable[[], bytes]) -> bytes:
    if size > MAX_FILE_BYTES:
        raise DataError(
            f"{path} has {size / 2**20:.0f} MB. Accepted: at most {MAX_FILE_BYTES // 2**20} MB."
        )
    try:
        return read()
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DataError(f"{path} cannot be read ({_reason(error)}).") from error


def _check_for_bomb(file: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    total = sum(info.file_size for info in members)
    if total > max(MAX_SMALL_ZIP_BYTES, MAX_ZIP_RATIO * file.stat().st_size):
        raise DataError(
            f"{file} would unpack to {total / 2**30:.1f} GB, over {MAX_ZIP_RATIO} times its size: "
            f"no zip of pictures does. Download it again from a source you trust."
        )


def _member_refusal(info: zipfile.ZipInfo) -> Refusal | None:
    path = PurePosixPath(info.filename)
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:|.*\\", info.filename):
        return Refusal(info.filename, "unsafe", "has a name that leads out of the zip")
    if stat.S_ISLNK(info.external_attr >> 16):
        return Refusal(info.filename, "symlink", "is a link, and links in a zip are not followed")
    if info.flag_bits & 1:
        return Refusal(info.filename, "unreadable", "is protected by a password")
    return None


def _folder_with_splits(folder: Path) -> Path:
    below = sorted(p for p in folder.iterdir() if p.is_dir() and not p.is_symlink())
    for candidate in (folder, *below):
        names = {normal_name(p.name) for p in candidate.iterdir() if p.is_dir()}
        if names & set(SPLIT_FOLDERS):
            return candidate
    raise DataError(f"{folder} holds neither train/ nor test/. {LAYOUT}")


def _zip_prefix(names: Iterator[str]) -> str:
    for name in names:
        folders = name.split("/")[:-1]
        if folders[:1] == ["__MACOSX"]:  # a shadow of every folder, added by macOS
            continue
        for depth in (0, 1):
            if len(folders) > depth and normal_name(folders[depth]) in SPLIT_FOLDERS:
                return "".join(f"{folder}/" for folder in folders[:depth])
    raise DataError(f"The zip holds neither train/ nor test/. {LAYOUT}")


def _printable(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or repr(error)
