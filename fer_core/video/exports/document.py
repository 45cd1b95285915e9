"""An analysed film or session → one JSON document: its rows and everything that made them."""

from __future__ import annotations

import json
from typing import Any

from fer_core.labels import EMOTIONS
from fer_core.video.exports.events import SHORTEST, film_episodes
from fer_core.video.exports.tables import COLUMNS, long_rows
from fer_core.video.film.analysis import CUT
from fer_core.video.film.record import AnalyzedFilm


def document(film: AnalyzedFilm) -> dict[str, Any]:
    """The film, its maker (model, hash, threshold, versions), settings, summary and rows.

    Each of "rows" is a list in the order of "columns", which the long table has as well.
    """
    return {
        **film.info.to_dict(),
        **film.maker,
        "emotions": list(EMOTIONS),
        "settings": {**_settings(film), "shortest_episode_seconds": SHORTEST},
        "note": film.note,
        "names": {str(number): name for number, name in film.names.items()},
        "cuts_s": [round(time, 3) for time in film.cuts],
        "gaps": [
            {"kind": gap.kind, "start_s": round(gap.start, 3), "end_s": round(gap.end, 3)}
            for gap in film.gaps()
        ],
        "events": [{"time_s": round(mark.time, 3), "note": mark.note} for mark in film.marks],
        "summary": film.summary().to_dict(),
        "episodes": [
            {
                "face": number,
                "answer": span.answer,
                "start_s": round(span.start, 3),
                "end_s": round(span.end, 3),
            }
            for number, span in film_episodes(film)
        ],
        "columns": list(COLUMNS),
        "rows": [list(row) for row in long_rows(film)],
    }


def _settings(film: AnalyzedFilm) -> dict[str, Any]:
    if film.settings is not None:
        return {**film.settings.to_dict(), "cut_above": CUT}
    changes = [{"from_s": round(c.time, 3), **c.settings} for c in film.changes]
    return {"in_force": changes}


def as_json(film: AnalyzedFilm) -> bytes:
    return json.dumps(document(film)).encode()
