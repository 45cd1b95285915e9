"""What `scripts/predict.py` does with films: analyses, tells and writes them."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from fer_core import FerError, Recognizer
from fer_core.store.files import replace_bytes
from fer_core.store.names import printable
from fer_core.video.exports import document, events, tables
from fer_core.video.film import (
    AnalyzedFilm,
    Film,
    FilmRecord,
    FilmSettings,
    analyze_film,
    maker,
)

_ON_A_TERMINAL: Final = 0.2
_ELSEWHERE: Final = 60.0


class Progress:
    """Of one film, with the time left: a line that changes on a terminal, one a minute elsewhere.

    Args:
        name: The film's.
        start, end: Of what is analysed, in seconds; None for an end that nobody knows.
        clock: In seconds.
    """

    def __init__(
        self,
        name: str,
        start: float,
        end: float | None,
        *,
        output: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._start, self._end = printable(name), start, end
        self._output, self._clock = output or sys.stderr, clock
        self._terminal = self._output.isatty()
        self._begun = self._said = clock()

    def update(self, at: float) -> None:
        """Says, if it is time to, that the film is analysed up to `at` seconds."""
        now = self._clock()
        if now - self._said < (_ON_A_TERMINAL if self._terminal else _ELSEWHERE):
            return
        self._said = now
        before, after = ("\r\x1b[2K", "") if self._terminal else ("", "\n")
        self._output.write(f"{before}{self._line(at, now - self._begun)}{after}")
        self._output.flush()

    def close(self) -> None:
        """Takes the line off the terminal."""
        if self._terminal:
            self._output.write("\r\x1b[2K")
            self._output.flush()

    def _line(self, at: float, elapsed: float) -> str:
        if self._end is None or self._end <= self._start or at <= self._start:
            return f"{self._name}: {_clock(at)}"
        share = min(1.0, (at - self._start) / (self._end - self._start))
        left = elapsed * (1 - share) / share
        return f"{self._name}: {share:.0%}, {_clock(left)} left"


@dataclass(frozen=True, slots=True)
class FilmFault:
    """A film that could not be analysed, and why, in a sentence that names it."""

    name: str
    problem: str


def look_at(
    path: Path, recognizer: Recognizer, settings: FilmSettings, folder: Path | None
) -> AnalyzedFilm | FilmFault:
    """Analyses one film, and writes its exports into `folder` if that is given."""
    try:
        film = _analyzed(path, recognizer, settings)
        if folder is not None:
            write_exports(film, folder)
    except FerError as error:
        return FilmFault(str(path), str(error))
    except OSError as error:
        return FilmFault(str(path), f"{path}: {error.strerror or error} ({folder}).")
    return film


def _analyzed(path: Path, recognizer: Recognizer, settings: FilmSettings) -> AnalyzedFilm:
    record = FilmRecord()
    with Film(path, str(path)) as film:
        ends = [end for end in (settings.end, film.info.duration) if end is not None]
        progress = Progress(film.name, settings.start, min(ends, default=None))
        try:
            for result in analyze_film(film, recognizer, settings):
                record.append(result)
                progress.update(result.time)
        finally:
            progress.close()
        return AnalyzedFilm(
            film.info, settings, record.rows(), maker(recognizer), tuple(record.cuts), film.note
        )


def as_csv(films: Sequence[AnalyzedFilm | FilmFault]) -> bytes:
    """The long table of all films that were analysed."""
    return tables.long_csv(film for film in films if isinstance(film, AnalyzedFilm))


def documents(films: Sequence[AnalyzedFilm | FilmFault]) -> dict[str, Any]:
    """ "films": each as its JSON, or as the problem; nothing if there are none."""
    if not films:
        return {}
    return {
        "films": [
            {"file": film.name, "problem": film.problem}
            if isinstance(film, FilmFault)
            else document.document(film)
            for film in films
        ]
    }


def as_text(film: AnalyzedFilm) -> str:
    """A line for the film, one for each face, and one for what was amiss."""
    summary = film.summary()
    count, frames = len(summary.faces), summary.frames
    lines = [
        f"{printable(film.info.name)}: {count or 'no'} face{'s' * (count != 1)} in {frames} "
        f"analysed frame{'s' * (frames != 1)}, {summary.start:.1f} to {summary.end:.1f} s"
    ]
    for face in summary.faces:
        answer = face.main_answer
        lines.append(
            f"  {face.number:>2}  {answer:<9} {face.shares[answer]:>4.0%} "
            f"of {face.seconds:.1f} s in view"
        )
    return "\n".join([*lines, *([f"  {film.note}"] if film.note else [])])


def write_exports(film: AnalyzedFilm, folder: Path) -> None:
    """Writes tables, captions, events and JSON into a folder; nothing is ever overwritten."""
    files = {
        ".frames.csv": tables.long_csv([film]),
        ".summary.csv": tables.summary_csv([film]),
        ".fex.csv": tables.fex_csv(film),
        ".json": document.as_json(film),
        ".vtt": events.as_vtt(film).encode("utf-8", "backslashreplace"),
        ".boris.tsv": events.as_boris(film).encode("utf-8", "backslashreplace"),
    }
    if importlib.util.find_spec("pyarrow"):
        files[".frames.parquet"] = tables.long_parquet([film])
    stem = first = Path(film.info.name).stem or "film"
    number = 1
    while any((folder / f"{stem}{suffix}").exists() for suffix in files):
        number += 1
        stem = f"{first}-{number}"
    for suffix, data in files.items():
        replace_bytes(folder / f"{stem}{suffix}", data)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
