"""Plain words for what the browser knows: camera denied, missing, in use; connection lost."""

from __future__ import annotations

from typing import Final

import streamlit as st

from ui.component import component
from ui.live import words
from ui.live.components import STATIC

FRAME: Final = "live_frame"
"""Key of the container that streamlit-webrtc's frame is drawn in."""

START: Final = "Start camera"
"""The button in that frame."""

BESIDE: Final = "live_beside"
"""Key of the container at the video's side, over which the browser's message lies."""
NOTICE: Final = "live_notice"
"""Key of the container that holds the page's own notice."""

# As high as a 4:3 video and the row of buttons, from the start: nothing jumps when it comes.
# As wide as lets both stand in the window below the heading: the button to press is in view.
_ROOM: Final = f"""<style>
.st-key-{FRAME} {{
  container-type: inline-size;
  max-width: max(320px, calc((100dvh - 350px) * 4 / 3));
}}
.st-key-{FRAME} iframe {{ min-height: calc(75cqi + 62px); }}
/* On a telephone the chosen face's bars come into view below the buttons. */
@media (max-width: 640px) {{
  [data-testid="stHorizontalBlock"]:has(.st-key-{FRAME}) {{ gap: 0.25rem; }}
}}
/* The browser's message takes no place of its own: nothing moves when it comes or goes. */
.st-key-{BESIDE} {{ position: relative; }}
.st-key-{BESIDE} > :has(> .st-key-live_camera), .st-key-{BESIDE} > .st-key-live_camera {{
  position: absolute; inset: 0 0 auto 0; z-index: 2;
}}
body[data-live-camera] .st-key-{NOTICE} * {{ visibility: hidden; }}
</style>"""


def watch(unsaved: str) -> None:
    """Draw the message, empty while there is nothing to say. First in the container `BESIDE`.

    Args:
        unsaved: Token of the session that a new start discards, and that a reload loses; "" if
            there is none, or it was downloaded.

    streamlit-webrtc shows getUserMedia's errors as "NotAllowedError: Permission denied", stops
    without a word when the connection ends, and never tells Python; so this listens in the
    browser (camera.js). If it cannot, the original message stays.
    """
    st.html(_ROOM)
    data = {
        "messages": words.CAMERA | words.LOST | words.UNSAVED,
        "again": words.AGAIN,
        "start": START,
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
)
