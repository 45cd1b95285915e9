"""What stands before Streamlit: who may ask, what stays closed, and the headers of every answer."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.server_util import allowlisted_origins
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from ui.server.metrics import COUNTS

ANCESTORS_VARIABLE: Final = "FER_FRAME_ANCESTORS"
"""Origins whose pages may show the app in a frame, as in Content-Security-Policy."""
CLOSED: Final = ("/_stcore/metrics", "/_stcore/agent/")
"""Figures of the process, and driving the app without a browser: nobody's business here."""

# Streamlit's own page has inline styles, Plotly compiles functions ('unsafe-eval'), the live page's
# parts are modules in blobs, and pictures are data or blobs.
_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
_PERMISSIONS: Final = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"


class Gate:
    """ASGI middleware: known hosts and the app's own origin only, with headers that bound a page.

    Streamlit by itself answers HTTP for any host name, and asks a service on the internet for its
    own address when a WebSocket comes from a foreign origin, on the event loop (its net_util.py).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        refusal = refuse(scope["type"], scope["path"], Headers(scope=scope))
        if refusal is not None:
            COUNTS.add("refusals")
        if scope["type"] == "websocket":
            if refusal is not None:
                await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
                return None
            return await self._app(scope, receive, send)
        if refusal is not None:
            status, words = refusal
            return await PlainTextResponse(words, status)(scope, receive, _with_headers(send))
        return await self._app(scope, receive, _with_headers(send))


def refuse(kind: str, path: str, headers: Headers) -> tuple[int, str] | None:
    """Why a request is not let in, as (HTTP status, words); None if it is.

    Args:
        kind: "http" or "websocket".
        path: Of the address, from the root.
        headers: Of the request.
    """
    host = headers.get("host")
    if not is_host_allowed(host):
        return 421, "This app does not answer under this name. See server.allowedHosts."
    if any(path.endswith(closed.rstrip("/")) or closed in path for closed in CLOSED):
        return 404, "There is nothing here."
    origin = headers.get("origin")
    if kind == "websocket" and origin is not None and not _own(origin, host):
        return 403, "Another site's page may not talk to this app."
    return None


def response_headers() -> dict[str, str]:
    """The headers of every answer."""
    ancestors = " ".join(("'self'", *os.environ.get(ANCESTORS_VARIABLE, "").split()))
    return {
        "Content-Security-Policy": f"{_POLICY}; frame-ancestors {ancestors}",
        "Permissions-Policy": _PERMISSIONS,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def _own(origin: str, host: str | None) -> bool:
    """Whether a page of this origin is the app's own, port included, or one that is allowed."""
    return urlsplit(origin).netloc == host or origin in allowlisted_origins()


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in response_headers().items():
                headers[name] = value
        await send(message)

    return sending
