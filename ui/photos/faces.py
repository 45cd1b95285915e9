"""One face as the photo page shows it: its crop, its answer, seven bars in their fixed order.

Plain HTML: a group picture has dozens of faces, and dozens of Plotly charts would take seconds.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from fer_core.labels import COLORS, DISPLAY_NAMES, EMOTIONS
from fer_core.recognition.answers.usability import NOTES
from fer_core.types import FaceEmotion, RGBImage
from ui.widgets import answer_line

MOST_OPEN = 6


@dataclass(frozen=True, slots=True)
class Extras:
    """What stands beside the faces of a photo on request.

    Attributes:
        odds: An answer's odds in words; "" if they are not known.
        why: The picture that shows what an answer hangs on; None shows the face as it is.
        menu: Draws what stands below a face, by its number; None draws nothing.
    """

    odds: Callable[[FaceEmotion], str] = lambda face: ""
    why: Callable[[FaceEmotion], RGBImage] | None = None
    menu: Callable[[int], None] | None = None


PLAIN = Extras()


def show(faces: Sequence[FaceEmotion], extras: Extras = PLAIN) -> None:
    """Draws the faces of a photo; of a crowd, the smaller ones to unfold."""
    numbered = list(enumerate(faces, start=1))
    _draw(numbered[:MOST_OPEN], extras)
    if rest := numbered[MOST_OPEN:]:
        with st.expander(f"{len(rest)} more face{'' if len(rest) == 1 else 's'}"):
            _draw(rest, replace(extras, why=None))


def _draw(faces: Sequence[tuple[int, FaceEmotion]], extras: Extras) -> None:
    parts = [face_html(number, face, extras) for number, face in faces]
    if extras.menu is None:
        st.html("".join(parts))
        return
    for (number, _), part in zip(faces, parts, strict=True):
        st.html(part)
        extras.menu(number)


def face_html(number: int, face: FaceEmotion, extras: Extras = PLAIN) -> str:
    """The face's HTML; nothing in it comes from a file's name."""
    answer = escape(answer_line(face))
    if face.is_unsure:
        answer = f'<span class="unsure">{answer}</span>'
    said = [NOTES[note] for note in face.notes]
    below = f'<div class="notes">{escape(" ".join(said))}</div>' if said else ""
    if odds := extras.odds(face):
        below += f"<details><summary>How often is that right?</summary>{escape(odds)}</details>"
    picture, alt = face.crop, f"Face {number} as the network saw it"
    if extras.why is not None:
        picture, alt = extras.why(face), f"What the answer for face {number} hangs on"
    rows = "".join(
        f'<div class="row"><span>{DISPLAY_NAMES[name]}</span>'
        f'<span class="track"><span class="bar" style="width:{100 * share:.1f}%;'
        f'background:{COLORS[name]}"></span></span>'
        f'<span class="share">{100 * share:.0f} %</span></div>'
        for name, share in zip(EMOTIONS, face.probabilities.tolist(), strict=True)
    )
    return (
        f'<div class="face"><img src="{_data_uri(picture)}" alt="{alt}">'
        f'<div class="answers"><strong>{number}. {answer}</strong>{rows}{below}</div></div>'
    )


def _data_uri(picture: NDArray[np.uint8]) -> str:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
