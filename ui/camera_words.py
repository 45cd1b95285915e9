"""What the pages say if a browser's camera gives no picture. Text only; no Streamlit."""

from __future__ import annotations

from typing import Final

START: Final = "Start camera"
"""The button that asks the browser for its camera."""
BLOCKED: Final = "The camera is blocked for this page"
ALLOW: Final = f"{BLOCKED}. Click the camera or lock sign beside the address"
NO_CAMERA: Final = "No camera was found."
NO_ACCESS: Final = "This browser gives this page no access to cameras."
CURRENT: Final = "A current Chrome, Edge, Firefox or Safari does, on a secure page."
SECURE: Final = (
    "Browsers give out the camera only on HTTPS or on this computer. Open this app through "
    "https:// or as http://localhost."
)


def camera_words(instead: str) -> dict[str, str]:
    """What the browser knows about its camera (camera_states.js names the states) → a sentence.

    Args:
        instead: What works without a camera, as a sentence.
    """
    return {
        "asking": (
            "Your browser is asking whether this page may use the camera. Choose Allow to go on."
        ),
        "denied": f"{ALLOW}, allow the camera, and press {START} again. {instead}",
        "missing": f"{NO_CAMERA} Connect one and press {START} again. {instead}",
        "in_use": (
            "The camera gives no picture; most likely another program or tab is using it. "
            f"Close that one and press {START} again."
        ),
        "insecure": f"{SECURE} {instead}",
        "unsupported": f"{NO_ACCESS} {CURRENT} {instead}",
        "failed": f"The camera could not be started. Reload the page and try again. {instead}",
    }
