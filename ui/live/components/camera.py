"""Plain words for what the browser knows: camera denied, missing, in use; connection lost."""

from __future__ import annotations

from typing import Final

from ui import camera_words
from ui.component import CAMERA_STATES, component
from ui.live import words
from ui.live.components import STATIC

FRAME: Final = "live_frame"
"""Key of the container that streamlit-webrtc's frame is drawn in (frame.css gives it its room)."""

BESIDE: Final = "live_beside"
"""Key of the container at the video's side, over which the browser's message lies."""
NOTICE: Final = "live_notice"
"""Key of the container that holds the page's own notice."""


def watch(unsaved: str) -> None:
    """Draw the message, empty while there is nothing to say. First in the container `BESIDE`.

    Args:
        unsaved: Token of the session that a new start discards, and that a reload loses; "" if
            there is none, or it was downloaded.

    streamlit-webrtc shows getUserMedia's errors as "NotAllowedError: Permission denied", stops
    without a word when the connection ends, and never tells Python; so this listens in the
    browser (camera.js). If it cannot, the original message stays.
    """
    data = {
        "messages": words.CAMERA | words.LOST | words.UNSAVED,
        "again": words.AGAIN,
        "start": camera_words.START,
        "unsaved": unsaved,
    }
    _component(key="live_camera", data=data)


_component = component(
    STATIC,
    "camera",
    '<div class="message" role="status" hidden>'
    '<span class="text"></span><div class="ways"><button type="button" class="again"></button>'
    '<button type="button" class="discard"></button>'
    '<button type="button" class="keep"></button></div></div>',
    CAMERA_STATES,
)
