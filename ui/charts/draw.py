"""Plotly figures on a page: without toolbar, and with the theme's own text colour."""

# Plotly imports it in the middle of drawing, where two sessions can race: the second then finds a
# module that is half there. Here it is loaded whole.
from collections.abc import Callable

import pandas as pd  # noqa: F401
import streamlit as st
from plotly.graph_objects import Figure

from ui.charts.style import with_text_color

_CONFIG = {
    "displaylogo": False,
    "scrollZoom": False,
    "modeBarButtonsToRemove": [
        "zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d",
        "resetScale2d",
    ],
}  # fmt: skip
"""Of the toolbar only the picture's download is left."""


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
