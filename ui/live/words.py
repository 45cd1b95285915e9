"""What the live page says: camera, stream and connection. Text only; no Streamlit."""

from __future__ import annotations

from typing import Final

from ui.camera_words import ALLOW, CURRENT, NO_ACCESS, NO_CAMERA, SECURE, camera_words

LEAD: Final = (
    "Each face before your camera gets a box with its apparent expression. Pictures go to this app "
    "and back, to nobody else; none is kept."
)

BEFORE: Final = "Press **Start camera** and allow the camera when your browser asks."

BUSY: Final = (
    "All places for live sessions are taken. Yours would slow the others down. "
    "Try again in a minute, or use photos meanwhile."
)

_NAMED: Final = "the connection test under the video names the step that fails."

CAMERA: Final = camera_words("The Photos page works without it.")
"""What the browser knows about its camera → what the page says."""

AGAIN: Final = "Start camera again"

LOST: Final[dict[str, str]] = {
    "lost": (
        "The connection to the app was lost, so the camera is off. "
        "The network may have been gone for a moment, or the app was restarted."
    ),
    "gone": (
        "The app does not answer. This device may be offline, or the app is being restarted. "
        "This page tries again by itself and says when the app is back."
    ),
    "unreachable": (
        f"The video found no way between this browser and the app. Press Stop; {_NAMED}"
    ),
}
"""How a connection ends unasked (camera.js names the states) → what the page says."""

TEST: Final[dict[str, str]] = {
    "title": "Trouble with the video?",
    "lead": (
        "This tests the path of the video step by step and names the step that fails. It takes ten "
        "seconds at most, and the camera stays off."
    ),
    "start": "Test the connection",
    "running": "Testing …",
    "passed": "Everything works.",
    "failed": "The video does not get through. See the step with the cross.",
    "blind": "The way is free, but there is no picture to send: the camera's line says why.",
    "doubtful": "The video gets through. See the step with the cross all the same.",
}

STEPS: Final[dict[str, str]] = {
    "page": "Secure page",
    "camera": "Camera",
    "app": "The app answers",
    "network": "Network addresses",
    "video": "Way for the video",
}
"""The test's steps in their order (connection_test.js) → their names."""

MARKS: Final[dict[str, str]] = {
    "waiting": "not tested yet",
    "running": "being tested",
    "passed": "passed",
    "failed": "failed",
    "skipped": "not tested",
}
"""How a step can stand → its mark for those who listen to the page."""

KINDS: Final[dict[str, str]] = {
    "host": "in its own network",
    "srflx": "as seen from outside (STUN)",
    "relay": "lent by the TURN server",
}
"""Kinds of network addresses → how the test names them."""

_TRIP: Final = "Round trip: {ms}\N{NO-BREAK SPACE}ms."
_PORT: Final = "Check its address and port in FER_ICE_SERVERS, and that firewalls let them through."

RESULTS: Final[dict[str, dict[str, str]]] = {
    "page": {
        "passed": "The page came over HTTPS or from this computer, as browsers demand for cameras.",
        "failed": SECURE,
    },
    "camera": {
        "passed": "There is a camera, and this page may use it.",
        "prompt": "There is a camera. The browser will ask you when you press Start camera.",
        "denied": f"{ALLOW} and allow it.",
        "missing": (
            f"{NO_CAMERA} Connect one, or switch it on for this browser in the settings of your "
            "system."
        ),
        "unsupported": f"{NO_ACCESS} {CURRENT}",
    },
    "app": {
        "passed": "It answered within {ms}\N{NO-BREAK SPACE}ms.",
        "busy": "Too many tests run at this moment. Try again in half a minute.",
        "damaged": "The app could not read this browser's offer. A current browser should help.",
        "slow": (
            "The app took too long. It may be overloaded, or a STUN or TURN server in "
            "FER_ICE_SERVERS does not answer."
        ),
        "silent": (
            "No answer came. The app may be busy or restarting: reload the page. Behind a reverse "
            "proxy, it has to pass WebSockets on."
        ),
    },
    "network": {
        "passed": "This browser can be reached at an address {kinds}.",
        "unsupported": ("This browser has no WebRTC, or an extension or a policy switches it off."),
        "none": (
            "This browser names no address. It is offline, or an extension or a policy keeps "
            "WebRTC from the network."
        ),
        "login": "The TURN server refuses the login. Correct it in FER_ICE_SERVERS.",
        "turn": (f"The TURN server lends this browser no address. {_PORT}"),
        "app_turn": (
            "The TURN server lends the app no address, though it does to this browser. Check that "
            "the app's computer reaches it."
        ),
        "stun": f"The STUN server does not answer. {_PORT}",
    },
    "video": {
        "direct": f"It is there, without a detour. {_TRIP}",
        "relayed": f"It is there, through the TURN server. {_TRIP}",
        "no_server": (
            "None was found. A firewall or NAT lies between this browser and the app, so the app "
            "needs a TURN server: set FER_ICE_SERVERS (docs/network.md)."
        ),
        "server": (
            "None was found, though a server is set in FER_ICE_SERVERS. With STUN alone, add TURN; "
            "with TURN, check that its relay ports are open (docs/network.md)."
        ),
        "skipped": "Needs the steps before it.",
    },
}
"""Step → outcome (connection_test.js names them) → a sentence, and the remedy if it failed."""

SEVEN: Final = "Seven apparent expressions"

UNREACHED: Final = (
    f"The connection has not come about. Press Stop, then Start camera. If it fails again, {_NAMED}"
)
SILENT: Final = (
    "No picture has arrived for a while. The camera may be paused or the connection lost: "
    "press Stop, then Start camera."
)
PAUSED: Final = "The analysis is paused; the record says so, and nothing else is added to it."
FAILING: Final = (
    "The analysis fails at the moment; the picture goes on without it. If this lasts, "
    "press Stop, then Start camera."
)
BEHIND: Final = "The analysis is behind; this computer is busy. The picture goes on."
DARK: Final = (
    "The picture is too dark to find a face in. What helps: a light in front of you "
    "rather than behind, or an open lens cover."
)
EMPTY: Final = (
    "No face found for a while. What helps: light from the front, looking towards the "
    "camera, coming closer, and nothing over the face."
)

UNSAVED: Final[dict[str, str]] = {
    "unsaved": "The last session is not downloaded yet. A new start discards its figures.",
    "discard": "Discard and start",
    "keep": "Keep it",
}
"""Before a start that would discard a session (camera.js)."""

DELAY: Final[dict[str, str]] = {
    "delay": "at least {ms}\N{NO-BREAK SPACE}ms from camera to screen",
    "help": (
        "What the browser and the app can measure of a picture's way. Camera, screen and the "
        "app's decoder take some more, and boxes are older by the time of an analysis."
    ),
}
