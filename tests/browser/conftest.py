"""The app and browsers with pretended cameras."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from app_server import ROOT, running_app
from camera_film import FILMS
from live_page import PATIENCE, said
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, sync_playwright
from portrait import PORTRAIT

WITH_CAMERA = {"test_connection_browser", "test_live_browser", "test_live_record_browser"}

PART = re.compile(r"/static/js/[A-Z]\w*\.")
"""The script of one kind of element, as in `Selectbox.7rsxE6LC.js`."""

OpenPage = Callable[..., Page]

_FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if item.path.stem in WITH_CAMERA:
                item.add_marker(pytest.mark.live)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[_FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no chromium; apt install chromium.")
        pytest.skip("chromium is not installed; apt install chromium.")
    return path


@pytest.fixture(scope="session")
def app(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the running app. One live session fits, whatever this machine could serve."""
    log = tmp_path_factory.mktemp("app") / "app.log"
    with running_app(log, {"FER_LIVE_SESSIONS": "1"}) as url:
        yield url
    # Streamlit and aiortc report broken connections of their own accord; the app has no part in it.
    output = log.read_text(errors="replace")
    assert not any(map(_is_ours, output.split("Traceback (most recent call last):")[1:])), output


def _is_ours(traceback: str) -> bool:
    """Not of a browser that leaves while it connects: that passes through `ui/server` alone."""
    ours = any(f'File "{ROOT / part}' in traceback for part in ("fer_core", "pages", "ui"))
    return ours and "WebSocketDisconnected" not in traceback


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes each of `FILMS` once."""
    folder, made = tmp_path_factory.mktemp("film"), dict[str, Path]()

    def make(name: str) -> Path:
        if name not in made:
            made[name] = FILMS[name](folder / f"{len(made)}.y4m", PORTRAIT)
        return made[name]

    return make


# For one module: while Playwright runs, no other test of this process could use asyncio.
@pytest.fixture(scope="module")
def browsers(chromium_path: str, film: Callable[[str], Path]) -> Iterator[Callable[[str], Browser]]:
    """The browser with a given camera: a film, "denied", or "none"; each has an empty profile."""
    with sync_playwright() as playwright:
        started: dict[str, Browser] = {}

        def browser(camera: str) -> Browser:
            if camera not in started:
                started[camera] = playwright.chromium.launch(
                    executable_path=chromium_path, args=_switches(camera, film)
                )
            return started[camera]

        yield browser
        for each in started.values():
            each.close()


@pytest.fixture
def open_page(
    browsers: Callable[[str], Browser], app: str, request: pytest.FixtureRequest
) -> Iterator[OpenPage]:
    """Opens a page of the app by its address, for a viewer of its own each time.

    With `clock`, a test can let time go by in the browser; with `late`, the parts of Streamlit's
    page that it fetches one by one arrive so.
    """
    contexts: list[BrowserContext] = []

    def start(
        path: str = "",
        camera: str = "film",
        script: str = "",
        clock: bool = False,
        late: bool = False,
        **options: object,
    ) -> Page:
        context = browsers(camera).new_context(
            **{"viewport": {"width": 1280, "height": 900}, **options}
        )
        contexts.append(context)
        context.set_default_timeout(1000 * PATIENCE)
        if script:
            context.add_init_script(script)
        if clock:  # on an open page, a frame that comes just then would fail it
            context.clock.install()
        page = context.new_page()
        if late:
            page.route(PART, _later)
        page.goto(f"{app}/{path}")
        return page

    yield start
    for context in contexts:
        if request.node.stash.get(_FAILED, False):
            for page in context.pages:
                print(f"{page.url} says:\n{said(page)}")
        with contextlib.suppress(Error):  # the frame may be replaced just now
            _free_the_place(context)
        context.close()


def _later(route: Route) -> None:
    """The requests are answered one after the other: no two parts come in the same moment."""
    time.sleep(0.1)
    route.continue_()


def _free_the_place(context: BrowserContext) -> None:
    """Stops a running camera; a closed tab's place would be taken for seconds yet."""
    for page in context.pages:
        stop = page.frame_locator("iframe").get_by_role("button", name="Stop")
        if stop.count():
            stop.click()
            page.frame_locator("iframe").get_by_role("button", name="Start camera").wait_for()


def _switches(camera: str, film: Callable[[str], Path]) -> list[str]:
    switches = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    switches += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    if camera != "none":
        switches.append("--use-fake-device-for-media-stream")
    if camera in FILMS:
        switches.append("--use-fake-ui-for-media-stream")
        switches.append(f"--use-file-for-fake-video-capture={film(camera)}")
    if camera == "denied":
        switches.append("--deny-permission-prompts")
    return switches
