"""Plotly figures on a page: without toolbar, and with the theme's own text colour."""

import time
from collections.abc import Callable
from typing import Final

# Plotly imports it in the middle of drawing, where two sessions can race: the second then finds a
# module that is half there. Here it is loaded whole.
import pandas as pd  # noqa: F401
import streamlit as st
from plotly.graph_objects import Figure

from ui.charts.style import with_text_color

PAINT_S: Final = 0.3
"""Seconds in which a browser paints a page's words; the charts' library then takes one or two."""
_PAINTED: Final = "words-painted"
"""In the session: whether it has waited for a page's words."""
_CONFIG = {
    "displaylogo": False,
    "scrollZoom": False,
    "modeBarButtonsToRemove": [
        "zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d",
        "resetScale2d",
    ],
}  # fmt: skip
"""Of the toolbar only the picture's download is left."""


def after_words() -> None:
    """Before a session's first charts: what stands above them is painted without waiting for them.

    A browser that has their library paints nothing while it reads it.
    """
    if not st.session_state.get(_PAINTED):
        time.sleep(PAINT_S)
        st.session_state[_PAINTED] = True


def draw(figure: Figure, key: str, alt: str) -> None:
    """Draws a figure in the whole width; `alt` says what it shows to those who cannot see it."""
    st.plotly_chart(_readable(figure), key=key, config=_CONFIG, alt=alt)


def draw_clickable(figure: Figure, key: str, alt: str, clicked: Callable[[], None]) -> None:
    """The same, and calls `clicked` once the selection in `st.session_state[key]` has changed."""
    st.plotly_chart(
        _readable(figure),
        key=key,
        config=_CONFIG,
        alt=alt,
        on_select=clicked,
        selection_mode="points",
    )


def _readable(figure: Figure) -> Figure:
    """On light pages Streamlit draws a chart's text in its own gray, whatever the theme says: 3.6:1
    on this background, where 4.5:1 is due.
    """
    if st.context.theme.type == "light":
        return with_text_color(figure, str(st.get_option("theme.light.textColor")))
    return figure
