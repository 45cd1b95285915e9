"""Which model this visitor's pages use, and the way on where it cannot be used."""

from __future__ import annotations

import streamlit as st

from fer_core.errors import ModelError
from ui import problems, resources
from ui.widgets import plain

_KEY = "model-choice"


def choose() -> None:
    """The model of this session, for photographs, films and the camera alike."""
    names = resources.model_names()
    if not names:
        return
    current = resources.chosen()
    st.session_state[_KEY] = current if current in names else None
    st.selectbox(
        "Model in use",
        names,
        format_func=resources.title,
        key=_KEY,
        on_change=_take,
        help="For this session, on all pages. Others' sessions are not touched.",
        placeholder="Choose one",
    )


def in_its_place(error: ModelError) -> None:
    """Why the model cannot be used, once, and the others that can."""
    problems.show(error)
    others = [name for name in resources.model_names() if name != resources.chosen()]
    if not others:
        return
    st.markdown("Another model is here:")
    with st.container(horizontal=True):
        for name in others:
            st.button(
                f"Use {plain(resources.title(name))}",
                key=f"use-{name}",
                on_click=resources.choose,
                args=(name,),
            )


def _take() -> None:
    if name := st.session_state.get(_KEY):
        resources.choose(name)
