"""Whose probabilities stand beside the video: one face, chosen by its number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from fer_core.video.tracking import TrackedFace

_CHOSEN: Final = "live_chosen_face"


def draw(faces: Sequence[TrackedFace]) -> None:
    """Draws a choice where there are several faces.

    A choice lasts while its face is in view. Its place is always there, so that nothing moves when
    a face comes or goes.
    """
    with st.container(key="live_chooser", height=50, border=False):
        if len(faces) > 1:
            _draw([face.number for face in faces])


def current(faces: Sequence[TrackedFace]) -> TrackedFace | None:
    """The chosen face, where it is in view; see `chosen`."""
    return chosen(faces, st.session_state.get(_CHOSEN))


def chosen(faces: Sequence[TrackedFace], number: int | None) -> TrackedFace | None:
    """The face with this number, or else the one with the lowest; None where there is none."""
    for face in faces:
        if face.number == number:
            return face
    return min(faces, key=lambda face: face.number, default=None)


def _draw(numbers: Sequence[int]) -> None:
    number = st.session_state.get(_CHOSEN)
    key = f"live_faces_{'_'.join(map(str, numbers))}"
    st.segmented_control(
        "Face",
        numbers,
        default=number if number in numbers else None,
        format_func=lambda number: f"Face {number}",
        key=key,
        label_visibility="collapsed",
        on_change=lambda: st.session_state.update({_CHOSEN: st.session_state[key]}),
    )
