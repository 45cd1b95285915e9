"""The pages' own elements: each has its script and style in a folder beside what draws it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import streamlit as st

_BUTTONS: Final = Path(__file__).parent / "assets" / "button.css"


def component(folder: Path, name: str, html: str) -> Any:
    """Streamlit's component "fer_NAME" of `NAME.js`, `NAME.css` and the style of buttons.

    A Streamlit element is replaced at each update; such a component stays and changes itself.

    Args:
        folder: Where the two files are.
    """
    styles = [_BUTTONS.read_text("utf-8"), (folder / f"{name}.css").read_text("utf-8")]
    return st.components.v2.component(
        f"fer_{name}",
        html=html,
        css="".join(styles),
        js=(folder / f"{name}.js").read_text("utf-8"),
    )
