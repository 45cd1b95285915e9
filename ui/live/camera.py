"""Plain words for what the browser knows about its camera: denied, missing, in use, asking."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from ui.live.states import CAMERA

_HERE: Final = Path(__file__).parent


FRAME: Final = "live_frame"
"""Key of the container that streamlit-webrtc's frame is drawn in."""

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
    """Draws the message, empty while there is nothing to say.

    streamlit-webrtc shows getUserMedia's errors as "NotAllowedError: Permission denied" and never
    tells Python, so this listens in the browser (camera.js). Where it cannot, the original
    message still stands.
    """
    st.html(_ROOM)
    _component(key="live_camera", data={"messages": CAMERA})


_component = st.components.v2.component(
    "fer_live_camera",
    html='<div class="message" role="status" hidden></div>',
    css=(_HERE / "camera.css").read_text("utf-8"),
    js=(_HERE / "camera.js").read_text("utf-8"),
)
