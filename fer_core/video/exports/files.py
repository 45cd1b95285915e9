"""An analysed film or session → all the files that are made of it, by their endings."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from typing import Final

from fer_core.video.exports import document, events, tables
from fer_core.video.film import AnalyzedFilm


def _vtt(film: AnalyzedFilm) -> bytes:
    return events.as_vtt(film).encode("utf-8", "backslashreplace")


def _boris(film: AnalyzedFilm) -> bytes:
    return events.as_boris(film).encode("utf-8", "backslashreplace")


PARQUET: Final = ".frames.parquet"
EXPORTS: Final[Mapping[str, Callable[[AnalyzedFilm], bytes]]] = {
    ".frames.csv": lambda film: tables.long_csv([film]),
    PARQUET: lambda film: tables.long_parquet([film]),
    ".summary.csv": lambda film: tables.summary_csv([film]),
    ".fex.csv": tables.fex_csv,
    ".vtt": _vtt,
    ".boris.tsv": _boris,
    ".json": document.as_json,
}
"""What a film's files end in, after a name that they share, and what makes them."""

ANNOTATED: Final = ".annotated.mp4"
"""What the film with its boxes ends in, which `film.write_annotated` makes."""


def export_files(film: AnalyzedFilm) -> dict[str, bytes]:
    """Ending → content, for each of `EXPORTS`; without Parquet if pyarrow is not installed."""
    arrow = importlib.util.find_spec("pyarrow") is not None
    return {ending: make(film) for ending, make in EXPORTS.items() if arrow or ending != PARQUET}
