"""The frame's style and script stand in every whole page, and in nothing else."""

import asyncio
import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route
from streamlit import config

from ui.shell import Shell, head

PAGE = "<html><head><title>A</title></head><body>" + "é" * 1000 + "</body></html>"
BROWSER = {"accept": "text/html,*/*", "accept-encoding": "gzip", "if-none-match": '"1"'}


def _page(_request):
    return HTMLResponse(PAGE, headers={"etag": '"1"'})


def _in_pieces(_request):
    pieces = [PAGE[:20].encode(), PAGE[20:].encode()]
    return StreamingResponse(iter(pieces), media_type="text/html")


def _data(_request):
    return PlainTextResponse("</head>")


def _missing(_request):
    return HTMLResponse(PAGE, 404)


ROUTES = [Route(f"/{f.__name__}", f) for f in (_page, _in_pieces, _data, _missing)]
APP = Starlette(routes=ROUTES, middleware=[Middleware(Shell), Middleware(GZipMiddleware)])


def ask(path, headers):
    """(headers, body) of the answer."""
    sent = []

    async def receive():
        await asyncio.Event().wait()  # nobody disconnects

    async def send(message):
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": f"/{path}", "headers": raw}
    asyncio.run(APP({**scope, "query_string": b"", "root_path": ""}, receive, send))
    return Headers(scope=sent[0]), b"".join(message["body"] for message in sent[1:])


@pytest.mark.parametrize("path", ["_page", "_in_pieces"])
def test_a_page_has_the_frame_at_the_end_of_its_head(path):
    headers, body = ask(path, BROWSER)
    assert body == PAGE.encode().replace(b"</head>", head() + b"</head>")
    assert int(headers["content-length"]) == len(body)
    assert "etag" not in headers and b".stMainBlockContainer" in head()


@pytest.mark.parametrize(
    ("path", "accept"), [("_data", "text/html"), ("_missing", "text/html"), ("_page", "*/*")]
)
def test_nothing_else_is_touched(path, accept):
    assert head() not in ask(path, {"accept": accept})[1]


@pytest.mark.parametrize(("base", "place"), [("", "/"), ("faces", "/faces"), ("/a/b/", "/a/b")])
def test_the_browser_is_told_where_the_app_is(base, place):
    before = config.get_option("server.baseUrlPath")
    config.set_option("server.baseUrlPath", base)
    try:
        assert f'BACKEND_BASE_URL: new URL("{place}", location.origin)'.encode() in head("/photos")
    finally:
        config.set_option("server.baseUrlPath", before)


def test_the_frame_of_a_component_gets_the_style_alone():
    assert b":focus-visible" in head("/component/a.b/index.html")
    assert b"<link" not in head("/component/a.b/index.html")
    assert b"<script" not in head("/component/a.b/index.html")


def test_the_headings_font_is_fetched_at_once():
    """It is Streamlit's file, whose name has a hash: another release may call it otherwise."""
    (name,) = re.findall(r'rel="preload" href="\./static/media/([^"]+)"', head().decode())
    assert (Path(streamlit.__file__).parent / "static/static/media" / name).is_file()
