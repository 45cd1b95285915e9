"""What all charts have in common: transparent, usable by touch, readable in both themes.

Text has no colour of its own where the page behind it shows through: the page's theme gives it one
(`with_text_color`). Text on a filled area is black or white, whichever reads better.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_core.evaluation.estimates import Estimate
from fer_core.labels import COLORS, DISPLAY_NAMES, EMOTIONS
from fer_core.recognition.label_tiles import contrast, from_hex

NAMES: Final = tuple(DISPLAY_NAMES[name] for name in EMOTIONS)
FILLS: Final = tuple(COLORS[name] for name in EMOTIONS)
ACCENT: Final = "#8B6FD0"  # no expression's colour; over 3:1 on white and on black
FAINT: Final = "rgba(128, 128, 128, 0.25)"  # grid lines, on white and on black alike
TICKS: Final = (0, 0.25, 0.5, 0.75, 1)
SHARE_AXIS: Final = {
    "tickvals": TICKS,
    "ticktext": ["0", "25", "50", "75", "100 %"],
    "showgrid": True,
    "gridcolor": FAINT,
    "zeroline": False,
}
"""A fixed axis of shares with labels short enough for a telephone."""

LEGEND: Final = {
    "orientation": "h",
    "x": 0,
    "y": 1.02,
    "yanchor": "bottom",
    "traceorder": "normal",
    "itemclick": False,
    "itemdoubleclick": False,
}
"""A legend above the plot."""


def styled(figure: go.Figure, height: int, **layout: Any) -> go.Figure:
    """Gives a figure the common layout; `height` in pixels, the width is the page's."""
    clear = "rgba(0, 0, 0, 0)"
    common = {
        "height": height,
        "paper_bgcolor": clear,
        "plot_bgcolor": clear,
        "margin": {"l": 8, "r": 24, "t": 8, "b": 8},  # half a label hangs over on the right
        "showlegend": False,
        "dragmode": False,  # a finger on a chart scrolls the page
    }
    figure.update_layout({**common, **layout})
    figure.update_xaxes(fixedrange=True, automargin=True)
    figure.update_xaxes(spikecolor="#808080", spikedash="solid", spikethickness=1)
    figure.update_yaxes(fixedrange=True, automargin=True)
    return figure


def with_text_color(figure: go.Figure, color: str) -> go.Figure:
    """Gives all text that stands on the page itself one colour, such as the theme's text colour.

    Streamlit 1.67 draws a chart's axes in #808495 on light pages, 3.6:1, whatever the theme says.
    """
    figure.update_layout(font_color=color)
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(tickfont_color=color, title_font_color=color)
    return figure


def add_intervals(
    figure: go.Figure,
    along: Literal["x", "y"],
    places: list[Any],
    found: list[Estimate | None],
    *,
    thickness: float,
    color: str,
) -> None:
    """Adds 95 % intervals along an axis; `places` are the positions on the other one."""
    across = "y" if along == "x" else "x"
    known = [(p, s) for p, s in zip(places, found, strict=True) if s is not None and s.interval]
    error = {
        "array": [(s.high or 0) - s.value for _, s in known],
        "arrayminus": [s.value - (s.low or 0) for _, s in known],
        "thickness": thickness,
        "width": thickness + 3,
        "color": color,
    }
    figure.add_scatter(
        mode="markers",
        marker={"opacity": 0},
        hoverinfo="skip",
        **{
            across: [p for p, _ in known],
            along: [s.value for _, s in known],
            f"error_{along}": error,
        },
    )


def ink_on(color: str) -> str:
    """Black or white, whichever has the higher contrast with "#RRGGBB": at least 4.58:1."""
    return max("#000000", "#FFFFFF", key=lambda ink: contrast(from_hex(ink), from_hex(color)))


def blue(share: float) -> str:
    """The heat map's colour for a share in [0, 1], as "#RRGGBB": pale at 0, dark at 1.

    One hue in Oklab (Ottosson 2020), where equal steps look equal, so that twice the share looks
    twice as far from none.
    """
    lightness = 0.96 - 0.60 * share
    chroma = 0.02 + 0.11 * share
    hue = np.deg2rad(250)
    return _hex(np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)]))


def _hex(oklab: NDArray[np.float64]) -> str:
    to_lms = np.array(
        [
            [1, 0.3963377774, 0.2158037573],
            [1, -0.1055613458, -0.0638541728],
            [1, -0.0894841775, -1.2914855480],
        ]
    )
    to_rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip(to_rgb @ (to_lms @ oklab) ** 3, 0, 1)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * value):02X}" for value in srgb)


SCALE: Final = [[share, blue(share)] for share in np.linspace(0, 1, 21).tolist()]
"""`blue` for Plotly."""
