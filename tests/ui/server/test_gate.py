"""Who is let in, and with which headers every answer goes out."""

import asyncio

import pytest
from starlette.datastructures import Headers
from streamlit import config

from ui.server import gate
from ui.server.metrics import COUNTS

OWN = "http://faces.example:8501"


@pytest.fixture(autouse=True)
def _hosts(monkeypatch):
    options = {
        "server.allowedHosts": ["faces.example"],
        "server.corsAllowedOrigins": ["https://friend.example"],
    }
    real = config.get_option
    monkeypatch.setattr(config, "get_option", lambda key: options.get(key, real(key)))


@pytest.mark.parametrize(
    ("kind", "path", "headers", "status"),
    [
        ("http", "/", {"host": "faces.example:8501"}, None),
        ("http", "/photos", {"host": "faces.example"}, None),
        ("http", "/", {"host": "evil.example"}, 421),
        ("http", "/", {}, 421),
        ("http", "/_stcore/health", {"host": "faces.example"}, None),
        ("http", "/_stcore/metrics", {"host": "faces.example"}, 404),
        ("http", "/live/_stcore/metrics", {"host": "faces.example"}, 404),
        ("http", "/_stcore/agent/interact", {"host": "faces.example"}, 404),
        ("http", "/", {"host": "faces.example", "origin": "https://evil.example"}, None),
        ("websocket", "/_stcore/stream", {"host": "faces.example:8501", "origin": OWN}, None),
        ("websocket", "/_stcore/stream", {"host": "faces.example:8501"}, None),
        (
            "websocket",
            "/_stcore/stream",
            {"host": "faces.example:8501", "origin": "https://friend.example"},
            None,
        ),
        (
            "websocket",
            "/_stcore/stream",
            {"host": "faces.example:8501", "origin": "http://faces.example:8502"},
            403,
        ),
        (
            "websocket",
            "/_stcore/stream",
            {"host": "faces.example:8501", "origin": "https://evil.example"},
            403,
        ),
        ("websocket", "/_stcore/stream", {"host": "faces.example:8501", "origin": "null"}, 403),
        ("websocket", "/_stcore/stream", {"host": "evil.example", "origin": OWN}, 421),
    ],
)
def test_who_is_let_in(kind, path, headers, status):
    refusal = gate.refuse(kind, path, Headers(headers))
    assert (refusal and refusal[0]) == status


async def _inner(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-own", b"1")]})
    await send({"type": "http.response.body", "body": b"inside"})


def _answer(kind, host):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": kind,
        "path": "/",
        "method": "GET",
        "headers": [(b"host", host.encode()), (b"origin", b"https://evil.example")],
    }
    asyncio.run(gate.Gate(_inner)(scope, None, send))
    return sent


def test_every_answer_carries_the_headers_a_refusal_too():
    for host, status in (("faces.example", 200), ("evil.example", 421)):
        start = _answer("http", host)[0]
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        assert start["status"] == status
        assert headers["x-content-type-options"] == "nosniff"
        assert "camera=(self)" in headers["permissions-policy"]
        assert "frame-ancestors 'self'" in headers["content-security-policy"]


def test_a_foreign_websocket_is_closed_before_streamlit_hears_of_it():
    COUNTS.take()
    assert [m["type"] for m in _answer("websocket", "faces.example")] == ["websocket.close"]
    assert COUNTS.take() == {"refusals": 1}


def test_other_sites_may_be_allowed_to_frame_the_app(monkeypatch):
    monkeypatch.setenv(gate.ANCESTORS_VARIABLE, "https://a.example https://b.example")
    policy = gate.response_headers()["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://a.example https://b.example" in policy
