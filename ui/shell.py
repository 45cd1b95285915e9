"""What stands in Streamlit's own page before a visitor's first run: the frame's style and script.

A style that a page sends comes after the first paint, and moves what was painted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ASSETS: Final = Path(__file__).parent / "assets"
_HEADINGS_FONT: Final = "SourceSerifVariable-Roman*.woff2"


def _fonts() -> str:
    """Streamlit fetches its headings' font once a heading stands there, in a wider one."""
    found = (Path(streamlit.__file__).parent / "static/static/media").glob(_HEADINGS_FONT)
    link = '<link rel="preload" href="./static/media/{}" as="font" type="font/woff2" crossorigin>'
    return "".join(link.format(path.name) for path in found)


HEAD: Final = (
    f"{_fonts()}<style>{(_ASSETS / 'frame.css').read_text('utf-8')}</style>"
    f"<script>{(_ASSETS / 'frame.js').read_text('utf-8')}</script>"
).encode()
_END: Final = b"</head>"
_NOT_PASSED_ON: Final = (b"accept-encoding", b"if-none-match", b"if-modified-since")
"""With these, Streamlit might answer compressed, or that its file has not changed."""


class Shell:
    """ASGI middleware: puts `HEAD` at the end of the head of every whole HTML page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            return await self._app(scope, receive, send)
        plain = [(name, value) for name, value in scope["headers"] if name not in _NOT_PASSED_ON]
        return await self._app({**scope, "headers": plain}, receive, _Sender(send))


class _Sender:
    """Holds the start of an HTML answer back until its length is known; passes on all others."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        body = self._body.replace(_END, HEAD + _END, 1)
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(body))
        for name in ("etag", "last-modified"):  # they are the file's, whatever stands in `HEAD`
            if name in headers:
                del headers[name]
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    kind = MutableHeaders(scope=start).get("content-type", "")
    return start["status"] == 200 and kind.startswith("text/html")
