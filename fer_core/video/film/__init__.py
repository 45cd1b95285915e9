"""Recorded films: read by their presentation times, analysed frame by frame, kept as rows.

>>> from fer_core.video.film import FilmRecord, analyze_film
>>> record = FilmRecord()
>>> for result in analyze_film("interview.mp4", recognizer):
...     record.append(result)
"""

from fer_core.video.film.analysis import FrameResult, analyze_film
from fer_core.video.film.annotated import write_annotated, write_mp4
from fer_core.video.film.opening import is_film
from fer_core.video.film.reader import Film
from fer_core.video.film.record import AnalyzedFilm, FilmRecord, maker
from fer_core.video.film.settings import FilmSettings
from fer_core.video.film.values import FilmInfo

__all__ = [
    "AnalyzedFilm",
    "Film",
    "FilmInfo",
    "FilmRecord",
    "FilmSettings",
    "FrameResult",
    "analyze_film",
    "is_film",
    "maker",
    "write_annotated",
    "write_mp4",
]
