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

# As high as a 4:3 video and the row of buttons, from the start: nothing jumps when it comes.
# As wide as lets both stand in the window below the heading: the button to press is in view.
_ROOM: Final = f"""<style>
.st-key-{FRAME} {{
  container-type: inline-size;
  max-width: max(320px, calc((100dvh - 350px) * 4 / 3));
}}
.st-key-{FRAME} iframe {{ min-height: calc(75cqi + 62px); }}
</style>"""


def watch() -> None:
    """Draw the message, empty while there is nothing to say.

    streamlit-webrtc shows getUserMedia's errors as "NotAllowedError: Permission denied", stops
    without a word when the connection ends, and never tells Python; so this listens in the
    browser (camera.js). If it cannot, the original message stays.
    """
    st.html(_ROOM)
    data = {"messages": words.CAMERA | words.LOST, "again": words.AGAIN, "start": START}
    _component(key="live_camera", data=data)


_component = component(
    STATIC,
    "camera",
    '<div class="message" role="status" hidden>'
    '<span class="text"></span><button type="button" hidden></button></div>',
)
