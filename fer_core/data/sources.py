"""Where a data set's files come from: a folder, or the zip of one read in place.

Nothing is ever extracted, no link is followed out of the data set, and no file is read that is
larger than a picture can be. What is left alone for such a reason is listed by `refused`.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.store.names import alike, printable

SPLIT_FOLDERS: Final = ("train", "test")
LAYOUT: Final = (
    "Expected a folder (or the zip of one) with train/<class>/ and test/<class>/, where the "
    f"classes are {', '.join(EMOTIONS)}."
)

Kind = Literal["symlink", "unsafe", "unreadable"]

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
    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """A data set's files, by path.

    Attributes:
        entries: Every file below the folder that holds `train`.
        folders: Every folder there, empty ones too.
        refused: What is there and is not read.
    """

    entries: tuple[Entry, ...]
    folders: tuple[str, ...]
    refused: tuple[Refusal, ...]

    @classmethod
    def sort(
        cls, entries: Iterable[Entry], folders: Iterable[str], refused: Iterable[Refusal]
    ) -> Source:
        by_path = attrgetter("path")
        return cls(
            tuple(sorted(entries, key=by_path)),
            tuple(sorted(folders)),
            tuple(sorted(refused, key=by_path)),
        )


def open_source(path: str | Path) -> Source:
    """Opens a data set's folder or zip.

    Raises:
        DataError: if there is nothing at `path`, or it is neither, or it holds no data set.
    """
    path = Path(path)
    try:
        if path.is_dir():
            return _folder_source(path)
        if path.is_file():
            return _zip_source(path)
    except PermissionError as error:
        raise DataError(f"{path} cannot be opened ({_reason(error)}). {LAYOUT}") from error
    raise DataError(f"There is no data set at {path}. {LAYOUT}")


def normal_name(name: str) -> str:
    """A folder's name without case, Unicode form, or surrounding blanks."""
    return alike(name.strip())


def _folder_source(home: Path) -> Source:
    """Links to files inside the data set are read. Links out of it, and to folders, are not."""
    root = _folder_with_splits(home)
    entries: list[Entry] = []
    folders: list[str] = []
    refused: list[Refusal] = []

    def refuse(path: Path, kind: Kind, reason: str) -> None:
        refused.append(Refusal(printable(path.relative_to(root).as_posix()), kind, reason))

    def refuse_folder(error: OSError) -> None:
        refuse(Path(error.filename), "unreadable", f"cannot be opened ({_reason(error)})")

    for parent, folder_names, file_names in os.walk(root, onerror=refuse_folder):
        for folder in (Path(parent, name) for name in folder_names):
            if folder.is_symlink():
                refuse(folder, "symlink", "is a link to a folder, and such links are not followed")
            else:
                folders.append(printable(folder.relative_to(root).as_posix()))
        for name in file_names:
            found = _file_entry(Path(parent, name), root)
            if isinstance(found, Entry):
                entries.append(found)
            else:
                refused.append(found)
    return Source.sort(entries, folders, refused)


def _file_entry(file: Path, root: Path) -> Entry | Refusal:
    path = file.relative_to(root).as_posix()
    try:
        path.encode()
    except UnicodeEncodeError:
        return Refusal(printable(path), "unreadable", "has a name that is not UTF-8")
    try:
        if file.is_symlink() and not file.resolve().is_relative_to(root.resolve()):
            return Refusal(path, "symlink", "is a link that leads out of the data set")
        info = file.stat()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, Python < 3.13
        kind: Kind = "symlink" if file.is_symlink() else "unreadable"
        return Refusal(path, kind, f"cannot be opened ({_reason(error)})")
    if not stat.S_ISREG(info.st_mode):
        return Refusal(path, "unreadable", "is neither a file nor a folder")
    return Entry(path, info.st_size, partial(_read, path, info.st_size, file.read_bytes))


def _zip_source(file: Path) -> Source:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DataError(f"{file} is not a readable zip file ({error}). {LAYOUT}") from error
    _check_for_bomb(file, archive.infolist())
    pictures = [info for info in archive.infolist() if _in_split(info)]
    if pictures and all(map(_is_locked, pictures)):
        raise DataError(
            f"{file} is protected by a password. Unpack it with the password and give the folder."
        )
    refused = [refusal for info in archive.infolist() if (refusal := _member_refusal(info))]
    bad = {refusal.path for refusal in refused}
    members = [info for info in archive.infolist() if info.filename not in bad]
    prefix = _zip_prefix(info.filename for info in members)
    entries: list[Entry] = []
    folders: set[str] = set()
    for info in members:
        if not info.filename.startswith(prefix):
            continue
        path = info.filename.removeprefix(prefix)
        folders.update(map(str, PurePosixPath(path).parents))
        if info.is_dir():
            folders.add(str(PurePosixPath(path)))
        elif path:
            # Never more than the declared size comes out of it, whatever the member really holds.
            read = partial(archive.read, info)
            entries.append(Entry(path, info.file_size, partial(_read, path, info.file_size, read)))
    return Source.sort(entries, folders - {"."}, refused)


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
    if _is_locked(info):
        return Refusal(info.filename, "unreadable", "is protected by a password")
    return None


def _in_split(info: zipfile.ZipInfo) -> bool:
    folders = info.filename.split("/")[:2]
    return not info.is_dir() and any(normal_name(name) in SPLIT_FOLDERS for name in folders)


def _is_locked(info: zipfile.ZipInfo) -> bool:
    return bool(info.flag_bits & 1)


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


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or repr(error)
