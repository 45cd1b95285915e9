"""Before a film is looked at: taking it in, and what is to be looked at."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer_core.errors import FilmError, InputError
from fer_core.recognition.recognizer import Recognizer
from fer_core.video.film import FilmSettings
from ui import problems
from ui.charts.session_words import clock
from ui.films import words
from ui.server import uploads
from ui.server.film_jobs import FilmJob
from ui.server.films import FILMS, MOST_BYTES
from ui.widgets import file_name, plain

_PLACE: Final = "films-place"
"""In the session: the visitor's `Place`."""
_RATES: Final = {1.0: "1", 2.0: "2", 5.0: "5", 10.0: "10", 25.0: "25", 0.0: "all"}


@dataclass
class Place:
    """Where a film is given. One object: a run of the page may be ended at each look into the
    session, and until then the one in its place runs beside it. Each film is taken in once.

    Attributes:
        turn: How often a film was taken in. What takes them begins anew each time.
        problem: (name, reason) of the file that was no film.
        lock: Held while a film is taken in.
    """

    turn: int = 0
    problem: tuple[str, str] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


def take_in() -> None:
    """Draw the place for a film; once one is there, the page starts over with it."""
    place: Place = st.session_state.setdefault(_PLACE, Place())
    turn = place.turn
    file = st.file_uploader(
        "Drop a film here",
        max_upload_size=MOST_BYTES // 1_000_000,
        help=words.LIMITS,
        key=f"film-{turn}",
    )
    st.caption(words.LIMITS)
    if file is not None:
        with place.lock:
            if place.turn == turn:
                _take(file, place)
        st.rerun()
    if place.problem is not None:
        name, reason = place.problem
        with st.container(border=True):
            st.html(file_name(name))
            problems.show(reason)


def _take(file: UploadedFile, place: Place) -> None:
    place.problem = None
    try:
        uploads.film(file)
    except FilmError as error:
        place.problem = file.name, str(error)
    place.turn += 1
    uploads.forget()


def choose(job: FilmJob, recognizer: Recognizer) -> None:
    """Draw what can be chosen for a film, and the button that starts."""
    st.html(file_name(job.name))
    st.caption(plain(words.facts(job.info)))
    duration = job.info.duration
    start, end, rate = st.columns(3)
    first = start.text_input("From", "0:00", help="Seconds, or minutes and seconds, such as 1:15.")
    last = end.text_input(
        "To", "" if duration is None else clock(duration), help="Empty for the film's end."
    )
    each = rate.selectbox(
        "Frames a second",
        list(_RATES),
        index=list(_RATES).index(10.0),
        format_func=lambda value: _RATES[value],
        help="More frames follow faster changes, and take longer.",
    )
    with st.container(horizontal=True):
        begin = st.button("Look at the film", icon=":material/play_arrow:")
        if st.button("Choose another film", icon=":material/close:"):
            FILMS.remove(job.session)
            st.rerun()
    if job.problem:
        problems.show(job.problem)
    if begin:
        try:
            job.settings = _settings(first, last, duration, each)
        except InputError as error:
            problems.show(error)
            return
        FILMS.start(job, "analysis", recognizer)
        st.rerun()


def _settings(first: str, last: str, duration: float | None, rate: float) -> FilmSettings:
    """Raises InputError: a time is none, or the end is not after the start."""
    end = words.parse_clock(last) if last.strip() else None
    if end is not None and duration is not None and end >= round(duration):
        end = None
    return FilmSettings(start=words.parse_clock(first or "0"), end=end, rate=rate)
