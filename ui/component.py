"""The pages' own elements: each has its script and style in a folder beside what draws it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import streamlit as st

_ASSETS: Final = Path(__file__).parent / "assets"
CAMERA_STATES: Final = _ASSETS / "camera_states.js"
"""What a browser knows of its camera, for the scripts that ask for it."""


def component(folder: Path, name: str, html: str, *scripts: Path) -> Any:
    """Streamlit's component "fer_NAME" of `NAME.js`, `NAME.css` and the style of buttons.

    A Streamlit element is replaced at each update; such a component stays and changes itself.

    Args:
        folder: Where the two files are.
        scripts: Whose functions `NAME.js` uses.
    """
    styles = [_ASSETS / "button.css", folder / f"{name}.css"]
    return st.components.v2.component(
        f"fer_{name}",
        html=html,
        css=_text(styles),
        js=_text([*scripts, folder / f"{name}.js"]),
    )


def _text(files: Iterable[Path]) -> str:
    return "".join(file.read_text("utf-8") for file in files)
