"""Who is who: faces are named, merged and left out, and every output follows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Protocol

import streamlit as st

from fer_core.video.exports.events import film_episodes
from fer_core.video.film import AnalyzedFilm
from fer_core.video.film.edits import Edits
from fer_core.video.summary import FaceSummary
from ui.charts.session_words import clock, duration, share

_NOBODY = 0
_WIDGETS = ("film-name-", "film-same-", "film-out-")
MOST_NAME = 60
"""Letters of a face's name."""


class Edited(Protocol):
    """A film or a session of which something can be said: `FilmJob`, `Study`."""

    edits: Edits

    @property
    def token(self) -> str: ...

    @property
    def analyzed(self) -> AnalyzedFilm | None: ...

    def edit(self, edits: Edits) -> None: ...


def table(film: AnalyzedFilm) -> None:
    """Draw a row for each face, and every episode to unfold."""
    summary = film.summary()
    found = list(film_episodes(film))
    counts = Counter(number for number, _ in found)
    lines = [face_line(f, film.name(f.number), counts[f.number]) for f in summary.faces]
    # As HTML: its columns fit a telephone, where a data frame would be cut off.
    st.table(lines, border="horizontal", hide_index=True)
    if not found:
        return
    count = "1 episode" if len(found) == 1 else f"{len(found)} episodes"
    with st.expander(f"{count}: who showed what, and when"):
        st.dataframe(
            [
                {
                    "Face": film.name(number),
                    "Answer": span.answer,
                    "From": clock(span.start),
                    "To": clock(span.end),
                    "Length": duration(span.end - span.start),
                }
                for number, span in found
            ],
            hide_index=True,
            key="film-episodes",
        )


def face_line(face: FaceSummary, name: str, episodes: int) -> dict[str, str | int]:
    """A row of the table of faces."""
    main = face.main_answer
    return {
        "Face": name,
        "In view": duration(face.seconds),
        "Mostly (share of it)": f"{main} ({share(face.shares[main])})",
        "Changes": face.changes,
        "Episodes": episodes,
    }


def edit(job: Edited) -> None:
    """Draw what can be said of a face."""
    analyzed = job.analyzed
    assert analyzed is not None
    faces = sorted(analyzed.summary().faces, key=lambda face: -face.seconds)
    if not faces:
        return
    st.header("Who is who", anchor=False)
    edits, numbers = job.edits, [face.number for face in faces]
    choice, name, other, out = st.columns([2, 3, 3, 2], vertical_alignment="bottom")
    number = choice.selectbox(
        "Face", numbers, format_func=lambda n: _called(job, n), key="film-face"
    )
    key = f"{job.token}-{number}"
    given = name.text_input(
        "Name", edits.names.get(number, ""), max_chars=MOST_NAME, key=f"film-name-{key}"
    ).strip()
    others = [_NOBODY, *(n for n in numbers if edits.target(n) != number)]
    now = edits.same_as.get(number, _NOBODY)
    same = other.selectbox(
        "Is the same person as",
        others,
        index=others.index(now) if now in others else 0,
        format_func=lambda n: _called(job, n) if n else "–",
        key=f"film-same-{key}",
    )
    left = out.checkbox("Leave out", number in edits.left_out, key=f"film-out-{key}")
    changed = changed_by(edits, number, given, same or None, left)
    if changed != edits:
        job.edit(changed)
        st.rerun()
    if edits and st.button("Undo all changes", icon=":material/undo:"):
        for widget in [key for key in st.session_state if str(key).startswith(_WIDGETS)]:
            del st.session_state[widget]
        job.edit(Edits())  # last: a run may be ended before, and a name that is left be given anew
        st.rerun()


def changed_by(edits: Edits, number: int, name: str, same_as: int | None, left_out: bool) -> Edits:
    """The edits after something was said of one face."""
    names = {n: text for n, text in edits.names.items() if n != number}
    same = {n: other for n, other in edits.same_as.items() if n != number}
    out = edits.left_out - {number}
    return replace(
        edits,
        names={**names, number: name} if name else names,
        same_as={**same, number: same_as} if same_as else same,
        left_out=out | {number} if left_out else out,
    )


def _called(job: Edited, number: int) -> str:
    """ "Face 3", "Anna (face 3)", and what became of it."""
    edits = job.edits
    name = edits.names.get(number)
    said = f"{name} (face {number})" if name else f"Face {number}"
    if number in edits.left_out:
        return f"{said}, left out"
    if number in edits.same_as:
        return f"{said}, same as {edits.target(number)}"
    return said
