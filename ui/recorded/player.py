"""The film with its boxes, beside the chosen face's figures, above the timeline of all faces."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fer_core.video.film import AnalyzedFilm
from ui.component import component
from ui.recorded import outputs
from ui.recorded.course import course
from ui.server.film_jobs import FilmJob

KEY: Final = "film-player"
_STATIC: Final = Path(__file__).parent / "static"


def draw(job: FilmJob) -> bool:
    """Draw the film with its timeline, or change what is drawn.

    Returns:
        Whether this browser has just refused to play the film.
    """
    played = job.played
    told = _component(
        key=KEY,
        data={
            "film": None if played is None else outputs.address(job, outputs.FILM),
            "offset": 0.0 if played is None else played[2],
            "tracks": outputs.address(job, outputs.TRACKS),
            "size": [job.info.width, job.info.height],
            "version": job.version,
            **course(job.shown),
        },
        on_refused_change=lambda: None,
    )
    return bool(told.refused)


def draw_timeline(film: AnalyzedFilm, until: float | None) -> None:
    """Draw the timeline alone, of what is analysed so far; `until` is where it will end."""
    _component(key=f"{KEY}-so-far", data={"film": None, "tracks": None, **course(film, until)})


_component = component(_STATIC, "film", '<div class="film"></div>')
