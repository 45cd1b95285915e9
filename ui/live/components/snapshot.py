"""The button that saves the picture as it is shown, boxes included."""

from __future__ import annotations

from ui.component import component
from ui.live.components import STATIC


def button() -> None:
    """Draw it. Streamlit's download button would not do: while fragments rerun by the clock, the
    file behind it is deleted before the browser has fetched it."""
    _component(key="live_snapshot", width="content", height="content")


_component = component(
    STATIC,
    "snapshot",
    """<button type="button" title="Saves the picture as you see it now, boxes included.">
  <svg viewBox="0 0 20 20" aria-hidden="true">
    <path d="M2.5 6h3l1.3-2h6.4l1.3 2h3v10.5h-15z"/><circle cx="10" cy="11" r="3.2"/>
  </svg>Snapshot</button>""",
)
