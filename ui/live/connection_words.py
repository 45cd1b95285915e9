"""What the live page says about a connection: lost, or tested step by step. Words only."""

from __future__ import annotations

from typing import Final

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
        "The video found no way between this browser and the app. Press Stop; "
        "the connection test under the video says where it ends."
    ),
}
"""How a connection ends unasked (camera.js names the states) → what the page says."""

TEST: Final[dict[str, str]] = {
    "title": "Trouble with the video?",
    "lead": (
        "This goes the way of the video step by step and says where it ends. It takes ten seconds "
        "at most, and the camera stays off."
    ),
    "start": "Test the connection",
    "running": "Testing …",
    "passed": "Everything works.",
    "failed": "The video does not get through. See the step with the cross.",
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

RESULTS: Final[dict[str, dict[str, str]]] = {
    "page": {
        "passed": "The page came over HTTPS or from this computer, as browsers demand for cameras.",
        "failed": (
            "Browsers give out the camera only on HTTPS or on this computer. Open this app through "
            "https:// or as http://localhost."
        ),
    },
    "camera": {
        "passed": "There is a camera, and this page may use it.",
        "prompt": "There is a camera. The browser will ask you when you press Start camera.",
        "denied": (
            "The camera is blocked for this page. Click the camera or lock sign beside the address "
            "and allow it."
        ),
        "missing": (
            "No camera was found. Connect one, or switch it on for this browser in the settings of "
            "your system."
        ),
        "unsupported": (
            "This browser gives this page no access to cameras. A current Chrome, Edge, Firefox or "
            "Safari does, on a secure page."
        ),
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
        "turn": (
            "The TURN server lends this browser no address. Check its address and port in "
            "FER_ICE_SERVERS, and that firewalls let them through."
        ),
        "app_turn": (
            "The TURN server lends the app no address, though it does to this browser. Check that "
            "the app's computer reaches it."
        ),
        "stun": (
            "The STUN server does not answer. Check its address and port in FER_ICE_SERVERS, and "
            "that firewalls let them through."
        ),
    },
    "video": {
        "direct": "It is there, without a detour. Round trip: {ms}\N{NO-BREAK SPACE}ms.",
        "relayed": "It is there, through the TURN server. Round trip: {ms}\N{NO-BREAK SPACE}ms.",
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
"""Step → outcome (connection_test.js names them) → a sentence, and the remedy where it failed."""
