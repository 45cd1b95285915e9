"""The photos as thumbnails, each with its answer in a word; a click opens its card."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from fer_core.store.names import printable
from ui.component import component
from ui.photos import choice, kept

KEY: Final = "photo-grid"


def draw(shown: list[int], chosen: int | None) -> None:
    """Draw the photos of these numbers, or change what is drawn."""
    _component(
        key=KEY,
        data={"tiles": [_tile(number) for number in shown], "chosen": chosen},
        on_chosen_change=_open,
    )


def _tile(number: int) -> dict[str, object]:
    result = kept.results()[number]
    name, marks = printable(result.name), choice.marks(result)
    return {
        "number": number,
        "name": name,
        "answer": choice.short_answer(result),
        "words": ". ".join([name, choice.in_a_word(result), *marks]),
        "color": choice.color(result),
        "doubts": choice.doubts(result),
        "picture": kept.thumbnail(number),
    }


def _open() -> None:
    if (number := st.session_state[KEY].chosen) is not None:
        kept.choose(int(number))


_component = component(
    Path(__file__).parent / "static",
    "grid",
    '<div class="grid" role="group" aria-label="Photos"></div>',
)
