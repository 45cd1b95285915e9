"""An analysed film → all the files that are made of it, by their endings."""

from __future__ import annotations

import importlib.util
from typing import Final

from fer_core.video.exports import document, events, tables
from fer_core.video.film import AnalyzedFilm

EXPORTS: Final = (
    *(".frames.csv", ".frames.parquet", ".summary.csv", ".fex.csv"),
    *(".json", ".vtt", ".boris.tsv"),
)
"""What a film's files end in, after a name that they share."""


def export_files(film: AnalyzedFilm) -> dict[str, bytes]:
    """Ending → content, for each of `EXPORTS`; without Parquet if pyarrow is not installed."""
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
    return files
