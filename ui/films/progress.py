"""While a film is looked at: how far it is, its newest frame, and what was found so far."""

from __future__ import annotations

from typing import Final

import streamlit as st

from fer_core.video.film import AnalyzedFilm
from fer_core.video.overlay import annotate_tracked
from ui.films import words
from ui.recorded import player
from ui.server.film_jobs import FilmJob
from ui.server.films import FILMS
from ui.widgets import file_name

_EACH_S: Final = 1.0
_TASKS: Final = {
    "analysis": "",
    "copy": "A copy that your browser can play is being made: ",
    "annotated": "The film with boxes is being made: ",
}


def draw(job: FilmJob) -> None:
    """Draw the whole page of a film that is being looked at."""
    st.html(file_name(job.name))
    _follow(job)


@st.fragment(run_every=_EACH_S)
def _follow(job: FilmJob) -> None:
    if job.state == "ready":
        st.rerun()
    bar(job)
    if st.button("Stop here", icon=":material/stop:", help="What was found so far stays."):
        job.stop()
    latest = job.latest
    if latest is None or latest.image is None:
        return
    picture, _ = st.columns([3, 2], gap="large")
    shown = annotate_tracked(latest.image, latest.faces, parts=("box", "label"))
    picture.image(shown, width="stretch", alt=f"The film at {latest.time:.1f} seconds")
    rows = job.record.rows()
    player.draw_timeline(AnalyzedFilm(job.info, job.settings, rows, {}), job.ends)


@st.fragment(run_every=_EACH_S)
def beside(job: FilmJob) -> None:
    """Draw the progress of what is made of a film whose results are there already."""
    if job.state == "ready":
        st.rerun()
    bar(job)
    if st.button("Stop", icon=":material/stop:"):
        job.stop()


def bar(job: FilmJob) -> None:
    if job.state == "waiting":
        st.progress(0.0, words.waiting(FILMS.place(job)))
    else:
        said = words.progress(job.share, job.seconds_left, job.at)
        st.progress(job.share or 0.0, _TASKS[job.task] + said)
