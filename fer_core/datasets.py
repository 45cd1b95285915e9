"""Class folders, or the zip of them, → arrays.

The layout is that of FER-2013 as Kaggle hands it out: `train/<class>/*` and `test/<class>/*`, with
class names in any case, at the top or one folder down. Files named `PublicTest_*` and
`PrivateTest_*` belong to FER-2013's two official test halves.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.errors import DataError, ImageError
from fer_core.images import decode, to_gray
from fer_core.labels import EMOTIONS

DATA_VARIABLE: Final = "FER_DATA"
SIDE: Final = 48
SPLIT_FOLDERS: Final = ("train", "test")
IMAGE_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp")

_LAYOUT = (
    "Expected a folder (or the zip of one) with train/<class>/ and test/<class>/, where the "
    f"classes are {', '.join(EMOTIONS)}."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a data set.

    Attributes:
        path: Relative to the folder that holds `train`, with forward slashes.
        size: In bytes.
        read: Returns the file's bytes.
    """

    path: str
    size: int
    read: Callable[[], bytes]


class Source(Protocol):
    """Where a data set's files come from."""

    name: str

    def entries(self) -> list[Entry]:
        """Every file below the folder that holds `train`, sorted by path."""
        ...


class FolderSource:
    """A data set in a folder. Symbolic links that lead out of it are left alone."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self.folder = _folder_with_splits(folder)

    def entries(self) -> list[Entry]:
        home = self.folder.resolve()
        files = []
        for parent, _, names in os.walk(self.folder):
            for name in names:
                file = Path(parent) / name
                if file.is_file() and file.resolve().is_relative_to(home):
                    path = file.relative_to(self.folder).as_posix()
                    files.append(Entry(path, file.stat().st_size, file.read_bytes))
        return sorted(files, key=lambda entry: entry.path)


class ZipSource:
    """A data set in a zip file, read in place."""

    def __init__(self, file: Path) -> None:
        self.name = file.name
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError) as error:
            raise DataError(f"{file} is not a readable zip file ({error}). {_LAYOUT}") from error

    def entries(self) -> list[Entry]:
        files = [info for info in self._zip.infolist() if not info.is_dir()]
        prefix = _zip_prefix(info.filename for info in files)
        found = [
            Entry(
                info.filename[len(prefix) :],
                info.file_size,
                lambda info=info: self._zip.read(info),  # type: ignore[misc]
            )
            for info in files
            if info.filename.startswith(prefix)
        ]
        return sorted(found, key=lambda entry: entry.path)


def open_source(path: str | Path) -> Source:
    """Opens a data set's folder or zip.

    Raises:
        DataError: where there is nothing at `path`, or it is neither.
    """
    path = Path(path)
    if path.is_dir():
        return FolderSource(path)
    if path.is_file():
        return ZipSource(path)
    raise DataError(f"There is no data set at {path}. {_LAYOUT}")


def split_and_label(path: str) -> tuple[str, int] | None:
    """The split and class index that an entry's path stands for, or None for any other file.

    >>> split_and_label("test/Happy/PrivateTest_17.jpg")
    ('private', 3)
    """
    parts = PurePosixPath(path).parts
    if len(parts) != 3 or not parts[2].lower().endswith(IMAGE_SUFFIXES):
        return None
    folder, label = normal_name(parts[0]), normal_name(parts[1])
    if folder not in SPLIT_FOLDERS or label not in EMOTIONS:
        return None
    return _split_of(folder, parts[2]), EMOTIONS.index(label)


def normal_name(name: str) -> str:
    """A folder's name without case, Unicode form, or surrounding blanks."""
    return unicodedata.normalize("NFC", name).strip().casefold()


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Images with their labels.

    Attributes:
        images: (n, 48, 48) uint8 gray.
        labels: (n,) int64, indices into `EMOTIONS`.
        splits: (n,) of "train", "public", "private" or "test".
        paths: n paths relative to the data set's root.
        skipped: paths of files that could not be decoded, with the reason.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    splits: NDArray[np.str_]
    paths: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        n = len(self.images)
        if self.images.shape != (n, SIDE, SIDE) or self.images.dtype != np.uint8:
            raise ValueError(
                f"Images are (n, {SIDE}, {SIDE}) uint8. "
                f"Received: {self.images.shape} {self.images.dtype}"
            )
        if not len(self.labels) == len(self.splits) == len(self.paths) == n:
            raise ValueError("Every image has one label, one split and one path.")

    def __len__(self) -> int:
        return len(self.images)

    def where(self, mask: NDArray[np.bool_]) -> Dataset:
        """The images for which `mask`, (n,) bool, is true."""
        paths = tuple(p for p, keep in zip(self.paths, mask, strict=True) if keep)
        return Dataset(self.images[mask], self.labels[mask], self.splits[mask], paths)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over every path and pixel: the same for a folder and for the zip of it."""
        digest = hashlib.sha256()
        for path, image in zip(self.paths, self.images, strict=True):
            digest.update(path.encode())
            digest.update(image.tobytes())
        return digest.hexdigest()

    def copy_groups(self) -> NDArray[np.int64]:
        """(n,) int64: images with the same pixels have the same number."""
        hashes = [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in self.images]
        numbers = {digest: i for i, digest in enumerate(dict.fromkeys(hashes))}
        return np.array([numbers[digest] for digest in hashes], dtype=np.int64)


def load_dataset(path: str | Path, *, splits: Sequence[str] | None = None) -> Dataset:
    """Reads every labelled image of a data set.

    Args:
        path: The folder, or the zip of one.
        splits: Only these of "train", "public", "private", "test"; all of them by default.

    Raises:
        DataError: where it cannot be read or holds no labelled image.
    """
    images, labels, names, paths, skipped = [], [], [], [], []
    for entry, split, label in _labelled(open_source(path)):
        if splits is not None and split not in splits:
            continue
        try:
            images.append(gray_face(entry.read()))
        except ImageError as error:
            skipped.append((entry.path, str(error)))
            continue
        labels.append(label)
        names.append(split)
        paths.append(entry.path)
    if not images:
        raise DataError(f"No labelled image was found in {path}. {_LAYOUT}")
    return Dataset(
        np.stack(images),
        np.array(labels, dtype=np.int64),
        np.array(names),
        tuple(paths),
        tuple(skipped),
    )


def gray_face(data: bytes) -> NDArray[np.uint8]:
    """An image file's bytes → (48, 48) uint8 gray, area-averaged where it has another size."""
    gray = to_gray(decode(data))
    if gray.shape != (SIDE, SIDE):
        gray = cv2.resize(gray, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return gray


def _labelled(source: Source) -> Iterator[tuple[Entry, str, int]]:
    for entry in source.entries():
        found = split_and_label(entry.path)
        if found is not None:
            yield entry, *found


def _split_of(folder: str, file_name: str) -> str:
    if folder == "train":
        return "train"
    return {"PublicTest": "public", "PrivateTest": "private"}.get(file_name.split("_")[0], "test")


def _folder_with_splits(folder: Path) -> Path:
    candidates = [folder, *sorted(p for p in folder.iterdir() if p.is_dir())]
    for candidate in candidates:
        names = {normal_name(p.name) for p in candidate.iterdir() if p.is_dir()}
        if names & set(SPLIT_FOLDERS):
            return candidate
    raise DataError(f"{folder} holds neither train/ nor test/. {_LAYOUT}")


def _zip_prefix(names: Iterator[str] | Sequence[str]) -> str:
    for name in names:
        parts = PurePosixPath(name).parts
        for depth in (0, 1):
            if len(parts) > depth + 1 and normal_name(parts[depth]) in SPLIT_FOLDERS:
                return "".join(f"{part}/" for part in parts[:depth])
    raise DataError(f"The zip holds neither train/ nor test/. {_LAYOUT}")
