"""A confusion matrix small enough to stand in a card: 7×7 cells, no figures."""

from html import escape

import numpy as np
import streamlit as st

from fer_core.evaluation.split_report import SplitReport
from ui.charts.readings import read_confusion
from ui.charts.style import blue

SIDE = 120  # pixels


def show(split: SplitReport) -> None:
    st.html(matrix_html(split), width=SIDE)


def matrix_html(split: SplitReport) -> str:
    """The share of each true label's images (rows) that got each answer (columns), as colour."""
    totals = split.counts.sum(axis=1, keepdims=True)
    shares = split.counts / np.maximum(totals, 1)
    cells = "".join(f'<div style="background:{blue(share)}"></div>' for share in shares.flat)
    words = escape(f"Confusion matrix. {read_confusion(split)}", quote=True)
    return (
        f'<div role="img" aria-label="{words}" title="{words}" style="display:grid;gap:1px;'
        f'grid-template:repeat(7,1fr)/repeat(7,1fr);width:{SIDE}px;height:{SIDE}px">{cells}</div>'
    )
