"""What the page shows of a session after the camera stopped, and its downloads."""

from __future__ import annotations

from typing import Final

import streamlit as st

from fer_core.labels import DISPLAY_NAMES
from fer_core.video.film import AnalyzedFilm
from fer_core.video.record import ANSWERS
from fer_core.video.summary import FaceSummary, Summary
from ui.charts.session_words import clock, read_lost, read_session, share
from ui.live.controls import MOST_NOTE, PARTICIPANT_HELP
from ui.recorded import faces, outputs, player
from ui.recorded.study import Study
from ui.widgets import plain

MOST_FACES: Final = 8
_EMPTY: Final = "No frame was analysed in this session, so there is nothing to sum up."
_ROWS: Final = (
    "One row for each analysed frame and face, and for each frame without one. "
    "Figures only, no picture."
)


def draw(study: Study) -> None:
    """Draw the summary.

    Args:
        study: Its record is no longer written to.
    """
    st.header("This session")
    film = study.shown
    if not len(film.rows):
        st.markdown(_EMPTY)
        return
    summary = film.summary()
    st.markdown(plain(read_session(summary)))
    if lost := read_lost(summary):
        st.caption(lost)
    player.draw_timeline(film, None)
    if summary.faces:
        faces.table(film)
        st.markdown(f"**Share of each face's time in view**{_left_out(summary)}")
        st.dataframe(shares(film), hide_index=True, key="session_shares", height="content")
    _events(study)
    faces.edit(study)
    st.header("Take it with you", anchor=False)
    study.participant = st.text_input(
        "Participant",
        study.participant,
        max_chars=faces.MOST_NAME,
        placeholder="Name or code",
        help=PARTICIPANT_HELP,
        key=f"session_participant_{study.token}",
        width=300,
    ).strip()
    st.html(outputs.links(study))
    st.caption(_ROWS)


def shares(film: AnalyzedFilm) -> dict[str, list[str]]:
    """A table by columns: the answers, then each face's shares in words."""
    return {
        "Answer": [DISPLAY_NAMES[answer] for answer in ANSWERS],
        **{
            film.name(face.number): [share(face.shares[answer]) for answer in ANSWERS]
            for face in _shown(film.summary())
        },
    }


def _events(study: Study) -> None:
    """The events that were marked; their notes can be written here."""
    marks = study.record.marks
    if not marks:
        return
    st.markdown("**Marked events**")
    columns = {"Note": st.column_config.TextColumn(max_chars=MOST_NOTE)}
    edited = st.data_editor(
        [{"Time": clock(mark.time), "Note": mark.note} for mark in marks],
        disabled=["Time"],
        column_config=columns,
        hide_index=True,
        key=f"session_events_{study.token}",
    )
    for i, (row, mark) in enumerate(zip(edited, marks, strict=True)):
        note = (row["Note"] or "").strip()
        if note != mark.note:
            study.record.note(i, note)


def _shown(summary: Summary) -> list[FaceSummary]:
    """The faces that were in view the longest, by number."""
    longest = sorted(summary.faces, key=lambda face: -face.seconds)[:MOST_FACES]
    return sorted(longest, key=lambda face: face.number)


def _left_out(summary: Summary) -> str:
    if len(summary.faces) <= MOST_FACES:
        return ""
    return (
        f" of {MOST_FACES} of the {len(summary.faces)} faces, those in view the longest; "
        "the downloads have all"
    )
