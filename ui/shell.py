"""What stands in Streamlit's own page before a visitor's first run: the frame's style and script.

A style that a page sends comes after the first paint, and moves what was painted.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Final

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

_ASSETS: Final = Path(__file__).parent / "assets"
_HEADINGS_FONT: Final = "SourceSerifVariable-Roman*.woff2"


@functools.cache
def _fonts() -> str:
    """Streamlit fetches its headings' font once a heading stands there, in a wider one."""
    found = (Path(streamlit.__file__).parent / "static/static/media").glob(_HEADINGS_FONT)
    link = '<link rel="preload" href="./static/media/{}" as="font" type="font/woff2" crossorigin>'
    return "".join(link.format(path.name) for path in found)


def base_path() -> str:
    """What stands before every address of the app: "" or "/faces", without a slash at its end."""
    base = config.get_option("server.baseUrlPath").strip("/")
    return f"/{base}" if base else ""


def head(path: str = "/") -> bytes:
    """What is put into the head of the page at this path.

    The frame of a component gets the style alone: it fetches no heading, and has no pages.
    """
    style = f"<style>{(_ASSETS / 'frame.css').read_text('utf-8')}</style>"
    if _COMPONENTS in path:
        return style.encode()
    # Told where the app is, a browser does not try whether the page's own address is that place,
    # which it would report as two errors.
    place = f"new URL({json.dumps(base_path() or '/')}, location.origin).href"
    script = (_ASSETS / "frame.js").read_text("utf-8")
    return (
        f"{_fonts()}{style}"
        f"<script>window.__streamlit = {{ BACKEND_BASE_URL: {place} }};{script}</script>"
    ).encode()


_COMPONENTS: Final = "/component/"
_END: Final = b"</head>"
_NOT_PASSED_ON: Final = (b"accept-encoding", b"if-none-match", b"if-modified-since")
"""With these, Streamlit might answer compressed, or that its file has not changed."""


class Shell:
    """ASGI middleware: puts `head()` at the end of the head of every whole HTML page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            return await self._app(scope, receive, send)
        plain = [(name, value) for name, value in scope["headers"] if name not in _NOT_PASSED_ON]
        return await self._app(
            {**scope, "headers": plain}, receive, _Sender(send, head(scope["path"]))
        )


class _Sender:
    """Holds the start of an HTML answer back until its length is known; passes on all others."""

    def __init__(self, send: Send, head: bytes) -> None:
        self._send, self._head = send, head
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
        body = self._body.replace(_END, self._head + _END, 1)
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(body))
        for name in ("etag", "last-modified"):  # they are the file's, whatever stands in the head
            if name in headers:
                del headers[name]
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _is_page(start: Message) -> bool:
    kind = MutableHeaders(scope=start).get("content-type", "")
    return start["status"] == 200 and kind.startswith("text/html")
