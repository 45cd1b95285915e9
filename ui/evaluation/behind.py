"""The faces behind a cell of the confusion matrix, the surest answers first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
import streamlit as st

from fer_core.data.dataset import DATA_VARIABLE
from fer_core.errors import ReportError
from fer_core.evaluation.split_report import SplitReport
from fer_core.labels import DISPLAY_NAMES, EMOTIONS
from fer_core.types import GrayImage
from ui import problems
from ui.charts.draw import draw_clickable
from ui.charts.evaluation import Normalize, confusion_heatmap
from ui.charts.readings import read_confusion
from ui.charts.words import faces as count_faces
from ui.evaluation.subjects import Faces, Subject

MOST: Final = 24
"""Faces shown at a time."""
SIDE: Final = 88
"""Of a shown face, in pixels."""
_HOW: Final = (
    f"The faces are not on this computer. Start the app with {DATA_VARIABLE} set to the folder or "
    "zip of these data to see them."
)

Cell = tuple[int, int]
"""(label, answer), indices into `EMOTIONS`."""


def matrix(subject: Subject, shares: Normalize) -> None:
    """The matrix; a click on a cell chooses the faces that `chosen` shows."""
    key = f"{subject.key}-confusion"
    draw_clickable(
        confusion_heatmap(subject.split, shares),
        key,
        read_confusion(subject.split),
        partial(_clicked, key, _choice_key(subject)),
    )


def chosen(subject: Subject) -> None:
    """The choice of a cell, for those who do not click, and the faces behind it."""
    cells = _cells(subject.split)
    if not cells:
        return
    cell = st.selectbox(
        "Faces behind a cell",
        cells,
        index=None,
        format_func=lambda cell: _cell_title(cell, subject.split),
        placeholder="Click a cell, or choose one here",
        key=_choice_key(subject),
    )
    if cell is not None:
        _show(subject, cell)


def gallery(shown: Sequence[tuple[str, str]], look_up: Faces) -> None:
    """Up to `MOST` faces with a word under each; `shown` are their paths and words."""
    some = [(words, look_up(path)) for path, words in shown[:MOST]]
    if is_missing(some):
        return
    with st.container(horizontal=True, gap="small"):
        for words, face in some:
            if face is not None:
                st.image(face, caption=words, width=SIDE, alt=f"A face: {words}")
    if len(shown) > MOST:
        st.caption(f"The first {MOST} of {len(shown):,}.")


def is_missing(faces: Sequence[tuple[object, GrayImage | None]]) -> bool:
    """Whether none of some faces is on this computer; if so, says how to see them."""
    missing = bool(faces) and all(face is None for _, face in faces)
    if missing:
        say_how()
    return missing


def say_how() -> None:
    """Draw how to see faces that are not on this computer."""
    st.info(_HOW, icon=":material/info:")


def _show(subject: Subject, cell: Cell) -> None:
    label, answer = cell
    try:
        found = subject.predictions()
    except ReportError as error:
        problems.show(error, "info")
        return
    given = found.probabilities[:, answer]
    rows = np.flatnonzero((found.labels == label) & (found.probabilities.argmax(axis=1) == answer))
    least = st.slider(
        "At least this sure, %", 0, 95, 0, step=5, key=f"{_choice_key(subject)}-{label}-{answer}"
    )
    rows = rows[given[rows] >= least / 100]
    rows = rows[np.argsort(-given[rows], kind="stable")]
    st.caption(f"{count_faces(len(rows))}, the surest answers first.")
    look_up = subject.faces()
    if look_up is None:
        say_how()
        return
    gallery([(found.paths[int(i)], f"{100 * given[i]:.0f} %") for i in rows], look_up)


def _clicked(chart: str, choice: str) -> None:
    points = st.session_state[chart]["selection"]["points"]
    cells = [point["customdata"] for point in points if point.get("customdata")]
    if cells:
        label, answer = cells[0]
        st.session_state[choice] = (int(label), int(answer))


def _choice_key(subject: Subject) -> str:
    return f"{subject.key}-cell"


def _cells(split: SplitReport) -> list[Cell]:
    """Cells with faces: mistakes first, the commonest on top, then what is right."""
    found = [(int(i), int(j)) for i, j in zip(*np.nonzero(split.counts), strict=True)]
    return sorted(found, key=lambda cell: (cell[0] == cell[1], -split.counts[cell]))


def _cell_title(cell: Cell, split: SplitReport) -> str:
    names = [DISPLAY_NAMES[EMOTIONS[i]] for i in cell]
    return f"{names[0]} → {names[1].lower()}: {split.counts[cell]:,}"
