"""The app and a browser with a pretended camera."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from app_server import ROOT, running_app
from camera_film import write_film
from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from fer_core.labels import EMOTIONS
from fer_core.model_store import DEFAULT_MODEL, ModelCard, file_record, save_card

PORTRAIT = ROOT / "ui/assets/eileen_collins.jpg"
PATIENCE = 30_000  # ms; two busy cores share the app, the browser, and whatever else runs

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium_path() -> str:
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no chromium; apt install chromium.")
        pytest.skip("chromium is not installed; apt install chromium.")
    return path


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The committed models; where none is there yet, a small network in a folder of its own."""
    if (ROOT / "models" / f"{DEFAULT_MODEL}.tflite").is_file():
        return ROOT / "models"
    folder = tmp_path_factory.mktemp("models")
    network = folder / f"{DEFAULT_MODEL}.tflite"
    network.write_bytes(request.getfixturevalue("small_litert"))
    card = ModelCard(
        stem=DEFAULT_MODEL,
        title="A small test network",
        summary="Made by the tests.",
        created=datetime.date(2026, 1, 1).isoformat(),
        emotions=EMOTIONS,
        input={"shape": [None, 48, 48, 1]},
        files={".tflite": file_record(network)},
    )
    save_card(card, folder)
    return folder


@pytest.fixture(scope="session")
def app(
    chromium_path: str, models_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the running app. One live session fits, whatever this machine could serve."""
    log = tmp_path_factory.mktemp("app") / "app.log"
    environment = {"FER_MODELS": str(models_folder), "FER_LIVE_SESSIONS": "1"}
    with running_app(log, environment) as url:
        yield url
    assert "Traceback" not in log.read_text(errors="replace")


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of one real face."""
    return write_film(tmp_path_factory.mktemp("film") / "face.y4m", PORTRAIT)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def open_page(
    playwright: Playwright, chromium_path: str, film: Path, app: str, tmp_path: Path
) -> Iterator[OpenPage]:
    """Opens a page of the app in a browser with an empty profile.

    `camera`: "film", "denied", "asking" (nobody answers the browser's question), or "none".
    """
    with contextlib.ExitStack() as stack:

        def start(path: str = "", camera: str = "film", **options: object) -> Page:
            profile = tmp_path / f"profile{len(list(tmp_path.iterdir()))}"
            context: BrowserContext = playwright.chromium.launch_persistent_context(
                str(profile),
                executable_path=chromium_path,
                headless=True,
                args=_switches(camera, film),
                **{"viewport": {"width": 1280, "height": 900}, **options},
            )
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE)
            page = context.pages[0]
            page.goto(f"{app}/{path}")
            return page

        yield start


def _switches(camera: str, film: Path) -> list[str]:
    switches = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    switches += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    if camera != "none":
        switches.append("--use-fake-device-for-media-stream")
    if camera == "film":
        switches += ["--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    if camera == "denied":
        switches.append("--deny-permission-prompts")
    return switches
