"""Which message stands on the live page, and when. Words only; no Streamlit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ui.live.pipeline.session import Status

LEAD: Final = (
    "Each face before your camera gets a box with its apparent expression. The picture goes from "
    "your browser to this app and back, and to nobody else. No picture is kept; the figures go "
    "with this browser tab."
)

BEFORE: Final = "Press **Start camera** and allow the camera when your browser asks."

BUSY: Final = (
    "All places for live sessions are taken. Yours would slow the others down. "
    "Try again in a minute, or use photos meanwhile."
)

CAMERA: Final[dict[str, str]] = {
    "asking": (
        "Your browser is asking whether this page may use the camera. Choose Allow to go on."
    ),
    "denied": (
        "The camera is blocked for this page. Click the camera or lock sign beside the address, "
        "allow the camera, and press Start camera again. The Photos page works without it."
    ),
    "missing": (
        "No camera was found. Connect one and press Start camera again, "
        "or use the Photos page, which works without it."
    ),
    "in_use": (
        "The camera gives no picture; most likely another program or tab is using it. "
        "Close that one and press Start camera again."
    ),
    "insecure": (
        "Browsers give out the camera only on HTTPS or on this computer. Open this app through "
        "https:// or as http://localhost. The Photos page works here all the same."
    ),
    "unsupported": (
        "This browser has no access to cameras. A current Chrome, Edge, Firefox or Safari has. "
        "The Photos page works here all the same."
    ),
    "failed": (
        "The camera could not be started. Reload the page and try again, "
        "or use the Photos page, which works without it."
    ),
}
"""What the browser knows about its camera (camera.js names the states) → what the page says."""

_PATIENCE: Final = 3.0  # seconds without frames, answers or faces before the page says so
_DARK: Final = 40.0  # mean of the picture, of 255; a choice made by eye


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence or two above the bars.

    Attributes:
        kind: "info" where all goes as meant, "warning" where the viewer may want to act.
        text: Markdown.
    """

    kind: Literal["info", "warning"]
    text: str


def notice(status: Status) -> Notice | None:
    """What to say while the camera runs; None where the picture speaks for itself.

    The first cause that applies is the one named: without frames there are no faces either.
    """
    if status.frames == 0:
        return _before_first_frame(status)
    if status.since_frame > _PATIENCE:
        return Notice(
            "warning",
            "No picture has arrived for a while. The camera may be paused or the connection lost: "
            "press Stop, then Start camera.",
        )
    if status.paused:
        return Notice("info", "The analysis is paused; nothing is added to the record.")
    if status.since_answer > _PATIENCE:
        return _without_answers(status)
    if status.since_face > _PATIENCE:
        return _without_faces(status)
    return None


def _before_first_frame(status: Status) -> Notice:
    if status.since_frame <= 2 * _PATIENCE:
        return Notice("info", "Connecting …")
    return Notice(
        "warning",
        "The connection has not come about. Press Stop, then Start camera. If it fails again, the "
        "network between this browser and the app blocks video; the app then needs a TURN server "
        "(see FER_ICE_SERVERS in the README).",
    )


def _without_faces(status: Status) -> Notice:
    if status.brightness is not None and status.brightness < _DARK:
        return Notice(
            "warning",
            "The picture is too dark to find a face in. What helps: a light in front of you "
            "rather than behind, or an open lens cover.",
        )
    return Notice(
        "info",
        "No face found for a while. What helps: light from the front, looking towards the "
        "camera, coming closer, and nothing over the face.",
    )


def _without_answers(status: Status) -> Notice:
    if status.failures:
        return Notice(
            "warning",
            "The analysis fails at the moment; the picture goes on without it. If this lasts, "
            "press Stop, then Start camera.",
        )
    return Notice("info", "The analysis is behind; this computer is busy. The picture goes on.")
