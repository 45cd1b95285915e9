"""A visitor corrects answers, and takes the labelled faces along to train and to measure on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import streamlit as st

from fer_core.recognition.answers import corrections
from fer_core.recognition.photos import Photo, PhotoResult
from ui import downloads
from ui.photos import kept
from ui.server.budget import MEGABYTE, ORIGINALS
from ui.server.uploads import session_id
from ui.widgets import YOUR_LABELS

MOST_KEPT: Final = 100 * MEGABYTE
"""Of originals, for each visitor."""
KEPT: Final = (
    "Photos of a single face that you add are kept in the app's memory meanwhile, up to "
    f"{MOST_KEPT // MEGABYTE} MB."
)
EXPLAINED: Final = (
    "Say below each answer what the face shows. The zip has the faces by class, to train and "
    "evaluate on, and the photos that were kept."
)
_ON: Final = "photo-correct"
_TOGGLE: Final = "photo-correct-toggle"
_SAID: Final = "photo-label"
_ZIP: Final = "photo-zip"
"""In the session: (the results that a zip was made of, its bytes)."""


def is_on() -> bool:
    """Whether the visitor wants to correct answers."""
    return bool(st.session_state.get(_ON))


def switch() -> None:
    """Draw the switch."""
    st.session_state[_TOGGLE] = is_on()  # a widget's own state ends with a change of page
    st.toggle("Correct answers", key=_TOGGLE, on_change=_switch, help=EXPLAINED)


def say_what_is_kept() -> None:
    """Draw what is kept while answers are corrected."""
    if not is_on():
        return
    count = len(ORIGINALS.of(session_id()))
    left_out = len(kept.without_room())
    full = f"; for {left_out} more there was no room: the zip has their faces only"
    st.caption(f"{KEPT} Kept now: {count}{full if left_out else ''}.")


def take_along(results: list[PhotoResult]) -> None:
    """Draw the buttons that take the last label back, and that hand all out."""
    st.button(
        "Undo label", icon=":material/undo:", disabled=not kept.labels_given(), on_click=kept.undo
    )
    _zip(results, sum(bool(label) for result in results for label in result.your_labels))


def keeps_original(result: PhotoResult) -> Callable[[int, Photo], None]:
    """What keeps a photo as it came, by its number, without a look into the session.

    It does so if the visitor corrects answers, the photo may serve, and there is room.
    """
    wanted, without_room = is_on() and result.faces_found == 1, kept.without_room()

    def keep(number: int, photo: Photo) -> None:
        if wanted and not ORIGINALS.keep(session_id(), number, photo.read(), MOST_KEPT):
            without_room.add(number)

    return keep


def menu(number: int, face: int) -> None:
    """Draw the menu of a photo's face, counted from 1."""
    key = f"{_SAID}-{number}-{face}"
    said = kept.results()[number].your_labels
    st.session_state[key] = said[face - 1] if said else ""
    st.selectbox(
        f"Your label for face {face}",
        list(YOUR_LABELS),
        format_func=YOUR_LABELS.__getitem__,
        key=key,
        on_change=lambda: kept.label(number, face, st.session_state[key]),
        width=240,
    )


def _switch() -> None:
    st.session_state.pop(_ZIP, None)
    without_room = kept.without_room()
    st.session_state[_ON] = st.session_state[_TOGGLE]
    without_room.clear()
    ORIGINALS.drop(session_id())


def _zip(results: list[PhotoResult], count: int) -> None:
    """A button that makes the zip, and once it is made of these labels, one that hands it out."""
    made = st.session_state.get(_ZIP)
    if made is not None and made[0] == results:
        downloads.button(
            "Download labelled faces (ZIP)", "labelled_faces.zip", "application/zip",
            key="labelled_faces.zip", of=results, make=lambda: made[1],
        )  # fmt: skip
        return
    st.session_state.pop(_ZIP, None)
    words = f"Make a zip of {count} labelled face{'' if count == 1 else 's'}"
    if st.button(words, icon=":material/folder_zip:", disabled=not count):
        originals = ORIGINALS.of(session_id())
        numbers = {id(result): number for number, result in kept.results().items()}
        original = partial(_original, numbers, originals)
        st.session_state[_ZIP] = results, corrections.as_zip(results, original)
        st.rerun()


def _original(
    numbers: dict[int, int], originals: dict[int, bytes], result: PhotoResult
) -> bytes | None:
    return originals.get(numbers[id(result)])
