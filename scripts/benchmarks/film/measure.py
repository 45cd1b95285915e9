"""How fast a film is analysed and annotated, and what memory a long one takes."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any, BinaryIO, Final

import psutil

from fer_core import Recognizer, decode_image
from fer_core.batch.apart import film_process
from fer_core.batch.apart.film_process import apart
from fer_core.types import RGBImage
from fer_core.video.film import (
    AnalyzedFilm,
    Film,
    FilmRecord,
    FilmSettings,
    analyze_film,
    maker,
    write_annotated,
)
from scripts.benchmarks.film.looped import loop, portrait_film

_SECONDS: Final = 60
_PORTRAIT: Final = Path(__file__).parents[3] / "ui/assets/eileen_collins.jpg"
_SETTINGS: Final = FilmSettings()


def measure(model: str, minutes: int) -> dict[str, Any]:
    """Of a film of 640x480 at ten analysed frames a second, one face, with sound.

    Args:
        minutes: Length of the film whose memory is measured.
    """
    recognizer = Recognizer.load(model)
    with tempfile.TemporaryDirectory() as folder:
        film = portrait_film(Path(folder) / "film.mp4", _portrait(), _SECONDS)
        _analyzed(film, recognizer)  # the first run loads what the others use
        analysis, analyzed = _timed(lambda: _analyzed(film, recognizer))
        annotation, _ = _timed(lambda: _annotate(film, analyzed))
        page_analysis, page_annotation = _as_the_page_does(film, recognizer, analyzed)
        long = loop(film, Path(folder) / "long.mp4", minutes * 60 // _SECONDS)
        return {
            "detector": recognizer.detector_name,
            "times_real_time": {
                "analysis": round(_SECONDS / analysis, 1),
                "analysis_and_annotated_film": round(_SECONDS / (analysis + annotation), 1),
            },
            "times_real_time_on_the_page": {
                "analysis": round(_SECONDS / page_analysis, 1),
                "analysis_and_annotated_film": round(
                    _SECONDS / (page_analysis + page_annotation), 1
                ),
            },
            "memory_mb": _memory(long, recognizer),
        }


def _portrait() -> RGBImage:
    return decode_image(_PORTRAIT.read_bytes())


def _timed(work: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    made = work()
    return time.perf_counter() - start, made


def _analyzed(path: Path, recognizer: Recognizer) -> AnalyzedFilm:
    record = FilmRecord()
    with Film(path) as film:
        for result in analyze_film(film, recognizer, _SETTINGS):
            record.append(result)
        made = maker(recognizer)
        return AnalyzedFilm(film.info, _SETTINGS, record.rows(), made, tuple(record.cuts))


def _annotate(path: Path, film: AnalyzedFilm) -> None:
    with tempfile.TemporaryFile() as target:
        write_annotated(path, film, target)


def _as_the_page_does(
    path: Path, recognizer: Recognizer, film: AnalyzedFilm
) -> tuple[float, float]:
    """Seconds of both, each in a process of its own, which has to start first."""

    def work(task: Any, files: tuple[BinaryIO, ...], *arguments: Any) -> float:
        return _timed(lambda: apart(task, files, arguments, lambda kind, value: None))[0]

    with path.open("rb") as source, tempfile.TemporaryFile() as target:
        analyzed = work(film_process.analysis, (source,), path.name, _SETTINGS, recognizer)
        return analyzed, work(film_process.annotated, (source, target), film)


def _memory(path: Path, recognizer: Recognizer) -> dict[str, float]:
    """Resident megabytes of this process after a minute of the film, at most, and at its end."""
    process, record = psutil.Process(), FilmRecord()
    seen: list[float] = []
    with Film(path) as film:
        minutes = (film.info.duration or 0) / 60
        for result in analyze_film(film, recognizer, _SETTINGS):
            record.append(result)
            if result.time >= 60 * (len(seen) + 1):
                seen.append(process.memory_info().rss / 1e6)
    seen.append(process.memory_info().rss / 1e6)
    return {
        "film_minutes": round(minutes, 1),
        "after_a_minute": round(seen[0], 1),
        "most": round(max(seen), 1),
        "at_the_end": round(seen[-1], 1),
    }
