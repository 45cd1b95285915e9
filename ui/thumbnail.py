"""A confusion matrix small enough to stand in a card: 7×7 cells, no figures."""

from html import escape
from typing import Final

import numpy as np
import streamlit as st

from fer_core.evaluation.split_report import SplitReport
from fer_core.labels import DISPLAY_NAMES, EMOTIONS
from ui.charts.readings import read_confusion
from ui.charts.style import blue

SIDE: Final = 120
"""Of the cells together, in pixels."""
_NAMES: Final = [DISPLAY_NAMES[name] for name in EMOTIONS]


def show(split: SplitReport) -> None:
    """Draws it, its rows named; a longer reading is its text for those who cannot see it."""
    st.html(matrix_html(split))


def matrix_html(split: SplitReport) -> str:
    """The share of each true label's images (rows) that got each answer (columns), as colour."""
    totals = split.counts.sum(axis=1, keepdims=True)
    shares = split.counts / np.maximum(totals, 1)
    cells = "".join(f'<div style="background:{blue(share)}"></div>' for share in shares.flat)
    rows = "".join(f"<span>{name}</span>" for name in _NAMES)
    words = escape(f"Confusion matrix. {read_confusion(split)}", quote=True)
    return (
        f'<div class="thumbnail" role="img" aria-label="{words}">'
        '<span class="shown">Label</span><span>Answer →</span>'
        f'<div class="names">{rows}</div><div class="cells" style="width:{SIDE}px;'
        f'height:{SIDE}px">{cells}</div></div>'
    )
