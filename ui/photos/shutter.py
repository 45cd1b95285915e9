"""The camera and its shutter: a picture goes into the uploader, as if it were dropped."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ui import camera_words
from ui.component import CAMERA_STATES, component

FILE: Final = "camera.jpg"
"""What its pictures are called."""
TAKE: Final = "Take picture"
OTHER: Final = "Other camera"
WORDS: Final = camera_words.camera_words("Photos can be added above without it.")


def draw() -> None:
    """Draw what the camera sees and the button that takes a picture of it; or why there is none.

    `st.camera_input` has its button below the window's edge, and tells a camera that is blocked,
    missing or in use alike: "This app would like to use your camera", with a link outwards.
    """
    names = {"start": camera_words.START, "take": TAKE, "other": OTHER, "file": FILE}
    _component(key="photo-camera", data={"messages": WORDS, **names})


_component = component(
    Path(__file__).parent / "static",
    "shutter",
    '<div class="camera"><div class="view">'
    '<video autoplay muted playsinline aria-label="What the camera sees"></video>'
    '<div class="message" role="status" hidden></div></div>'
    '<div class="ways"><button type="button" class="take"></button>'
    '<button type="button" class="other" hidden></button>'
    '<button type="button" class="start" hidden></button></div></div>',
    CAMERA_STATES,
)
