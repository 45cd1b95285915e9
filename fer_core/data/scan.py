"""One pass over a data set: the facts about every file that the checks of the lint need.

Pixels are not kept: 36,000 faces become 36,000 small records.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from fer_core.data.dataset import split_and_label
from fer_core.data.sources import SPLIT_FOLDERS, Entry, Refusal, Source, normal_name
from fer_core.errors import DataError, ImageError
from fer_core.images import decode, file_kind, to_gray
from fer_core.labels import EMOTIONS

SUFFIX_KINDS: Final = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WebP"}


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the checks know of one labelled file.

    Attributes:
        path: Relative to the data set's root.
        split: "train", "public", "private" or "test".
        label: Index into `EMOTIONS`.
        size: Of the file, in bytes.
        kind: "JPEG", "PNG", "GIF" … by content, or None where the content is no known kind.
        fault: Why it could not be read or decoded; empty where it could.
        shape: (height, width) in pixels, or None where it has a fault.
        constant: Whether every pixel has the same gray value.
        digest: The same for images whose gray pixels are the same, however they are encoded.
    """

    path: str
    split: str
    label: int
    size: int
    kind: str | None = None
    fault: str = ""
    shape: tuple[int, int] | None = None
    constant: bool = False
    digest: bytes = b""

    @property
    def folder(self) -> str:
        """Which of `SPLIT_FOLDERS` the file lies in."""
        return "train" if self.split == "train" else "test"

    @property
    def is_mislabelled(self) -> bool:
        """Whether the name's suffix promises another kind than the content is."""
        suffix = PurePosixPath(self.path).suffix.lower()
        return self.kind is not None and self.kind != SUFFIX_KINDS[suffix]


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything that was found in a data set.

    Attributes:
        name: Of the folder or zip.
        folders: Every folder below the root, with forward slashes.
        images: The labelled files, sorted by path, whether or not they can be decoded.
        others: Paths of the files that are no labelled images.
        refused: What the source does not read.
    """

    name: str
    folders: tuple[str, ...]
    images: tuple[ImageFacts, ...]
    others: tuple[str, ...]
    refused: tuple[Refusal, ...]

    @property
    def readable(self) -> list[ImageFacts]:
        return [image for image in self.images if not image.fault]

    def counts(self) -> dict[str, dict[str, int]]:
        """Readable images: {"train": {"angry": n, …}, "test": {…}}, every class present."""
        counts = {folder: dict.fromkeys(EMOTIONS, 0) for folder in SPLIT_FOLDERS}
        for image in self.readable:
            counts[image.folder][EMOTIONS[image.label]] += 1
        return counts

    def class_folders(self, split_folder: str) -> list[str]:
        """The paths of the folders directly in `train` or in `test`, whatever their names."""
        parts = [PurePosixPath(folder).parts for folder in self.folders]
        return [
            "/".join(part)
            for part in parts
            if len(part) == 2 and normal_name(part[0]) == split_folder
        ]


def scan(source: Source) -> Scan:
    """Reads and decodes every labelled file of `source` once."""
    images, others = [], []
    for entry in source.entries():
        labelled = split_and_label(entry.path)
        if labelled is None:
            others.append(entry.path)
        else:
            images.append(_facts(entry, *labelled))
    return Scan(
        source.name,
        tuple(source.folders()),
        tuple(images),
        tuple(others),
        tuple(source.refused()),
    )


def _facts(entry: Entry, split: str, label: int) -> ImageFacts:
    kind = None
    try:
        data = entry.read()
        kind = file_kind(data)
        gray = to_gray(decode(data))
    except (DataError, ImageError) as error:
        return ImageFacts(entry.path, split, label, entry.size, kind, fault=str(error))
    digest = hashlib.blake2b(repr(gray.shape).encode() + gray.tobytes(), digest_size=16)
    return ImageFacts(
        entry.path,
        split,
        label,
        entry.size,
        kind,
        shape=gray.shape,
        constant=bool(gray.min() == gray.max()),
        digest=digest.digest(),
    )
