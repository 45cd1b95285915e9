"""The seven probabilities beside the video, as bars in a fixed order and place."""

from __future__ import annotations

from typing import Any

from fer_core.labels import COLORS, DISPLAY_NAMES, EMOTIONS
from fer_core.video.tracking import TrackedFace
from ui.component import component
from ui.live.components import STATIC


def bars(face: TrackedFace | None, title: str) -> dict[str, Any]:
    """What the bars show.

    Args:
        face: The face they are of; None if there is none.
        title: Above them.

    Returns:
        "title", and "rows" of {"name", "color", "percent" in [0, 100], None without a face} in the
        order of `EMOTIONS`.
    """
    shares = [None] * len(EMOTIONS) if face is None else face.result.probabilities.tolist()
    return {
        "title": title,
        "rows": [
            {
                "name": DISPLAY_NAMES[emotion],
                "color": COLORS[emotion],
                "percent": None if share is None else round(100 * share),
            }
            for emotion, share in zip(EMOTIONS, shares, strict=True)
        ],
    }


def draw(face: TrackedFace | None, title: str) -> None:
    """Draw the bars, or move those already drawn."""
    _component(key="live_bars", data=bars(face, title))


_component = component(STATIC, "bars", '<div class="bars" role="group"></div>')
