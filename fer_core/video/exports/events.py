"""An analysed film → its episodes: WebVTT captions, and BORIS's table of events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fer_core.store import tables
from fer_core.store.names import printable
from fer_core.video.film.record import AnalyzedFilm
from fer_core.video.spans import AnswerSpan, by_face, episodes

SHORTEST: Final = 0.3
"""Seconds that an episode lasts at least."""
_MARKUP: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}


def film_episodes(
    film: AnalyzedFilm, shortest: float = SHORTEST
) -> Iterator[tuple[int, AnswerSpan]]:
    """(number, episode) of every face, in the order of time."""
    found = [
        (face.number, span) for face in by_face(film.rows) for span in episodes(face, shortest)
    ]
    yield from sorted(found, key=lambda item: (item[1].start, item[0]))


def as_vtt(film: AnalyzedFilm, shortest: float = SHORTEST) -> str:
    """Captions such as "Face 1: happy", a cue for each episode (W3C, WebVTT)."""
    cues = ["WEBVTT\n"]
    for number, span in film_episodes(film, shortest):
        name = _line(film.name(number)).translate(_MARKUP)
        cues.append(f"{_clock(span.start)} --> {_clock(span.end)}\n{name}: {span.answer}\n")
    return "\n".join(cues)


def as_boris(film: AnalyzedFilm, shortest: float = SHORTEST) -> str:
    """Events to paste into BORIS: seconds, subject, code, with tabs between.

    Answers are state events: each episode has a row for its start and one for its end, and no
    header stands above them.
    """
    events = []
    for number, span in film_episodes(film, shortest):
        subject = tables.as_cell(_line(film.name(number)))  # it opens in a spreadsheet as well
        # Of the same moment, ends come first: BORIS pairs a state's rows one after the other.
        events.append((round(span.start, 3), 1, subject, span.answer))
        events.append((round(span.end, 3), 0, subject, span.answer))
    return "".join(f"{time:.3f}\t{who}\t{code}\n" for time, _, who, code in sorted(events))


def _clock(seconds: float) -> str:
    milliseconds = round(1000 * seconds)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{milliseconds // 1000:02d}.{milliseconds % 1000:03d}"


def _line(name: str) -> str:
    """A name without breaks of lines and cells, and without hidden characters."""
    return printable(re.sub(r"\s+", " ", name).strip())
