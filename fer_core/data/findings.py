"""Findings of the lint, and the checks of a data set's folders and single files."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any, Final, Literal

from fer_core.data.dataset import IMAGE_SUFFIXES
from fer_core.data.scan import ImageFacts, Scan
from fer_core.data.sources import SPLIT_FOLDERS, normal_name
from fer_core.labels import EMOTIONS
from fer_core.types import FACE_SIDE

Severity = Literal["info", "warning", "error"]
SEVERITIES: Final = ("info", "warning", "error")
MAX_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of defect in a data set.

    Attributes:
        code: Short and stable, for other programs: "wrong_size".
        severity: "error" makes the data set unusable, "warning" is to be looked at, "info" is to
            be known.
        message: What is wrong and what to do or what happens now.
        count: How many files, folders or classes have the defect; at least 1.
        examples: Up to `MAX_EXAMPLES` of their paths, with the reason where they differ.
    """

    code: str
    severity: Severity
    message: str
    count: int
    examples: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES or self.count < 1:
            raise ValueError(
                f"A finding is one of {SEVERITIES} and counts at least 1. "
                f"Received: {self.severity!r}, {self.count}"
            )

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "examples": list(self.examples)}


def found(code: str, severity: Severity, message: str, cases: Iterable[str]) -> Iterator[Finding]:
    """One finding about `cases`, or none where there are none."""
    cases = list(cases)
    if cases:
        yield Finding(code, severity, message, len(cases), tuple(cases[:MAX_EXAMPLES]))


def check_splits(scan: Scan) -> Iterator[Finding]:
    names = {normal_name(PurePosixPath(folder).parts[0]) for folder in scan.folders}
    if "train" not in names:
        message = "There is no train/ folder: nothing to learn from. Add train/<class>/."
        yield from found("missing_split", "error", message, ["train"])
    if "test" not in names:
        message = "There is no test/ folder: nothing to evaluate on. Add test/<class>/."
        yield from found("missing_split", "warning", message, ["test"])


def check_classes(scan: Scan) -> Iterator[Finding]:
    """Missing, empty and unknown class folders. Only `train` must have every class."""
    counts = scan.counts()
    split_names = {normal_name(PurePosixPath(folder).parts[0]) for folder in scan.folders}
    for split in (name for name in SPLIT_FOLDERS if name in split_names):
        severity: Severity = "error" if split == "train" else "warning"
        present = {normal_name(PurePosixPath(path).name) for path in scan.class_folders(split)}
        missing = [f"{split}/{name}" for name in EMOTIONS if name not in present]
        empty = [
            f"{split}/{name}" for name in EMOTIONS if name in present and not counts[split][name]
        ]
        yield from found(
            "missing_class",
            severity,
            f"No folder in {split}/ for one of the seven classes.",
            missing,
        )
        yield from found(
            "empty_class", severity, f"A class without any readable image in {split}/.", empty
        )


def check_unknown_classes(scan: Scan) -> Iterator[Finding]:
    unknown = [
        path
        for split in SPLIT_FOLDERS
        for path in scan.class_folders(split)
        if not (name := PurePosixPath(path).name).startswith(".")
        and normal_name(name) not in EMOTIONS
    ]
    message = f"Folders that are none of {', '.join(EMOTIONS)}; they are left out."
    yield from found("unknown_class", "warning", message, unknown)


def check_twins(scan: Scan) -> Iterator[Finding]:
    """Names that differ only by case or Unicode form: on other systems they are one file."""
    message = (
        "Folders whose names differ only by case or Unicode form. They count as one; merge them."
    )
    yield from found("class_twins", "warning", message, _twins(scan.folders))
    message = (
        "Files whose paths differ only by case or Unicode form, or not at all. On Windows and "
        "macOS only one of them can exist; rename them."
    )
    files = [*(image.path for image in scan.images), *scan.others]
    yield from found("file_twins", "warning", message, _twins(files))


def check_refused(scan: Scan) -> Iterator[Finding]:
    kinds: tuple[tuple[str, Severity, str], ...] = (
        ("symlink", "warning", "Links that are not followed. Put the files themselves there."),
        ("unsafe", "error", "Names that lead out of the zip. Do not unpack it; get it elsewhere."),
        ("unreadable", "warning", "Files or folders that cannot be opened; they are left out."),
    )
    for kind, severity, message in kinds:
        cases = [f"{r.path} {r.reason}" for r in scan.refused if r.kind == kind]
        yield from found(kind, severity, message, cases)


def check_others(scan: Scan) -> Iterator[Finding]:
    """Files that are no labelled images. Those in folders of unknown classes are not told twice."""
    known = [path for path in scan.others if not _in_unknown_class(path)]
    pictures = [path for path in known if path.lower().endswith(IMAGE_SUFFIXES)]
    message = "Images outside train/<class>/ and test/<class>/; they are left out."
    yield from found("stray_image", "warning", message, pictures)
    message = f"Files that are none of {', '.join(IMAGE_SUFFIXES)}; they are left out."
    rest = [path for path in known if path not in set(pictures)]
    in_split = [p for p in rest if normal_name(p.split("/")[0]) in SPLIT_FOLDERS and not _hidden(p)]
    yield from found("other_file", "warning", message, in_split)
    outside = [path for path in rest if path not in set(in_split)]
    yield from found("other_file", "info", "Files that are not part of the data.", outside)


def check_files(scan: Scan) -> Iterator[Finding]:
    """Zero-byte, unreadable, mislabelled, wrong-sized and constant images."""
    yield from found(
        "zero_byte",
        "warning",
        "Empty files (0 bytes); they are left out. Delete or replace them.",
        [image.path for image in scan.images if image.size == 0],
    )
    yield from found(
        "unreadable",
        "warning",
        "Images that cannot be read; they are left out. Delete or replace them.",
        [f"{image.path}: {image.fault}" for image in scan.images if image.fault and image.size],
    )
    yield from found(
        "mislabelled",
        "warning",
        "Files that hold another kind of image than their names say. Rename them.",
        [f"{image.path} holds {image.kind}" for image in scan.images if image.is_mislabelled],
    )
    yield from found(
        "wrong_size",
        "warning",
        f"Images that are not {FACE_SIDE}x{FACE_SIDE} pixels; they are resized, and stretched if "
        "not square.",
        [f"{i.path}: {_size(i)}" for i in scan.readable if i.shape != (FACE_SIDE, FACE_SIDE)],
    )
    yield from found(
        "constant",
        "warning",
        "Images with one gray value everywhere: they show no face.",
        [image.path for image in scan.readable if image.constant],
    )


def _size(image: ImageFacts) -> str:
    height, width = image.shape or (0, 0)
    return f"{width}x{height}"


def _twins(paths: Iterable[str]) -> list[str]:
    groups: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        groups["/".join(map(normal_name, path.split("/")))].append(path)
    return [" = ".join(map(_telling, group)) for group in groups.values() if len(group) > 1]


def _telling(path: str) -> str:
    """The path, with combining marks as escapes: NFC and NFD look the same otherwise."""
    return "".join(f"\\u{ord(c):04x}" if unicodedata.combining(c) else c for c in path)


def _in_unknown_class(path: str) -> bool:
    parts = path.split("/")
    return (
        len(parts) > 2
        and normal_name(parts[0]) in SPLIT_FOLDERS
        and normal_name(parts[1]) not in EMOTIONS
    )


def _hidden(path: str) -> bool:
    """Whether it is one of the files that operating systems strew about."""
    name = path.rsplit("/", 1)[-1]
    return name.startswith(".") or name.lower() in ("thumbs.db", "desktop.ini")
