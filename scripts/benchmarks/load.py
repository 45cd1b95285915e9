"""The real app beside a crowd: memory, waiting times, health, and the frames of a live viewer.

The app runs in a process of its own, the viewer in Chromium with a film as its camera, the
uploaders speak Streamlit's protocol, and whoever asks for the app's health is a process that does
nothing else. All share this machine's cores.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil
from playwright.sync_api import Page, sync_playwright

from fer_core.errors import FerError
from scripts.benchmarks import pictures
from scripts.benchmarks.timing import ask_health
from scripts.benchmarks.visitor import Visitor

UPLOADERS: Final = 12
GONE_WITHIN_S: Final = 60.0
"""Within which a closed tab's memory is given back; the goal of issue 12."""
READY_WITHIN_S: Final = 180.0
_FIGURES: Final = re.compile(r"(\d+) frames a second analysed")
_STREAMER: Final = 'iframe[title="streamlit_webrtc.component.webrtc_streamer"]'


def measure(seconds: float, uploaders: int = UPLOADERS) -> dict[str, Any]:
    """Every figure.

    Args:
        seconds: For how long the viewer is alone, beside ordinary photographs, and beside the
            worst files; each.
        uploaders: Of ordinary photographs.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        raise FerError(
            "The viewer needs Chromium. Install it (Debian, Ubuntu: apt install chromium)."
        )
    ordinary = {f"photo{i}.jpg": pictures.photo_bytes(4000 + i, 3000) for i in range(uploaders)}
    worst = pictures.worst_files()
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder) / "app.log") as app:
        with Visitor(app.url) as first, _viewer(chromium, app.url, Path(folder)):
            first.upload("warm-up.jpg", pictures.photo_bytes(4000, 3000))
        idle = lowest(app.pid, time.monotonic() + GONE_WITHIN_S)
        with _viewer(chromium, app.url, Path(folder)) as page:
            alone = _phase(app, page, seconds, {})
            beside = _phase(app, page, seconds, ordinary)
            settled = lowest(app.pid, time.monotonic() + GONE_WITHIN_S, idle)
            hostile = _phase(app, page, seconds, worst)
        after = lowest(app.pid, time.monotonic() + GONE_WITHIN_S, idle)
    for crowd in (beside, hostile):
        crowd["frames_kept"] = round(
            crowd["viewer_frames_a_second"] / alone["viewer_frames_a_second"], 2
        )
    return {
        "seconds": seconds,
        "memory_mb": {"idle": idle, "after_the_uploaders": settled, "after_all": after},
        "viewer_alone": alone,
        f"{uploaders}_uploaders": beside,
        "worst_files": hostile,
    }


@dataclass(frozen=True)
class App:
    """The running app.

    Attributes:
        pid: Of its first process.
        url: Without a path.
    """

    pid: int
    url: str


@contextlib.contextmanager
def running_app(log: Path) -> Iterator[App]:
    """The real app in a process of its own, on a free port. Its output goes to `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--server.port", str(port)],
            cwd=pictures.ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    app = App(process.pid, f"http://127.0.0.1:{port}")
    try:
        _wait_until_ready(process, app.url, log)
        yield app
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health"):
            return
        time.sleep(0.1)
    raise FerError(f"The app did not start: {log.read_text(errors='replace')[-2000:]}")


@contextlib.contextmanager
def _viewer(chromium: str, url: str, folder: Path) -> Iterator[Page]:
    """A browser that looks at the live page, with the film as its camera and the video running."""
    film = pictures.write_film(folder / "film.y4m")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
                *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        page = browser.new_page()
        page.set_default_timeout(1000 * READY_WITHIN_S)
        page.goto(f"{url}/live")
        page.frame_locator(_STREAMER).get_by_role("button", name="Start camera").click()
        page.get_by_text(_FIGURES).first.wait_for()
        page.wait_for_timeout(5000)  # the rate is a mean over two seconds
        yield page
        browser.close()


def _phase(app: App, page: Page, seconds: float, files: dict[str, bytes]) -> dict[str, Any]:
    """What is measured while one visitor for each file uploads it again and again."""
    crowd = Crowd(app.url, files)
    memory = [memory_mb(app.pid)]
    rates: list[int] = []
    with health(app.url) as latencies:
        crowd.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            page.wait_for_timeout(500)
            memory.append(memory_mb(app.pid))
            # What the page shows at the moment; it may be replaced just now.
            found = [_FIGURES.search(text) for text in page.get_by_text(_FIGURES).all_inner_texts()]
            rates += [int(match[1]) for match in found[-1:] if match]
        crowd.stop()
    figures = {
        "viewer_frames_a_second": round(statistics.fmean(rates), 1),
        "memory_peak_mb": max(memory),
        "health_ms": spread([1000 * latency for latency in latencies], 50, 99),
        "health_failed": sum(latency == float("inf") for latency in latencies),
    }
    if files:
        figures["photos"] = len(crowd.waits)
        figures["wait_s"] = spread(crowd.waits, 50, 95)
        figures["visitors_failed"] = crowd.failed
    return figures


@dataclass
class Crowd:
    """Visitors that upload one file each, again and again, until they are told to stop.

    Attributes:
        waits: Seconds from choosing a file to its result.
        failed: Why visitors left early.
    """

    url: str
    files: dict[str, bytes]
    waits: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self._threads = [
            threading.Thread(target=self._visit, args=item, daemon=True)
            for item in self.files.items()
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Lets each finish its file, then closes all tabs."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _visit(self, name: str, data: bytes) -> None:
        try:
            with Visitor(self.url) as visitor:
                while not self._over.is_set():
                    self.waits.append(visitor.upload(name, data))
        except Exception as error:
            self.failed.append(f"{type(error).__name__}: {error}")


@contextlib.contextmanager
def health(url: str) -> Iterator[list[float]]:
    """Asks ten times a second in a process of its own; yields the list of latencies (s)."""
    spawn = multiprocessing.get_context("spawn")
    begin, over, answers = spawn.Event(), spawn.Event(), spawn.SimpleQueue()
    asking = spawn.Process(target=ask_health, args=(url, begin, over, answers), daemon=True)
    asking.start()
    begin.wait()
    latencies: list[float] = []
    try:
        yield latencies
    finally:
        over.set()
        latencies += answers.get()
        asking.join()


def memory_mb(pid: int) -> float:
    """Resident memory of a process and of all that it started, in 10⁶ bytes."""
    total = 0
    root = psutil.Process(pid)
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return round(total / 1e6, 1)


def lowest(pid: int, deadline: float, enough: float = 0.0) -> float:
    """The lowest memory up to the deadline, in 10⁶ bytes; at once if it is `enough` or less."""
    lowest = memory_mb(pid)
    while lowest > enough and time.monotonic() < deadline:
        time.sleep(1)
        lowest = min(lowest, memory_mb(pid))
    return lowest


def spread(values: Sequence[float], *percentiles: int) -> dict[str, float]:
    """Percentiles by the nearest rank; empty if there is no value."""
    ranked = sorted(values)
    return {
        f"p{percent}": round(ranked[max(-(-len(ranked) * percent // 100) - 1, 0)], 3)
        for percent in percentiles
        if ranked
    }
