"""Class folders, or the zip of them, → arrays.

The layout is that of FER-2013 as Kaggle hands it out: `train/<class>/*` and `test/<class>/*`, with
class names in any case, at the top or one folder down. Files named `PublicTest_*` and
`PrivateTest_*` belong to FER-2013's two official test halves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.data.sources import LAYOUT, SPLIT_FOLDERS, Entry, Source, normal_name, open_source
from fer_core.errors import DataError, ImageError
from fer_core.images import decode, to_gray
from fer_core.labels import EMOTIONS
from fer_core.types import FACE_SIDE

DATA_VARIABLE: Final = "FER_DATA"
IMAGE_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp")


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


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Images with their labels.

    Attributes:
        images: (n, 48, 48) uint8 gray.
        labels: (n,) int64, indices into `EMOTIONS`.
        splits: (n,) of "train", "public", "private" or "test".
        paths: n paths relative to the data set's root.
        skipped: paths of files that could not be read or decoded, with the reason.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    splits: NDArray[np.str_]
    paths: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        n = len(self.images)
        if self.images.shape != (n, FACE_SIDE, FACE_SIDE) or self.images.dtype != np.uint8:
            raise ValueError(
                f"Images are (n, {FACE_SIDE}, {FACE_SIDE}) uint8. "
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
        return copy_groups(self.images)


def copy_groups(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(n, 48, 48) uint8 → (n,) int64: images with the same pixels have the same number."""
    hashes = [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in images]
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
        except (DataError, ImageError) as error:
            skipped.append((entry.path, str(error)))
            continue
        labels.append(label)
        names.append(split)
        paths.append(entry.path)
    if not images:
        raise DataError(f"No labelled image was found in {path}. {LAYOUT}")
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
    if gray.shape != (FACE_SIDE, FACE_SIDE):
        gray = cv2.resize(gray, (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_AREA)
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
