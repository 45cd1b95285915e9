"""Photos → results, and results → table, JSON and zip. Nothing of it is written to disk.

The photo page, scripts/predict.py and the evaluation on photographs all go this way.
"""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image

from fer_core.errors import UNFORESEEN, FerError
from fer_core.images import decode
from fer_core.labels import EMOTIONS
from fer_core.recognition.detectors.turns import turned_box
from fer_core.recognition.drawing import annotate, caption
from fer_core.recognition.geometry import reading_order
from fer_core.recognition.recognizer import Recognizer
from fer_core.store.files import read_regular
from fer_core.store.names import alike, free_name, printable
from fer_core.store.tables import as_csv as table_as_csv
from fer_core.types import Face, FaceEmotion, RGBImage

SHOWN_EDGE: Final = 1600
"""The longer edge of an annotated picture at most, in pixels. A session keeps these and no others:
fifty telephone pictures in full would be two gigabytes."""
LARGEST_EDGE: Final = 65_500
"""Of a JPEG, in pixels (libjpeg's JPEG_MAX_DIMENSION)."""
MOST_FACES: Final = 100
"""Of a photo, that are looked at: one of a crowd, or made for the purpose, has thousands."""
FACE_COLUMNS: Final = (
    *("file", "faces_found", "face", "x", "y", "width", "height", "turn", "score", "answer"),
    *("confidence", "notes"),
    *EMOTIONS,
)
"""Of the table of faces."""
TOLD: Final = ("problem", "note")
"""Why a file could not be read, and what else is to be known of it; "" if there is nothing."""
COLUMNS: Final = (*FACE_COLUMNS, *TOLD)

_QUALITY: Final = 90

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Photo:
    """A file that somebody gave.

    Attributes:
        name: What it is called in results. It may come from a browser, and is not to be trusted.
        read: Returns its bytes; may raise OSError, or FerError if there is a reason not to look.
        label: The expression that its largest face is said to show; "" if nobody said.
    """

    name: str
    read: Callable[[], bytes] = field(repr=False)
    label: str = ""

    @classmethod
    def from_file(cls, path: Path, label: str = "") -> Photo:
        """A file on disk. Only a regular one is read: a pipe or a device may have no end."""
        return cls(str(path), partial(read_regular, path), label)


@dataclass(frozen=True, slots=True, eq=False)
class PhotoResult:
    """What became of a photo.

    Attributes:
        name, label: The photo's.
        faces: In the order of reading; empty if none was found or the file is bad.
        size: (width, height) of the decoded picture, in pixels; (0, 0) of a bad file.
        annotated: JPEG bytes of the picture with its boxes; None of a bad file, or if none was
            asked for.
        saved_as: The file that the annotated picture was written to; "" if it was not.
        problem: Why there is no result, in words; "" if there is one.
        faces_left_out: How many smaller faces were found and not looked at.
        your_labels: What somebody says of each face (`answers.corrections`), "" for nothing; empty
            if nobody has said anything.
    """

    name: str
    label: str = ""
    faces: tuple[FaceEmotion, ...] = ()
    size: tuple[int, int] = (0, 0)
    annotated: bytes | None = field(default=None, repr=False)
    saved_as: str = ""
    problem: str = ""
    faces_left_out: int = 0
    your_labels: tuple[str, ...] = ()

    @property
    def faces_found(self) -> int:
        return len(self.faces) + self.faces_left_out

    @property
    def note(self) -> str:
        """That only the largest faces were looked at, in words; "" if all were."""
        if not self.faces_left_out:
            return ""
        n = len(self.faces)
        looked_at = f"the {n:,} largest were" if n > 1 else "only the largest was"
        return f"{self.faces_found:,} faces were found, of which {looked_at} looked at."

    def _labelled(self) -> Iterable[tuple[FaceEmotion, str]]:
        return zip(self.faces, self.your_labels or [""] * len(self.faces), strict=True)

    def to_dict(self) -> dict[str, Any]:
        """The photo in JSON, alike for page, command line and evaluation."""
        named = {"file": self.name, **({"label": self.label} if self.label else {})}
        if self.problem:
            return {**named, "problem": self.problem}
        return {
            **named,
            "width": self.size[0],
            "height": self.size[1],
            "faces_found": self.faces_found,
            **({"note": self.note} if self.note else {}),
            "faces": [
                face.to_dict() | ({"your_label": label} if label else {})
                for face, label in self._labelled()
            ],
            **({"annotated": self.saved_as} if self.saved_as else {}),
        }


