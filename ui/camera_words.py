"""What the pages say if a browser's camera gives no picture. Text only; no Streamlit."""

from __future__ import annotations

from typing import Final

START: Final = "Start camera"
"""The button that asks the browser for its camera."""


def camera_words(instead: str) -> dict[str, str]:
    """What the browser knows about its camera (camera_states.js names the states) → a sentence.

    Args:
        instead: What works without a camera, as a sentence.
    """
    return {
        "asking": (
            "Your browser is asking whether this page may use the camera. Choose Allow to go on."
        ),
        "denied": (
            "The camera is blocked for this page. Click the camera or lock sign beside the "
            f"address, allow the camera, and press {START} again. {instead}"
        ),
        "missing": f"No camera was found. Connect one and press {START} again. {instead}",
        "in_use": (
            "The camera gives no picture; most likely another program or tab is using it. "
            f"Close that one and press {START} again."
        ),
        "insecure": (
            "Browsers give out the camera only on HTTPS or on this computer. Open this app through "
            f"https:// or as http://localhost. {instead}"
        ),
        "unsupported": (
            "This browser has no access to cameras. A current Chrome, Edge, Firefox or Safari has. "
            f"{instead}"
        ),
        "failed": (f"The camera could not be started. Reload the page and try again. {instead}"),
    }
