"""A scanned data set as arrays: images with their labels."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.data.findings import Finding
from fer_core.data.layout import LAYOUT
from fer_core.data.left_out import left_out
from fer_core.data.scan import Scan, scan
from fer_core.errors import DataError
from fer_core.types import FACE_SIDE

DATA_VARIABLE: Final = "FER_DATA"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with their labels. The images cannot be written to: what is worked out once stays so.

    Attributes:
        images: (n, 48, 48) uint8 gray.
        labels: (n,) int64, indices into `EMOTIONS`.
        splits: (n,) of "train", "validation", "public", "private" or "test".
        paths: n paths relative to the data set's root.
        left_out: What was found there and could not be used.
        resized: How many images had other than 48x48 pixels, and were made so.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    splits: NDArray[np.str_]
    paths: tuple[str, ...]
    left_out: tuple[Finding, ...] = ()
    resized: int = 0

    def __post_init__(self) -> None:
        n = len(self.images)
        if self.images.shape != (n, FACE_SIDE, FACE_SIDE) or self.images.dtype != np.uint8:
            raise ValueError(
                f"Images are (n, {FACE_SIDE}, {FACE_SIDE}) uint8. "
                f"Received: {self.images.shape} {self.images.dtype}"
            )
        if not len(self.labels) == len(self.splits) == len(self.paths) == n:
            raise ValueError("Every image has one label, one split and one path.")
        read_only = self.images.view()
        read_only.setflags(write=False)
        object.__setattr__(self, "images", read_only)

    @classmethod
    def from_scan(cls, found: Scan) -> Dataset:
        """The readable images of a scan that kept their pixels.

        Raises:
            DataError: if there are none.
        """
        if not found.readable:
            reasons = "".join(f" {finding.in_words()}" for finding in left_out(found))
            raise DataError(f"No labelled image was found in {found.path}.{reasons} {LAYOUT}")
        return cls(
            np.stack([image.face for image in found.readable if image.face is not None]),
            np.array([image.label for image in found.readable], dtype=np.int64),
            np.array([image.split for image in found.readable]),
            tuple(image.path for image in found.readable),
            left_out(found),
            sum(image.shape != (FACE_SIDE, FACE_SIDE) for image in found.readable),
        )

    def __len__(self) -> int:
        return len(self.images)

    @property
    def is_test(self) -> NDArray[np.bool_]:
        """(n,) bool: the images that nothing is learned from nor chosen on."""
        return ~np.isin(self.splits, ("train", "validation"))

    def where(self, mask: NDArray[np.bool_]) -> Dataset:
        """The images for which `mask`, (n,) bool, is true."""
        paths = tuple(p for p, keep in zip(self.paths, mask, strict=True) if keep)
        return Dataset(self.images[mask], self.labels[mask], self.splits[mask], paths)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over every path and pixel: the same for a folder and for the zip of it."""
        digest = hashlib.sha256()
        for path, image in zip(self.paths, self.images, strict=True):
            digest.update(path.encode())
            digest.update(image.tobytes())
        return digest.hexdigest()

    @cached_property
    def copy_groups(self) -> NDArray[np.int64]:
        """(n,) int64: images with the same pixels have the same number."""
        return copy_groups(self.images)


def copy_groups(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(n, 48, 48) uint8 → (n,) int64: images with the same pixels have the same number."""
    hashes = [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in images]
    numbers = {digest: i for i, digest in enumerate(dict.fromkeys(hashes))}
    return np.array([numbers[digest] for digest in hashes], dtype=np.int64)


def load_dataset(
    path: str | Path, *, splits: Sequence[str] | None = None, numbered: bool = False
) -> Dataset:
    """Reads every labelled image of a data set; arguments as of `scan`.

    Raises:
        DataError: if it cannot be opened or holds no labelled image.
    """
    return Dataset.from_scan(scan(path, splits=splits, numbered=numbered))
