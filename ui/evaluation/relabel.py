"""Doubtful labels, face by face: what somebody says instead, and a zip of it to train and test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from fer_core.data.layout import Layout
from fer_core.evaluation.audits.doubts import Doubt
from fer_core.labels import DISPLAY_NAMES
from fer_core.recognition.answers import corrections
from fer_core.recognition.photos import PhotoResult
from fer_core.recognition.recognizer import Recognizer
from fer_core.types import GrayImage
from ui import downloads
from ui.charts.words import faces as count_faces
from ui.evaluation.behind import is_missing
from ui.evaluation.subjects import Faces
from ui.widgets import YOUR_LABELS

MOST: Final = 12
"""Faces shown at a time, each with its menu."""
_SAID: Final = "doubts-said"
"""In the session: path → what somebody says the face shows."""
_FROM: Final = "doubts-from"
"""In the session: (which doubts, number of the first shown one)."""
_WIDTH: Final = 144  # pixels: the words below stay on one line


def said() -> dict[str, str]:
    """Path → what the visitor says the face shows."""
    labels: dict[str, str] = st.session_state.setdefault(_SAID, {})
    return labels


def draw(doubts: Sequence[Doubt], look_up: Faces, recognizer: Recognizer) -> None:
    """Draw faces with a menu each, and the button that hands out what was said."""
    first = _first(doubts)
    shown = [(doubt, look_up(doubt.path)) for doubt in doubts[first : first + MOST]]
    if is_missing(shown):
        return
    with st.container(horizontal=True, gap="small"):
        for doubt, face in shown:
            if face is not None:
                with st.container(width=_WIDTH):
                    _face(doubt, face)
    with st.container(horizontal=True, vertical_alignment="center"):
        _step("Back", doubts, first - MOST, first > 0)
        _step("Next", doubts, first + MOST, first + MOST < len(doubts))
        st.caption(f"{first + 1:,} to {first + len(shown):,} of {len(doubts):,}")
    count = len(said())
    downloads.button(
        f"Download {count_faces(count)} with your labels (ZIP)",
        "relabelled_faces.zip",
        "application/zip",
        key="relabelled_faces.zip",
        of=dict(said()),
        make=lambda: as_zip(said(), look_up, recognizer),
        ready=bool(count),
    )


def as_zip(labels: dict[str, str], look_up: Faces, recognizer: Recognizer) -> bytes:
    """`corrections.as_zip` of these faces, each in the part of the data that it comes from."""
    found = {path: face for path in labels if (face := look_up(path)) is not None}
    answers = recognizer.classify(list(found.values())) if found else []
    results = [
        PhotoResult(path, faces=(answer,), size=face.shape[::-1], your_labels=(labels[path],))
        for (path, face), answer in zip(found.items(), answers, strict=True)
    ]
    return corrections.as_zip(results, lambda result: None, lambda _, result: _part(result.name))


def _part(path: str) -> str:
    place = Layout().split_and_label(path)
    return "train" if place is not None and place[0] == "train" else "test"


def _face(doubt: Doubt, face: GrayImage) -> None:
    label, suggested = DISPLAY_NAMES[doubt.label], DISPLAY_NAMES[doubt.suggested]
    words = f"{label} → {suggested.lower()}"
    st.image(face, caption=words, width=_WIDTH, alt=f"A face labelled {words}")
    key = f"{_SAID}-{doubt.path}"
    st.session_state[key] = said().get(doubt.path, "")
    st.selectbox(
        f"Your label for {doubt.path}",
        list(YOUR_LABELS),
        format_func=YOUR_LABELS.__getitem__,
        key=key,
        on_change=_say,
        args=(doubt.path, key),
        label_visibility="collapsed",
    )


def _say(path: str, key: str) -> None:
    label = st.session_state[key]
    if label:
        said()[path] = label
    else:
        said().pop(path, None)


def _first(doubts: Sequence[Doubt]) -> int:
    """The number of the first shown face; other doubts begin from their start."""
    which, first = st.session_state.get(_FROM, (None, 0))
    return int(first) if which == _which(doubts) else 0


def _which(doubts: Sequence[Doubt]) -> tuple[int, str]:
    return len(doubts), doubts[0].path if doubts else ""


def _step(label: str, doubts: Sequence[Doubt], first: int, possible: bool) -> None:
    def go() -> None:
        st.session_state[_FROM] = _which(doubts), first

    st.button(label, on_click=go, disabled=not possible, key=f"doubts-{label}")
