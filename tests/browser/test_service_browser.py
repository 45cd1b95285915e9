"""What the service keeps and what it sends, asked of the running app."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from app_server import running_app
from films import every, square, write_film
from live_page import PATIENCE, wait_for_foot
from portrait import PORTRAIT
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

RECORDED = Path(__file__).parent / "recorded"
TTL_S = 2
GONE_WITHIN_S = 60


@pytest.fixture(scope="module")
def connections(tmp_path_factory):
    """The file of what the app reached for."""
    return tmp_path_factory.mktemp("recorded") / "connections.txt"


@pytest.fixture(scope="module")
def service(chromium_path, tmp_path_factory, connections):
    """An app for every address of this machine, that soon forgets, with room for 3 MB."""
    environment = {
        "STREAMLIT_SERVER_ADDRESS": "0.0.0.0",
        "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(TTL_S),
        "FER_MEMORY_MB": "3",
        "FER_TEST_CONNECTIONS": str(connections),
        "PYTHONPATH": str(RECORDED),
    }
    with running_app(tmp_path_factory.mktemp("app") / "app.log", environment) as url:
        yield url


@pytest.fixture
def visit(browsers, service):
    """Opens a page of this app; the test may close it."""
    contexts = []

    def open_page(path):
        context = browsers("none").new_context()
        context.set_default_timeout(1000 * PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{service}/{path}")
        wait_for_foot(page)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _status(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def _is_gone_with_its_tab(page, address):
    assert _status(address) == 200
    page.context.close()
    closed = time.monotonic()
    while _status(address) != 404:
        assert time.monotonic() - closed < GONE_WITHIN_S, f"{address} is still served"
        time.sleep(0.5)


def test_pictures_are_gone_soon_after_the_tab_is_closed(visit, service):
    page = visit("photos")
    page.locator('input[type="file"]').set_input_files(PORTRAIT)
    picture = page.locator('[data-testid="stImage"] img').first
    picture.wait_for()
    address = picture.evaluate("image => image.src")
    _is_gone_with_its_tab(page, f"{service}{urlsplit(address).path}")


def test_a_film_is_gone_soon_after_the_tab_is_closed(visit, service, tmp_path):
    page = visit("films")
    film = write_film(tmp_path / "a.mp4", every(0.1, 10), square)
    page.locator('input[type="file"]').set_input_files(film)
    page.get_by_role("button", name="Look at the film").click()
    page.locator(".film[data-tracks]").wait_for(state="attached")
    address = page.locator("video").evaluate("video => video.currentSrc")
    _is_gone_with_its_tab(page, f"{service}{urlsplit(address).path}")


def test_what_does_not_fit_stands_among_the_results(visit):
    page = visit("photos")
    files = [
        {
            "name": f"{i}.jpg",
            "mimeType": "image/jpeg",
            "buffer": PORTRAIT.read_bytes() + bytes(size),
        }
        for i, size in enumerate((0, 2_000_000))
    ]
    page.locator('input[type="file"]').set_input_files(files)
    page.get_by_text("1 photo,").wait_for()
    page.get_by_text("1 file not readable").wait_for()
    page.get_by_role("button", name="Next").click()
    page.get_by_text("your files together").wait_for()


def test_nothing_is_sent_out_whoever_asks(visit, service, connections):
    for name in ("", "live", "photos", "evaluation", "about"):
        visit(name)
    address = service.replace("http", "ws") + "/_stcore/stream"
    for origin in ("http://evil.example", "https://127.0.0.1:1", "null"):
        with pytest.raises(InvalidStatus), connect(address, origin=origin):
            pass
    with connect(address, origin=service):
        pass
    assert not connections.exists(), connections.read_text()


def test_the_recorder_sees_a_connection(tmp_path):
    """Otherwise the test above could not fail."""
    log = tmp_path / "seen.txt"
    code = "import socket\ntry: socket.getaddrinfo('faces.invalid', 80)\nexcept OSError: pass"
    subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(RECORDED), "FER_TEST_CONNECTIONS": str(log)},
        check=True,
    )
    assert "faces.invalid" in log.read_text()
