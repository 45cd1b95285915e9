"""Results → rows: one a face, one a picture or frame without any, one an unreadable file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from fer_core.batch.look import FilmFault, Result
from fer_core.labels import EMOTIONS
from fer_core.recognition import photos
from fer_core.recognition.photos import PhotoResult
from fer_core.video.exports.tables import COLUMNS as FILM_COLUMNS
from fer_core.video.exports.tables import long_rows
from fer_core.video.film import AnalyzedFilm
from fer_core.video.record import NOBODY

COLUMNS: Final = (*photos.FACE_COLUMNS, "frame", "timestamp", *photos.TOLD)
"""The columns of the photo page's table, then those of films and of what was amiss.

`face` numbers a picture's faces as they are read, and a film's through the film. `score` is the
detector's, `confidence` the probability of the answer (of a film smoothed, of an unsure face the
largest).
`frame` counts decoded frames from 0, `timestamp` is in seconds; both are empty for a picture.
"""
WHOLE: Final = frozenset(("faces_found", "face", "x", "y", "width", "height", "turn", "frame"))
TEXT: Final = frozenset(("file", "answer", "notes", "problem", "note"))
"""Which columns hold whole numbers, and which text; the others hold fractions."""

CROP_EDGE: Final = 128
"""Pixels of the longer edge. Data sets of faces that are cut out have 48 (FER-2013), 100 (RAF-DB)
or 112; a telephone's thumbnails have more."""

Row = tuple[Any, ...]
"""In the order of `COLUMNS`; None for an empty cell. "file" is the path itself."""


def rows_of(result: Result) -> Iterator[Row]:
    """The rows of one file, at least one."""
    if isinstance(result, AnalyzedFilm):
        yield from _film_rows(result)
    elif isinstance(result, PhotoResult):
        for values in photos.rows([result]):
            yield _row(**{**values, "file": result.name})
    else:
        yield _row(file=result.name, problem=result.problem)


def faces_in(result: Result) -> int:
    """How many faces were answered; of a film, how many different ones."""
    if isinstance(result, FilmFault):
        return 0
    return len(result.faces if isinstance(result, PhotoResult) else result.summary().faces)


def may_be_a_crop(result: Result) -> bool:
    """Whether no face was found in a picture that is so small that it probably is one, cut out."""
    if not isinstance(result, PhotoResult) or result.problem or result.faces:
        return False
    return max(result.size) <= CROP_EDGE


def _film_rows(film: AnalyzedFilm) -> Iterator[Row]:
    frames = film.rows["frame"][film.rows["number"] != NOBODY]
    faces = Counter(frames.tolist())
    for cells in long_rows(film):
        values = dict(zip(FILM_COLUMNS, cells, strict=True))
        someone = values["face_id"] != NOBODY
        box = ("x", "y", "width", "height", "answer", "notes", *EMOTIONS)
        yield _row(
            file=film.info.name,
            faces_found=faces[values["frame"]],
            face=values["face_id"] if someone else None,
            turn=0 if someone else None,
            score=values["confidence"] if someone else None,
            confidence=values["probability"],
            frame=values["frame"],
            timestamp=values["timestamp"],
            note=film.note,
            **{name: values[name] for name in box},
        )


def _row(**values: Any) -> Row:
    return tuple(values.get(name, "" if name in photos.TOLD else None) for name in COLUMNS)
