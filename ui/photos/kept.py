"""What a visitor's session keeps of photos: results, and which of them is looked at."""

from __future__ import annotations

import base64
import io
from typing import Final

import streamlit as st
from PIL import Image

from fer_core.recognition.answers import corrections
from fer_core.recognition.photos import PhotoResult
from ui.server.budget import ORIGINALS
from ui.server.uploads import session_id

THUMB_EDGE: Final = 240
"""Of a thumbnail, in pixels: twice what it takes on the page, for fine screens."""

_RESULTS: Final = "photo-results"
"""In the session: number → result, in the order in which the photos came."""
_CHOSEN: Final = "photo-chosen"
"""In the session: the number of the photo whose card is open."""
_SAID: Final = "photo-said"
"""In the session: (number, face, label before) of each label that somebody has given, in order."""
_THUMBS: Final = "photo-thumbs"
"""In the session: number → thumbnail, as a data URI."""


def results() -> dict[int, PhotoResult]:
    """Number → result, in the order in which the photos came; not to be changed."""
    found: dict[int, PhotoResult] = st.session_state.setdefault(_RESULTS, {})
    return found


def add(result: PhotoResult) -> int:
    """Keep a photo's result; returns its number."""
    number = max(results(), default=-1) + 1
    results()[number] = result
    return number


def remove(number: int) -> None:
    """Forget a photo."""
    for name in (_RESULTS, _THUMBS):
        st.session_state.get(name, {}).pop(number, None)
    st.session_state[_SAID] = [said for said in _labels_given() if said[0] != number]
    ORIGINALS.drop(session_id(), number)


def remove_all() -> None:
    """Forget every photo."""
    for name in (_RESULTS, _THUMBS, _CHOSEN, _SAID):
        st.session_state.pop(name, None)
    ORIGINALS.drop(session_id())


def label(number: int, face: int, said: str) -> None:
    """Keep what somebody says of a photo's face, counted from 1; "" takes it back."""
    result = results()[number]
    before = result.your_labels[face - 1] if result.your_labels else ""
    if said != before:
        _labels_given().append((number, face, before))
        results()[number] = corrections.labelled(result, face, said)


def labels_given() -> int:
    """How many labels can be undone."""
    return len(_labels_given())


def undo() -> None:
    """Take the last label back, and open its photo's card."""
    if said := _labels_given():
        number, face, before = said.pop()
        results()[number] = corrections.labelled(results()[number], face, before)
        choose(number)


def _labels_given() -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = st.session_state.setdefault(_SAID, [])
    return found


def choose(number: int) -> None:
    """Open a photo's card."""
    st.session_state[_CHOSEN] = number


def chosen(shown: list[int]) -> int | None:
    """The number of the photo whose card is open; of those shown the first, if it is none."""
    number: int | None = st.session_state.get(_CHOSEN)
    return number if number in shown else next(iter(shown), None)


def thumbnail(number: int) -> str:
    """The photo's picture, small, as a data URI; "" of a bad file."""
    thumbs: dict[int, str] = st.session_state.setdefault(_THUMBS, {})
    if number not in thumbs:
        annotated = results()[number].annotated
        thumbs[number] = "" if annotated is None else _small(annotated)
    return thumbs[number]


def _small(jpeg: bytes) -> str:
    with Image.open(io.BytesIO(jpeg)) as picture:
        picture.draft("RGB", (THUMB_EDGE, THUMB_EDGE))
        picture.thumbnail((THUMB_EDGE, THUMB_EDGE))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
