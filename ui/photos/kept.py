"""What a visitor's session keeps of photos: results, and which of them is looked at."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from typing import Final

import streamlit as st
from PIL import Image

from fer_core.recognition.answers import corrections
from fer_core.recognition.photos import PhotoResult
from ui.server.budget import ORIGINALS
from ui.server.uploads import session_id

THUMB_EDGE: Final = 240
"""Of a thumbnail, in pixels: twice what it takes on the page, for fine screens."""

_KEPT: Final = "photos-kept"
"""In the session: the visitor's `Kept`."""


@dataclass
class Kept:
    """All of it in one object: a run of the page may be ended at each look into the session.

    So every function here looks there once, before it changes anything. Until such a look the run
    that takes its place runs beside it.

    Attributes:
        results: Number → result, in the order in which the photos came.
        chosen: The number of the photo whose card is open.
        said: (number, face, label before) of each label that somebody has given, in order.
        thumbs: Number → thumbnail, as a data URI.
        without_room: The numbers of the photos whose originals there was no room for.
    """

    results: dict[int, PhotoResult] = field(default_factory=dict)
    chosen: int | None = None
    said: list[tuple[int, int, str]] = field(default_factory=list)
    thumbs: dict[int, str] = field(default_factory=dict)
    without_room: set[int] = field(default_factory=set)


def _kept() -> Kept:
    found: Kept = st.session_state.setdefault(_KEPT, Kept())
    return found


def results() -> dict[int, PhotoResult]:
    """Number → result, in the order in which the photos came; not to be changed."""
    return _kept().results


def add(result: PhotoResult, *, open_it: bool = False) -> int:
    """Keep a photo's result, and open its card if that is asked for; returns its number."""
    kept = _kept()
    number = max(kept.results, default=-1) + 1
    kept.results[number] = result
    if open_it:
        kept.chosen = number
    return number


def remove(number: int) -> None:
    """Forget a photo."""
    kept = _kept()
    for by_number in (kept.results, kept.thumbs):
        by_number.pop(number, None)
    kept.said = [said for said in kept.said if said[0] != number]
    kept.without_room.discard(number)
    ORIGINALS.drop(session_id(), number)


def remove_all() -> None:
    """Forget every photo."""
    st.session_state[_KEPT] = Kept()
    ORIGINALS.drop(session_id())


def label(number: int, face: int, said: str) -> None:
    """Keep what somebody says of a photo's face, counted from 1; "" takes it back."""
    kept = _kept()
    result = kept.results[number]
    before = result.your_labels[face - 1] if result.your_labels else ""
    if said != before:
        kept.said.append((number, face, before))
        kept.results[number] = corrections.labelled(result, face, said)


def without_room() -> set[int]:
    """The numbers of the photos whose originals there was no room for; the caller's to change."""
    return _kept().without_room


def labels_given() -> int:
    """How many labels can be undone."""
    return len(_kept().said)


def undo() -> None:
    """Take the last label back, and open its photo's card."""
    kept = _kept()
    if kept.said:
        number, face, before = kept.said.pop()
        kept.results[number] = corrections.labelled(kept.results[number], face, before)
        kept.chosen = number


def choose(number: int) -> None:
    """Open a photo's card."""
    _kept().chosen = number


def chosen(shown: list[int]) -> int | None:
    """The number of the photo whose card is open; of those shown the first, if it is none."""
    number = _kept().chosen
    return number if number in shown else next(iter(shown), None)


def thumbnail(number: int) -> str:
    """The photo's picture, small, as a data URI; "" of a bad file."""
    kept = _kept()
    if number not in kept.thumbs:
        annotated = kept.results[number].annotated
        kept.thumbs[number] = "" if annotated is None else _small(annotated)
    return kept.thumbs[number]


def _small(jpeg: bytes) -> str:
    with Image.open(io.BytesIO(jpeg)) as picture:
        picture.draft("RGB", (THUMB_EDGE, THUMB_EDGE))
        picture.thumbnail((THUMB_EDGE, THUMB_EDGE))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
