"""The files of a data set, in whatever they come: a folder, or a zip or tar read in place.

Nothing is ever extracted, no link is followed out of the data set, and no file is read that is
larger than a picture can be. What is left alone for such a reason is listed by `refused`; what
operating systems strew about is passed over.
"""

from __future__ import annotations

import io
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Final, Literal

from fer_core.data.layout import (
    CHALLENGE_TAR,
    CSV_NAMES,
    IMAGE_SUFFIXES,
    LAYOUT,
    folders_of,
    is_debris,
    leads_out,
    member_path,
)
from fer_core.errors import DataError
from fer_core.store.names import printable

Kind = Literal["symlink", "unsafe", "unreadable"]

MAX_FILE_BYTES: Final = 64 * 2**20
# JPEG hardly compresses. What unpacks to more than this many times its size is a zip bomb; small
# archives of generated pictures may compress well, so only large ones are judged.
MAX_ZIP_RATIO: Final = 100
MAX_SMALL_ZIP_BYTES: Final = 2**30
MAX_TAR_BYTES: Final = 2**30
"""Of the pictures in a compressed tar, which has to be read from start to end and is kept."""
_BROKEN: Final = (
    OSError, zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError,
    ValueError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Packed:
    """An archive, or fer2013.csv, that is in memory and on no disk.

    Attributes:
        name: Of the file; what it holds is told from its content.
        data: Its bytes.
    """

    name: str
    data: bytes = field(repr=False)

    def __str__(self) -> str:
        return self.name


Given = Path | Packed


def opened(given: Given) -> IO[bytes]:
    """The file, to read."""
    return io.BytesIO(given.data) if isinstance(given, Packed) else given.open("rb")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a data set.

    Attributes:
        path: With forward slashes.
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
        kind: "symlink"; "unsafe", an archive's member whose name leads out of it; or "unreadable".
        reason: What is wrong with it, to follow the path in a sentence.
    """

    path: str
    kind: Kind
    reason: str


@dataclass(slots=True)
class Files:
    """What a folder or archive holds, in any order.

    Attributes:
        entries: Every file.
        folders: Every folder, empty ones too.
        refused: What is there and is not read.
        streams: Path → opens it, of the members called `CSV_NAMES` or `CHALLENGE_TAR`.
    """

    entries: list[Entry] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)
    refused: list[Refusal] = field(default_factory=list)
    streams: dict[str, Callable[[], IO[bytes]]] = field(default_factory=dict)

    def refuse(self, path: str, kind: Kind, reason: str) -> None:
        self.refused.append(Refusal(printable(path), kind, reason))

    def add(self, path: str, size: int, read: Callable[[], bytes]) -> None:
        """A file of an archive, and the folders that its path implies."""
        self.folders.update(folders_of(path))
        self.entries.append(Entry(path, size, partial(_read, path, size, read)))

    def stream(self, names: Collection[str]) -> tuple[str, IO[bytes]] | None:
        """The first member with one of these names, and an open file of it."""
        found = (path for path in self.streams if PurePosixPath(path).name in names)
        return next(((path, self.streams[path]()) for path in found), None)


def folder_files(root: Path) -> Files:
    """Links to files inside the folder are read. Links out of it, and to folders, are not."""
    files = Files()

    def refuse_folder(error: OSError) -> None:
        path = Path(error.filename).relative_to(root).as_posix()
        files.refuse(path, "unreadable", f"cannot be opened ({reason_of(error)})")

    for parent, folder_names, file_names in os.walk(root, onerror=refuse_folder):
        for folder in (Path(parent, name) for name in folder_names if not is_debris(name)):
            path = folder.relative_to(root).as_posix()
            if folder.is_symlink():
                files.refuse(
                    path, "symlink", "is a link to a folder, and such links are not followed"
                )
            else:
                files.folders.add(printable(path))
        folder_names[:] = [name for name in folder_names if not is_debris(name)]
        for name in file_names:
            if not is_debris(name):
                _add_file(files, Path(parent, name), root)
    return files


def zip_files(file: Given) -> Files:
    """The members of a zip.

    Raises:
        DataError: it cannot be read, would unpack to far more than its size, or is locked.
    """
    try:
        archive = zipfile.ZipFile(opened(file))
    except _BROKEN as error:
        raise DataError(f"{file} is not a readable zip file ({error}). {LAYOUT}") from error
    _check_for_bomb(file, sum(info.file_size for info in archive.infolist()))
    files, pictures = Files(), []
    for info in archive.infolist():
        path = member_path(info.filename)
        if is_debris(path):
            continue
        locked = bool(info.flag_bits & 1)
        if path.lower().endswith(IMAGE_SUFFIXES):
            pictures.append(locked)
        if leads_out(path):
            files.refuse(info.filename, "unsafe", "has a name that leads out of the zip")
        elif stat.S_ISLNK(info.external_attr >> 16):
            files.refuse(path, "symlink", "is a link, and links in a zip are not followed")
        elif locked:
            files.refuse(path, "unreadable", "is protected by a password")
        elif info.filename.endswith(("/", "\\")):
            files.folders.update({path, *folders_of(path)})
        elif path:
            # Never more than the declared size comes out of it, whatever the member really holds.
            files.add(path, info.file_size, partial(archive.read, info))
            if PurePosixPath(path).name in (*CSV_NAMES, CHALLENGE_TAR):
                files.streams[path] = partial(archive.open, info)
    if pictures and all(pictures):
        raise DataError(
            f"{file} is protected by a password. Unpack it with the password and give the folder."
        )
    return files


def tar_files(file: Given | IO[bytes], name: str) -> Files:
    """The members of a tar. One that is compressed is read once, and its pictures are kept.

    Args:
        name: What to call it in a message.

    Raises:
        DataError: it cannot be read, or unpacks to more than `MAX_TAR_BYTES`.
    """
    files, total = Files(), 0
    try:
        archive, in_place = _open_tar(file)
        for member in archive:
            path = member_path(member.name)
            if is_debris(path):
                continue
            if leads_out(path):
                files.refuse(member.name, "unsafe", "has a name that leads out of the archive")
            elif member.isdir():
                files.folders.update({path, *folders_of(path)})
            elif member.issym() or member.islnk():
                files.refuse(path, "symlink", "is a link, and links in a tar are not followed")
            elif not member.isfile():
                files.refuse(path, "unreadable", "is neither a file nor a folder")
            else:
                table = PurePosixPath(path).name in CSV_NAMES
                read = partial(_tar_bytes, archive, member)
                if not in_place:
                    kept = table or path.lower().endswith(IMAGE_SUFFIXES)
                    total += member.size if kept else 0
                    if total > MAX_TAR_BYTES:
                        raise DataError(
                            f"{name} unpacks to more than {MAX_TAR_BYTES / 2**30:.0f} GB. Unpack "
                            "it and give the folder."
                        )
                    read = partial(bytes, read() if kept else b"")
                files.add(path, member.size, read)
                if table:
                    files.streams[path] = lambda read=read: io.BytesIO(read())  # type: ignore[misc]
    except _BROKEN as error:
        raise DataError(f"{name} is not a readable tar file ({error}). {LAYOUT}") from error
    return files


def reason_of(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or repr(error)


def _add_file(files: Files, file: Path, root: Path) -> None:
    path = file.relative_to(root).as_posix()
    try:
        path.encode()
    except UnicodeEncodeError:
        return files.refuse(path, "unreadable", "has a name that is not UTF-8")
    try:
        if file.is_symlink() and not file.resolve().is_relative_to(root.resolve()):
            return files.refuse(path, "symlink", "is a link that leads out of the data set")
        info = file.stat()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, Python < 3.13
        kind: Kind = "symlink" if file.is_symlink() else "unreadable"
        return files.refuse(path, kind, f"cannot be opened ({reason_of(error)})")
    if not stat.S_ISREG(info.st_mode):
        return files.refuse(path, "unreadable", "is neither a file nor a folder")
    files.entries.append(
        Entry(path, info.st_size, partial(_read, path, info.st_size, file.read_bytes))
    )
    return None


def _open_tar(file: Given | IO[bytes]) -> tuple[tarfile.TarFile, bool]:
    """The archive, and whether its members can be read one by one."""
    if not isinstance(file, Given):
        return tarfile.open(fileobj=file, mode="r|*"), False
    try:
        return tarfile.open(fileobj=opened(file), mode="r:"), True
    except tarfile.TarError:
        return tarfile.open(fileobj=opened(file), mode="r|*"), False


def _tar_bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return (file or io.BytesIO()).read()


def _read(path: str, size: int, read: Callable[[], bytes]) -> bytes:
    if size > MAX_FILE_BYTES:
        raise DataError(
            f"{path} has {size / 2**20:.0f} MB. Accepted: at most {MAX_FILE_BYTES // 2**20} MB."
        )
    try:
        return read()
    except _BROKEN as error:
        raise DataError(f"{path} cannot be read ({reason_of(error)}).") from error


def _check_for_bomb(file: Given, total: int) -> None:
    size = len(file.data) if isinstance(file, Packed) else file.stat().st_size
    if total > max(MAX_SMALL_ZIP_BYTES, MAX_ZIP_RATIO * size):
        raise DataError(
            f"{file} would unpack to {total / 2**30:.1f} GB, over {MAX_ZIP_RATIO} times its size: "
            f"no zip of pictures does. Download it again from a source you trust."
        )
