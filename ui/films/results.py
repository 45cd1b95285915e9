"""What was found in a film: the film with its timeline, its faces, and the ways out."""

from __future__ import annotations

import streamlit as st

from fer_core.recognition.recognizer import Recognizer
from ui import problems
from ui.charts.session_words import read_session
from ui.films import progress
from ui.recorded import faces, outputs, player
from ui.server.film_jobs import FilmJob
from ui.server.films import FILMS
from ui.widgets import file_name, plain


def draw(job: FilmJob, recognizer: Recognizer) -> None:
    """Draw the results; changes of the faces start the page over."""
    film = job.shown
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(file_name(job.name))
        if st.button("Look at it again", icon=":material/replay:"):
            job.forget()
            st.rerun()
        if st.button("Remove", icon=":material/close:"):
            FILMS.remove(job.session)
            st.rerun()
    summary = film.summary()
    st.markdown(plain(read_session(summary)))
    if film.note:
        st.info(plain(film.note), icon=":material/info:")
    of_boxes = job.task == "annotated"
    if not of_boxes:
        _say_how_far(job)
    if job.state == "ready" and job.played is None and not job.problem:
        FILMS.start(job, "copy", recognizer)
        st.rerun()
    if player.draw(job) and job.played is not None and job.copy is None:
        job.refuse()
        st.rerun()
    if summary.faces:
        faces.table(film)
    faces.edit(job)
    st.header("Take it with you", anchor=False)
    st.html(outputs.links(job))
    if of_boxes:  # where the button was pressed
        _say_how_far(job)
    made = outputs.annotated_is_new(job) or job.state != "ready"
    if not made and st.button("Make the film with boxes (MP4)", icon=":material/movie:"):
        FILMS.start(job, "annotated", recognizer)
        st.rerun()


def _say_how_far(job: FilmJob) -> None:
    """What became of the newest task, or how far it is."""
    if job.problem:
        problems.show(job.problem)
    if job.state != "ready":
        progress.beside(job)
