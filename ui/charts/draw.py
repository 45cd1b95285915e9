"""Plotly figures on a page: without toolbar, and with the theme's own text colour."""

# Plotly imports it in the middle of drawing, where two sessions can race: the second then finds a
# module that is half there. Here it is loaded whole.
import pandas as pd  # noqa: F401
import streamlit as st
from plotly.graph_objects import Figure

from ui.charts.style import with_text_color

_STILL = {"displayModeBar": False, "scrollZoom": False}


def draw(figure: Figure, key: str, alt: str) -> None:
    """Draws a figure in the whole width; `alt` says what it shows to those who cannot see it.

    On light pages Streamlit draws a chart's text in its own gray, whatever the theme says: 3.6:1
    on this background, where 4.5:1 is due.
    """
    if st.context.theme.type == "light":
        figure = with_text_color(figure, str(st.get_option("theme.light.textColor")))
    st.plotly_chart(figure, key=key, config=_STILL, alt=alt)
