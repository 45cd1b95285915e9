"""Where a data set's files come from, and where in them the data begin."""

from __future__ import annotations

import tarfile
import zipfile
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import IO

import cv2

from fer_core.data.archives import (
    Entry,
    Files,
    Given,
    Packed,
    Refusal,
    folder_files,
    opened,
    reason_of,
    tar_files,
    zip_files,
)
from fer_core.data.fer2013_csv import Original, read_original
from fer_core.data.layout import CHALLENGE_TAR, CSV_NAMES, LAYOUT, Layout, find_layout
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.types import GrayImage


@dataclass(frozen=True, slots=True)
class Source:
    """A data set's files, by path.

    Attributes:
        entries: Every file below the folder where the data begin.
        folders: Every folder there, empty ones too.
        refused: What is there and is not read.
        outside: Paths of the files beside that folder.
        layout: What the folders' names mean.
    """

    entries: tuple[Entry, ...]
    folders: tuple[str, ...]
    refused: tuple[Refusal, ...]
    outside: tuple[str, ...]
    layout: Layout


def open_source(path: str | Path | Packed, *, numbered: bool = False) -> Source:
    """Opens a data set: a folder, a zip or tar of one, or FER-2013's own CSV file.

    Args:
        path: Of it, or an archive in memory.
        numbered: Read folders 0 to 6 as FER-2013's classes.

    Raises:
        DataError: if there is nothing at `path`, or it is none of these, or it holds no data set.
    """
    if isinstance(path, Packed):
        return _arranged(_file_files(path), path.name, numbered)
    path = Path(path)
    try:
        if path.is_dir():
            return _arranged(folder_files(path), str(path), numbered)
        if path.is_file():
            return _arranged(_file_files(path), str(path), numbered)
    except PermissionError as error:
        raise DataError(f"{path} cannot be opened ({reason_of(error)}). {LAYOUT}") from error
    raise DataError(f"There is no data set at {path}. {LAYOUT}")


def _file_files(given: Given) -> Files:
    if given.name.lower().endswith(".csv"):
        with opened(given) as file:
            return _csv_files(file, given.name)
    with opened(given) as file:
        is_tar = not zipfile.is_zipfile(file) and file.seek(0) == 0 and tarfile.is_tarfile(file)
    files = tar_files(given, str(given)) if is_tar else zip_files(given)
    if not files.stream(CSV_NAMES) and (inner := files.stream((CHALLENGE_TAR,))):
        files = tar_files(inner[1], f"{given}: {inner[0]}")
    table = files.stream(CSV_NAMES)
    return files if table is None else _csv_files(table[1], table[0])


def _csv_files(file: IO[bytes], name: str) -> Files:
    original = read_original(file, name)
    files = Files()
    for i, (label, usage) in enumerate(zip(original.labels, original.usages, strict=True)):
        path = f"{usage}/{EMOTIONS[label]}/{usage}_{i:05d}.png"
        files.add(path, original.images[i].nbytes, partial(_as_png, original, i))
    return files


def _as_png(original: Original, row: int) -> bytes:
    image: GrayImage = original.images[row]
    return bytes(cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1])


def _arranged(files: Files, what: str, numbered: bool) -> Source:
    prefix, layout = find_layout(files.folders, what, numbered=numbered)
    by_path = attrgetter("path")

    def below(path: str) -> str:
        return path.removeprefix(prefix)

    inside = [entry for entry in files.entries if entry.path.startswith(prefix)]
    entries = (Entry(below(entry.path), entry.size, entry.read) for entry in inside)
    refused = (Refusal(below(each.path), each.kind, each.reason) for each in files.refused)
    return Source(
        tuple(sorted(entries, key=by_path)),
        tuple(sorted(below(folder) for folder in files.folders if folder.startswith(prefix))),
        tuple(sorted(refused, key=by_path)),
        tuple(sorted(e.path for e in files.entries if not e.path.startswith(prefix))),
        layout,
    )
