"""An analysed film or session → episodes and events: WebVTT captions, and BORIS's table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fer_core.store import tables
from fer_core.store.names import printable
from fer_core.video.film.record import AnalyzedFilm
from fer_core.video.gaps import Gap
from fer_core.video.spans import AnswerSpan, episodes
from fer_core.video.timing import Mark

SHORTEST: Final = 0.3
"""Seconds that an episode lasts at least."""
MARK_S: Final = 1.0
"""Seconds for which a marked event stands in the captions."""
NO_SUBJECT: Final = ""
"""What BORIS calls no focal subject: an empty cell."""
_MARKUP: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}


def film_episodes(
    film: AnalyzedFilm, shortest: float = SHORTEST
) -> Iterator[tuple[int, AnswerSpan]]:
    """(number, episode) of every face, in the order of time."""
    found = [(face.number, span) for face in film.faces() for span in episodes(face, shortest)]
    yield from sorted(found, key=lambda item: (item[1].start, item[0]))


def as_vtt(film: AnalyzedFilm, shortest: float = SHORTEST) -> str:
    """Captions such as "Face 1: happy", a cue for each episode, gap and event (W3C, WebVTT)."""
    cues = [
        (span.start, span.end, f"{_line(film.name(number))}: {span.answer}")
        for number, span in film_episodes(film, shortest)
    ]
    cues += [(gap.start, gap.end, gap.kind.capitalize()) for gap in _gaps(film, shortest)]
    cues += [(mark.time, mark.time + MARK_S, _said(mark)) for mark in film.marks]
    cues.sort(key=lambda cue: cue[0])
    lines = (
        f"{_clock(start)} --> {_clock(end)}\n{text.translate(_MARKUP)}\n"
        for start, end, text in cues
    )
    return "\n".join(["WEBVTT\n", *lines])


def as_boris(film: AnalyzedFilm, shortest: float = SHORTEST) -> str:
    """Events to paste into BORIS: seconds, subject, code, with tabs between.

    Answers, and gaps as those of nobody, are state events: each has a row for its start and one
    for its end. Events that somebody marked are point events of nobody. No header stands above.
    """
    states = [
        (span.start, span.end, _cell(film.name(number)), span.answer)
        for number, span in film_episodes(film, shortest)
    ]
    states += [(gap.start, gap.end, NO_SUBJECT, gap.kind) for gap in _gaps(film, shortest)]
    events = [(round(mark.time, 3), 1, NO_SUBJECT, _cell(_said(mark))) for mark in film.marks]
    for start, end, subject, code in states:
        # Of the same moment, ends come first: BORIS pairs a state's rows one after the other.
        events.append((round(start, 3), 1, subject, code))
        events.append((round(end, 3), 0, subject, code))
    return "".join(f"{time:.3f}\t{who}\t{code}\n" for time, _, who, code in sorted(events))


def _gaps(film: AnalyzedFilm, shortest: float) -> list[Gap]:
    return [gap for gap in film.gaps() if gap.seconds >= shortest]


def _said(mark: Mark) -> str:
    return _line(mark.note) or "mark"


def _cell(text: str) -> str:
    """As one cell of a table that opens in a spreadsheet as well."""
    return tables.as_cell(_line(text))


def _clock(seconds: float) -> str:
    milliseconds = round(1000 * seconds)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{milliseconds // 1000:02d}.{milliseconds % 1000:03d}"


def _line(name: str) -> str:
    """A name without breaks of lines and cells, and without hidden characters."""
    return printable(re.sub(r"\s+", " ", name).strip())