def analyze(
    photo: Photo,
    recognizer: Recognizer,
    *,
    edge: int | None = SHOWN_EDGE,
    max_faces: int = MOST_FACES,
    decode: Callable[[bytes], RGBImage] = decode,
) -> PhotoResult:
    """The result of one photo; never raises for what is wrong with it.

    Args:
        edge: The longer edge of the annotated picture at most, in pixels, up to `LARGEST_EDGE`;
            None leaves the annotated picture out.
        max_faces: Only so many, the largest ones.
        decode: Makes the picture of the bytes, as `images.decode` does.
    """
    try:
        image = decode(photo.read())
        found = recognizer.detect(image)
        faces = recognizer.answer(image, _as_read(found[:max_faces], image))
        shown = None if edge is None else _jpeg(annotate(image, faces, legend=True), edge)
    except FerError as error:
        problem = str(error)
    except OSError as error:
        problem = f"{error.strerror or error}."
    except Exception:
        _log.exception("A photo could not be analysed")  # its name and pixels are not logged
        problem = f"{UNFORESEEN} The other photos are not affected."
    else:
        size = (image.shape[1], image.shape[0])
        left_out = len(found) - len(faces)
        return PhotoResult(
            photo.name, photo.label, tuple(faces), size, shown, faces_left_out=left_out
        )
    return PhotoResult(photo.name, photo.label, problem=problem)


def totals(results: Sequence[PhotoResult]) -> str:
    """One line: photos, faces, files that are none, and how often each answer was given."""
    faces = [face for result in results for face in result.faces]
    bad = sum(bool(result.problem) for result in results)
    line = f"{counted(len(results) - bad, 'photo')}, {counted(len(faces), 'face')}"
    if left_out := sum(result.faces_left_out for result in results):
        line += f" of {counted(len(faces) + left_out, 'face')} found"
    if bad:
        line += f", {counted(bad, 'file')} not readable"
    answers = [face.answer for face in faces]
    counts = [(answers.count(name), name) for name in dict.fromkeys(answers)]
    if counts:
        line += ": " + ", ".join(f"{n} {name}" for n, name in sorted(counts, reverse=True))
    return line


def described(result: PhotoResult) -> str:
    """An annotated picture in words, for those who cannot see it."""
    captions = [caption(face, number) for number, face in enumerate(result.faces, start=1)]
    return ", ".join([f"The photo, {counted(len(captions), 'face')} boxed", *captions])


def rows(results: Sequence[PhotoResult]) -> list[dict[str, Any]]:
    """By `columns`: one row a face, one a photo without any, one an unreadable file.

    An empty cell is None, or "" of `TOLD`. Hidden characters of the file's name are escapes;
    `document` has the name itself.
    """
    names = columns(results)
    return [
        {name: values.get(name, "" if name in TOLD else None) for name in names}
        for result in results
        for values in _values(result)
    ]


def columns(results: Iterable[PhotoResult]) -> tuple[str, ...]:
    """`COLUMNS`, and "your_label" if any face has a label of somebody's."""
    labelled = any(result.your_labels for result in results)
    return (*COLUMNS, "your_label") if labelled else COLUMNS


def _values(result: PhotoResult) -> Iterator[dict[str, Any]]:
    """What each row of a photo holds, by column."""
    every = {"file": printable(result.name), "note": result.note, "your_label": ""}
    if result.problem:
        yield {**every, "problem": result.problem}
    elif not result.faces:
        yield {**every, "faces_found": 0}
    for number, (face, label) in enumerate(result._labelled(), start=1):
        values = face.to_dict()
        yield {
            **every,
            "faces_found": result.faces_found,
            "face": number,
            **values["box"],
            **{column: values[column] for column in ("turn", "score", "answer", "confidence")},
            "notes": ", ".join(face.notes),
            **values["probabilities"],
            "your_label": label,
        }


def as_csv(results: Sequence[PhotoResult]) -> bytes:
    """The rows as CSV in UTF-8, with a mark by which spreadsheets know the encoding."""
    table = (list(row.values()) for row in rows(results))
    return table_as_csv(columns(results), table).encode("utf-8-sig")


def document(results: Iterable[PhotoResult], recognizer: Recognizer) -> dict[str, Any]:
    """Every photo, the unreadable ones with their reason, and what the answers came from."""
    return {
        "model": recognizer.card.stem,
        "detector": recognizer.detector_name,
        "looks": recognizer.way.looks,
        "expected_mix": recognizer.way.mix,
        "emotions": EMOTIONS,
        "photos": [result.to_dict() for result in results],
    }


def as_json(results: Iterable[PhotoResult], recognizer: Recognizer) -> bytes:
    """The document as a JSON file."""
    return json.dumps(document(results, recognizer), indent=1).encode()


def as_zip(results: Sequence[PhotoResult]) -> bytes:
    """The annotated pictures; files of one name stay apart by a number."""
    buffer = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for result in results:
            if result.annotated is not None:
                name = free_name(result.name, lambda name: alike(name) in taken)
                taken.add(alike(name))
                archive.writestr(name, result.annotated)
    return buffer.getvalue()


def _as_read(faces: Sequence[Face], image: RGBImage) -> list[Face]:
    boxes = [turned_box(face.box, face.turn, image.shape) for face in faces]
    return [faces[i] for i in reading_order(boxes)]


def _jpeg(image: RGBImage, edge: int) -> bytes:
    scale = edge / max(image.shape[:2])
    if scale < 1:
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def counted(n: int, noun: str) -> str:
    """ "1 face", "2,000 faces"."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
