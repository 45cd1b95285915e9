"""Photos → results, and results → table, JSON and zip. Nothing of it is written to disk."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image

from fer_core.errors import FerError
from fer_core.images import decode
from fer_core.labels import EMOTIONS
from fer_core.recognition.drawing import annotate, caption
from fer_core.recognition.recognizer import Recognizer
from fer_core.types import FaceEmotion, RGBImage

SHOWN_EDGE: Final = 1600
"""The longer edge of an annotated picture at most, in pixels. A session keeps these and no others:
fifty telephone pictures in full would be two gigabytes."""
_QUALITY: Final = 90
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
"""What some system allows in no file name."""
_LONGEST_NAME: Final = 100

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Photo:
    """A file that somebody gave.

    Attributes:
        name: As the browser tells it; not to be trusted.
        data: Its bytes.
    """

    name: str
    data: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class PhotoResult:
    """What became of a photo.

    Attributes:
        faces: By size, the largest first; empty where none was found or the file is bad.
        size: (width, height) of the decoded picture, in pixels; (0, 0) of a bad file.
        annotated: JPEG bytes of the picture with its boxes; None of a bad file.
        problem: Why there is no result, in words; "" where there is one.
    """

    faces: tuple[FaceEmotion, ...] = ()
    size: tuple[int, int] = (0, 0)
    annotated: bytes | None = field(default=None, repr=False)
    problem: str = ""


Named = tuple[str, PhotoResult]


def analyze(photo: Photo, recognizer: Recognizer) -> PhotoResult:
    """The result of one photo; never raises for what is wrong with it."""
    try:
        image = decode(photo.data)
        faces = recognizer.analyze(image)
        shown = annotate(image, faces)
        return PhotoResult(tuple(faces), (image.shape[1], image.shape[0]), _jpeg(shown))
    except FerError as error:
        return PhotoResult(problem=str(error))
    except Exception:
        _log.exception("A photo could not be analysed")  # its name and pixels are not logged
        return PhotoResult(
            problem="This photo met a fault in the app, which the console describes. The other "
            "photos are not affected."
        )


def totals(results: Sequence[Named]) -> str:
    """One line: photos, faces, and how often each answer was given."""
    faces = [face for _, result in results for face in result.faces]
    bad = sum(bool(result.problem) for _, result in results)
    line = f"{_count(len(results), 'photo')}, {_count(len(faces), 'face')}"
    if bad:
        line += f", {_count(bad, 'file')} not readable"
    answers = [face.answer for face in faces]
    counts = [(answers.count(name), name) for name in dict.fromkeys(answers)]
    if counts:
        line += ": " + ", ".join(f"{n} {name}" for n, name in sorted(counts, reverse=True))
    return line


def described(result: PhotoResult) -> str:
    """An annotated picture in words, for those who cannot see it."""
    captions = [caption(face, number) for number, face in enumerate(result.faces, start=1)]
    return ", ".join([f"The photo, {_count(len(captions), 'face')} boxed", *captions])


def rows(results: Iterable[Named]) -> list[dict[str, Any]]:
    """One row a face: file, box, answer and seven probabilities."""
    return [
        {
            "file": name,
            "face": number,
            **face.face.box.to_dict(),
            "score": round(face.face.score, 4),
            "answer": face.answer,
            "confidence": round(face.confidence, 4),
            **{e: round(float(p), 4) for e, p in zip(EMOTIONS, face.probabilities, strict=True)},
        }
        for name, result in results
        for number, face in enumerate(result.faces, start=1)
    ]


COLUMNS: Final = (
    *("file", "face", "x", "y", "width", "height", "score", "answer", "confidence"),
    *EMOTIONS,
)


def as_csv(results: Sequence[Named]) -> bytes:
    """The rows as CSV in UTF-8, with a mark by which spreadsheets know the encoding."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({**row, "file": _no_formula(row["file"])} for row in rows(results))
    return text.getvalue().encode("utf-8-sig")


def as_json(results: Sequence[Named], model: str = "", detector: str = "") -> bytes:
    """Every photo, the unreadable ones with their reason, and what the answers came from."""
    photos: list[dict[str, Any]] = [
        {"file": name, "problem": result.problem}
        if result.problem
        else {
            "file": name,
            "width": result.size[0],
            "height": result.size[1],
            "faces": [face.to_dict() for face in result.faces],
        }
        for name, result in results
    ]
    source = {"model": model, "detector": detector}
    return json.dumps({**source, "emotions": EMOTIONS, "photos": photos}, indent=1).encode()


def as_zip(results: Sequence[Named]) -> bytes:
    """The annotated pictures; files of one name stay apart by a number."""
    buffer = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, result in results:
            if result.annotated is not None:
                archive.writestr(_free_name(name, taken), result.annotated)
    return buffer.getvalue()


def _jpeg(image: RGBImage) -> bytes:
    scale = SHOWN_EDGE / max(image.shape[:2])
    if scale < 1:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _no_formula(name: str) -> str:
    """A spreadsheet takes a cell that starts so for a formula (OWASP, CSV injection)."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@", "\t", "\r")) else name


def _free_name(name: str, taken: set[str]) -> str:
    stem = PurePath(name.replace("\\", "/")).stem
    stem = _UNSAFE.sub("", stem)[:_LONGEST_NAME].strip(". ") or "photo"
    free, number = f"{stem}.jpg", 2
    while free.casefold() in taken:
        free, number = f"{stem}-{number}.jpg", number + 1
    taken.add(free.casefold())
    return free
