"""The page's own elements: each has its script and style beside the module that draws it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import streamlit as st

_STATIC: Final = Path(__file__).parent / "static"


def component(name: str, html: str) -> Any:
    """Streamlit's component "fer_NAME" of `NAME.js`, `NAME.css` and the style of buttons.

    A Streamlit element is replaced at each update; such a component stays and changes itself.
    """
    styles = [(_STATIC / f"{part}.css").read_text("utf-8") for part in ("button", name)]
    return st.components.v2.component(
        f"fer_{name}",
        html=html,
        css="".join(styles),
        js=(_STATIC / f"{name}.js").read_text("utf-8"),
    )
