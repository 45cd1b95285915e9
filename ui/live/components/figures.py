"""Rate of the analysis, and the time from camera to screen, which the browser measures."""

from __future__ import annotations

from ui.component import component
from ui.live import words
from ui.live.components import STATIC


def draw(rate: str, passing_ms: float | None) -> None:
    """Draw the line, or change what it says.

    Args:
        rate: In words; "" for an empty line, which keeps its place.
        passing_ms: A frame's time in the app; None if it is not known, and then no delay is said.
    """
    _component(key="live_figures", data={"rate": rate, "passing": passing_ms, **words.DELAY})


_component = component(STATIC, "figures", '<div class="figures"></div>')
