"""One file, photo or film → its result, and its annotated copies if they are asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fer_core.batch.inputs import Input
from fer_core.errors import FerError
from fer_core.recognition import photos
from fer_core.recognition.photos import Photo, PhotoResult
from fer_core.recognition.recognizer import Recognizer
from fer_core.store.files import replace_bytes, replace_file
from fer_core.video.exports.files import ANNOTATED, export_files
from fer_core.video.film import (
    AnalyzedFilm,
    Film,
    FilmRecord,
    FilmSettings,
    analyze_film,
    is_film,
    maker,
    write_annotated,
)

PHOTO_COPY: Final = ".annotated.jpg"
"""What a photo's annotated copy ends in."""

_ANNOTATING: Final = 0.5
"""The share of a film's work that its annotated copy takes."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FilmFault:
    """A film that could not be analysed, and why, in a sentence that names it."""

    name: str
    problem: str


Result = PhotoResult | AnalyzedFilm | FilmFault


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What is to be done with every file.

    Attributes:
        recognizer: Finds and answers.
        film: How films are analysed.
        annotate: The folder of the annotated copies of photos and films, and of films' tables,
            captions and JSON; None for none.
    """

    recognizer: Recognizer
    film: FilmSettings
    annotate: Path | None = None


def look_at(
    item: Input, job: Job, *, again: bool = False, beat: Callable[[float], None] = lambda _: None
) -> Result:
    """Analyses one file; never raises for what is wrong with it.

    Args:
        again: Whether an earlier try may have written the copies already, which then are replaced.
            Otherwise nothing is: that one of their names is taken is a problem.
        beat: Called while a film is analysed, with the share of it that is done, in [0, 1].
    """
    path = Path(item.path)
    if item.problem:
        return PhotoResult(item.path, problem=item.problem)
    if is_film(path):
        return _film(path, item.stem, job, again, beat)
    edge = None if job.annotate is None else photos.LARGEST_EDGE
    result = photos.analyze(Photo.from_file(path), job.recognizer, edge=edge)
    if job.annotate is None or result.annotated is None:
        return result
    copy = job.annotate / f"{item.stem}{PHOTO_COPY}"
    try:
        _write(copy, result.annotated, again)
    except OSError as error:
        return PhotoResult(result.name, problem=f"{error.strerror or error} ({copy}).")
    return replace(result, annotated=None, saved_as=str(copy))


def _film(path: Path, stem: str, job: Job, again: bool, beat: Callable[[float], None]) -> Result:
    try:
        film = _analyzed(path, job, beat)
        if job.annotate is not None:
            for suffix, data in export_files(film).items():
                _write(job.annotate / f"{stem}{suffix}", data, again)
            _annotate(path, film, job.annotate / f"{stem}{ANNOTATED}", again, beat)
    except FerError as error:
        return FilmFault(str(path), str(error))
    except OSError as error:
        file = f" ({error.filename})" if error.filename else ""
        return FilmFault(str(path), f"{path}: {error.strerror or error}{file}.")
    except Exception:
        _log.exception("A film could not be analysed")  # its name and pictures are not logged
        return FilmFault(str(path), f"{path} met a fault in the program. The others go on.")
    return film


def _analyzed(path: Path, job: Job, beat: Callable[[float], None]) -> AnalyzedFilm:
    record, settings = FilmRecord(), job.film
    share = 1.0 if job.annotate is None else 1 - _ANNOTATING
    with Film(path, str(path)) as film:
        ends = [end for end in (settings.end, film.info.duration) if end is not None]
        span = max(min(ends, default=0.0) - settings.start, 0.0)
        for result in analyze_film(film, job.recognizer, settings):
            record.append(result)
            beat(share * min((result.time - settings.start) / span, 1.0) if span else 0.0)
        return AnalyzedFilm(
            film.info, settings, record.rows(), maker(job.recognizer), tuple(record.cuts), film.note
        )


def _annotate(
    path: Path, film: AnalyzedFilm, copy: Path, again: bool, beat: Callable[[float], None]
) -> None:
    """Writes the film once more, with its boxes."""
    start = film.start
    span = max(film.end - start, 0.001)

    def on_time(time: float) -> None:
        beat(1 - _ANNOTATING + _ANNOTATING * min((time - start) / span, 1.0))

    def write(beside: Path) -> None:
        with beside.open("wb") as file:
            write_annotated(path, film, file, on_time)

    _check_free(copy, again)
    replace_file(copy, write)


def _write(path: Path, data: bytes, again: bool) -> None:
    _check_free(path, again)
    replace_bytes(path, data)


def _check_free(path: Path, again: bool) -> None:
    if path.exists() and not again:
        raise FileExistsError(None, "There is another file of this name", str(path))
