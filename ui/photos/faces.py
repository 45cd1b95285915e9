"""One face as the photo page shows it: its crop, its answer, seven bars in their fixed order.

Plain HTML: a group picture has dozens of faces, and dozens of Plotly charts would take seconds.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape

import streamlit as st
from PIL import Image

from fer_core.labels import COLORS, DISPLAY_NAMES, EMOTIONS
from fer_core.types import FaceEmotion
from ui.widgets import answer_line

MOST_OPEN = 6

STYLE = """
<style>
.face { display: flex; gap: 1rem; align-items: flex-start; margin-bottom: 0.75rem; }
.face img { width: 96px; height: 96px; border-radius: 4px; image-rendering: auto; flex: none; }
.face .unsure { border: 1px dashed currentColor; border-radius: 4px; padding: 0 0.3rem; }
.face .answers { flex: 1; min-width: 0; }
.face .row { display: grid; grid-template-columns: 4.4rem 1fr 2.8rem; gap: 0.5rem;
             align-items: center; font-size: 0.875rem; line-height: 1.35; }
.face .track { background: rgba(128, 128, 128, 0.18); border-radius: 2px; }
.face .bar { display: block; height: 0.6rem; border-radius: 2px; min-width: 1px; }
.face .share { text-align: right; font-variant-numeric: tabular-nums; }
</style>
"""


def show(faces: Sequence[FaceEmotion]) -> None:
    """Draws the faces of a photo; of a crowd, the smaller ones to unfold."""
    parts = [face_html(number, face) for number, face in enumerate(faces, start=1)]
    st.html(STYLE + "".join(parts[:MOST_OPEN]))
    if rest := parts[MOST_OPEN:]:
        with st.expander(f"{len(rest)} more face{'' if len(rest) == 1 else 's'}"):
            st.html(STYLE + "".join(rest))


def face_html(number: int, face: FaceEmotion) -> str:
    """The face's HTML; nothing in it comes from a file's name."""
    answer = escape(answer_line(face))
    if face.is_unsure:
        answer = f'<span class="unsure">{answer}</span>'
    rows = "".join(
        f'<div class="row"><span>{DISPLAY_NAMES[name]}</span>'
        f'<span class="track"><span class="bar" style="width:{100 * share:.1f}%;'
        f'background:{COLORS[name]}"></span></span>'
        f'<span class="share">{100 * share:.0f} %</span></div>'
        for name, share in zip(EMOTIONS, face.probabilities.tolist(), strict=True)
    )
    return (
        f'<div class="face"><img src="{_data_uri(face)}" alt="Face {number} as the network saw it">'
        f'<div class="answers"><strong>{number}. {answer}</strong>{rows}</div></div>'
    )


def _data_uri(face: FaceEmotion) -> str:
    buffer = io.BytesIO()
    Image.fromarray(face.crop).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
