"""Many photos: what is shown of them, in which order, and the card of the one that is open."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from fer_core.errors import ReportError
from fer_core.evaluation.report import odds_in_words
from fer_core.recognition import photos as photo_results
from fer_core.recognition.answers.occlusion_map import shown as map_over
from fer_core.recognition.answers.ways import Way
from fer_core.recognition.photos import PhotoResult
from fer_core.recognition.recognizer import Recognizer
from fer_core.types import FaceEmotion, RGBImage
from ui import problems, resources
from ui.photos import choice, correcting, faces, grid, kept
from ui.photos.choice import Choice
from ui.photos.faces import Extras
from ui.widgets import SPLIT_TITLES, file_name

NO_FACE = (
    "No face was found. It helps if the face looks towards the camera, is well lit, and is at "
    "least 20 pixels wide."
)
WHY = (
    "Orange: with this place covered, the answer is less likely; blue: more likely. That is what "
    "the network reacts to, not why somebody looks as they do."
)
MOST_MAPS = 50
_MAPS = "photo-maps"
"""In the session: face → the picture of what its answer hangs on."""
WIDTH = 168
"""Of a menu above the photos, in pixels: two stand side by side on a telephone."""


def draw(recognizer: Recognizer) -> None:
    """Draw the thumbnails, if there are several photos, and the open photo's card."""
    results = kept.results()
    shown = list(results)
    if len(results) > 1:
        shown = _choice().of(results)
        if not shown:
            st.info("No photo is like this. Choose another one above.", icon=":material/search:")
            return
        grid.draw(shown, kept.chosen(shown))
    number = kept.chosen(shown)
    if number is None:
        return
    if len(shown) > 1:
        _neighbours(number, shown)
    _card(number, results[number], shown, recognizer)


def _choice() -> Choice:
    """Draws the menus; returns what is chosen in them."""
    with st.container(horizontal=True):
        kind = st.selectbox(
            "Show",
            list(choice.KINDS),
            format_func=choice.KINDS.__getitem__,
            key="photo-kind",
            width=WIDTH,
        )
        certainty = st.selectbox(
            "Certainty",
            list(choice.CERTAINTIES),
            format_func=lambda name: choice.CERTAINTIES[name][0],
            key="photo-certainty",
            width=WIDTH,
        )
        order = st.selectbox(
            "Order",
            list(choice.ORDERS),
            format_func=choice.ORDERS.__getitem__,
            key="photo-order",
            width=WIDTH,
        )
        text = st.text_input("File name contains", key="photo-text", width=WIDTH)
    return Choice(kind, certainty, text.strip(), order)


def _card(number: int, result: PhotoResult, shown: list[int], recognizer: Recognizer) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(file_name(result.name))
            if st.button("Remove", icon=":material/close:", key=f"remove-{number}"):
                _remove(number, shown)
        if result.problem:
            problems.show(result.problem)
            return
        picture, answers = st.columns([3, 2], gap="large")
        with picture:
            assert result.annotated is not None
            st.image(result.annotated, width="stretch", alt=photo_results.described(result))
        with answers:
            if result.note:
                st.info(result.note, icon=":material/groups:")
            if not result.faces:
                st.info(NO_FACE, icon=":material/search_off:")
            else:
                _faces(number, result, recognizer)


def _faces(number: int, result: PhotoResult, recognizer: Recognizer) -> None:
    extras = Extras(odds=partial(_odds, recognizer.way))
    if correcting.is_on():
        extras = replace(extras, menu=partial(correcting.menu, number))
    if st.toggle("Why these answers?", key=f"photo-why-{number}"):
        st.caption(WHY)
        extras = replace(extras, why=partial(_map, recognizer))
    faces.show(result.faces, extras)


def _map(recognizer: Recognizer, face: FaceEmotion) -> RGBImage:
    """Made once for each face: every run of the page draws it anew."""
    maps: dict[FaceEmotion, RGBImage] = st.session_state.setdefault(_MAPS, {})
    if face not in maps:
        if len(maps) >= MOST_MAPS:
            maps.clear()
        maps[face] = map_over(face.crop, recognizer.why(face))
    return maps[face]


def _odds(way: Way, face: FaceEmotion) -> str:
    """From the report on faces that nothing was chosen by; "" if there is none."""
    try:
        report = resources.report()
    except ReportError:
        return ""
    splits = report.ways.get(way.name) or report.splits
    split = splits.get("private")
    found = None if split is None or face.is_unsure else split.odds(face.confidence)
    return "" if found is None else f"{odds_in_words(found)} On {SPLIT_TITLES['private']}."


def _neighbours(number: int, shown: list[int]) -> None:
    """The open photo's place, between buttons to those before and after it."""
    at = shown.index(number)
    with st.container(horizontal=True, vertical_alignment="center"):
        before = st.button("Previous", icon=":material/chevron_left:", disabled=at == 0)
        st.caption(f"{at + 1} of {len(shown)}", width="content")
        after = st.button("Next", icon=":material/chevron_right:", disabled=at + 1 == len(shown))
    if before or after:
        kept.choose(shown[at - 1 if before else at + 1])
        st.rerun()


def _remove(number: int, shown: list[int]) -> None:
    """Forgets a photo; the next one's card is open then, or the one before it."""
    at = shown.index(number)
    kept.remove(number)
    if others := shown[at + 1 : at + 2] or shown[:at][-1:]:
        kept.choose(others[0])
    st.rerun()
