"""The real app beside a crowd: memory, waiting times, health, and the frames of a live viewer.

The app runs in a process of its own, the viewer in Chromium with a film as its camera, the
uploaders speak Streamlit's protocol, and whoever asks for the app's health is a process that does
nothing else. All share this machine's cores.
"""

from __future__ import annotations

import contextlib
import json
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
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
from playwright.sync_api import Page, sync_playwright

from fer_core.errors import FerError
from scripts import cli
from scripts.benchmarks import pictures
from scripts.benchmarks.timing import ask_health
from scripts.benchmarks.visitor import Crowd

UPLOADERS: Final = 12
GONE_WITHIN_S: Final = 60.0
"""Within which a closed tab's memory is given back; the goal of issue 12."""
BACK_MB: Final = 50.0
"""By how much it may differ from the base then."""
SETTLED_S: Final = 40.0
"""After the warm-up's tabs were closed: their sessions are kept for 30 s, and then let go."""
READY_WITHIN_S: Final = 180.0
_AROUND_S: Final = 150  # a run without its parts: starts, the warm-up's end, the wait at the end
_FIGURES: Final = re.compile(r"(\d+) frames a second analysed")
_STREAMER: Final = 'iframe[title="streamlit_webrtc.component.webrtc_streamer"]'


def measure(seconds: float, uploaders: int = UPLOADERS) -> dict[str, Any]:
    """Every figure; what is going on is said on the error output.

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
    _say(f"about {(_AROUND_S + 3 * seconds) / 60:.0f} minutes: making the photographs")
    ordinary = {f"photo{i}.jpg": pictures.photo_bytes(4000 + i, 3000) for i in range(uploaders)}
    worst = pictures.worst_files()
    _say("starting the app")
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder) / "app.log") as app:
        _say("warming up: a live session beside each uploader's photograph")
        first = Crowd(app.url, ordinary)
        with _viewer(chromium, app.url, Path(folder)):
            first.start()
            first.stop()
        _say(f"waiting {SETTLED_S:.0f} s until all are forgotten")
        base, _ = give_back(app.pid, SETTLED_S)
        _say(f"the app and its processes: {memory_by_process(app.pid)} MB")
        with _viewer(chromium, app.url, Path(folder)) as page:
            phases = {
                name: _phase(name, app, page, seconds, files)
                for name, files in (
                    ("viewer_alone", {}),
                    (f"{uploaders}_uploaders", ordinary),
                    ("worst_files", worst),
                )
            }
        _say("all tabs are closed")
        after, after_s = give_back(app.pid, GONE_WITHIN_S, base + BACK_MB)
        _say(f"the app and its processes: {memory_by_process(app.pid)} MB")
    alone, *crowds = phases.values()
    for crowd in crowds:
        crowd["frames_kept"] = {
            kind: round(rate / alone["frames_a_second"][kind], 2)
            for kind, rate in crowd["frames_a_second"].items()
        }
    memory = {"base": base, "after_all_tabs_closed": after, "after_s": after_s}
    return {"seconds": seconds, "memory_mb": memory, **phases}


def _say(text: str) -> None:
    cli.say(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr)


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


def _phase(
    name: str, app: App, page: Page, seconds: float, files: dict[str, bytes]
) -> dict[str, Any]:
    """What is measured while one visitor for each file uploads it again and again."""
    _say(f"{name}: {seconds:.0f} s")
    crowd = Crowd(app.url, files)
    memory = [memory_mb(app.pid)]
    analysed: list[int] = []
    with health(app.url) as latencies:
        crowd.start()
        start, used, shown = time.monotonic(), _cpu_s(app.pid), _frames_shown(page)
        while time.monotonic() - start < seconds:
            page.wait_for_timeout(500)
            memory.append(memory_mb(app.pid))
            # What the page shows at the moment; it may be replaced just now.
            found = [_FIGURES.search(text) for text in page.get_by_text(_FIGURES).all_inner_texts()]
            analysed += [int(match[1]) for match in found[-1:] if match]
        shown = _frames_shown(page) - shown
        took = time.monotonic() - start
        busy = {who: (cpu - used[who]) / took for who, cpu in _cpu_s(app.pid).items()}
        crowd.stop()
    figures: dict[str, Any] = {
        "frames_a_second": {
            "shown": round(shown / took, 1),
            "analysed": round(statistics.fmean(analysed), 1),
        },
        "memory_peak_mb": max(memory),
        "health_ms": spread([1000 * latency for latency in latencies], 50, 99),
        "health_failed": sum(latency == float("inf") for latency in latencies),
        "cores_busy": {who: round(cores, 2) for who, cores in busy.items()},
    }
    if files:
        figures["photos"] = len(crowd.waits)
        figures["wait_s"] = spread(crowd.waits, 50, 95)
        figures["visitors_failed"] = crowd.failed
    _say(json.dumps(figures))
    return figures


def _frames_shown(page: Page) -> int:
    """How many pictures of the app the viewer's browser has shown since the camera's start."""
    video = page.frame_locator(_STREAMER).locator("video")
    return int(video.evaluate("video => video.getVideoPlaybackQuality().totalVideoFrames"))


def _cpu_s(app: int) -> dict[str, float]:
    """Processor time so far (s): of the app, of the viewer's browser, and of all other clients."""
    used = {"app": 0.0, "browser": 0.0, "uploaders": 0.0}
    own = psutil.Process()
    apps = {app, *(child.pid for child in psutil.Process(app).children(recursive=True))}
    for process in (own, *own.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            name = process.name()
            who = "app" if process.pid in apps else "uploaders"
            who = "browser" if "chrom" in name else who
            ended = times.children_user + times.children_system if process.pid == app else 0.0
            used[who] += times.user + times.system + ended
    return used


@contextlib.contextmanager
def health(url: str) -> Iterator[list[float]]:
    """Asks ten times a second in a process of its own; yields the list of latencies (s)."""
    spawn = multiprocessing.get_context("spawn")
    begin, over, answers = spawn.Event(), spawn.Event(), spawn.SimpleQueue()
    asking = spawn.Process(target=ask_health, args=(url, begin, over, answers), daemon=True)
    asking.start()
    if not begin.wait(READY_WITHIN_S):
        raise FerError("What asks for the app's health did not start. Run the benchmark again.")
    latencies: list[float] = []
    try:
        yield latencies
    finally:
        over.set()
        latencies += answers.get()
        asking.join()


def memory_mb(pid: int) -> float:
    """Resident memory of a process and of all that it started, in 10⁶ bytes."""
    return round(sum(memory_by_process(pid)), 1)


def memory_by_process(pid: int) -> list[float]:
    """Resident memory of a process, then of each that it started, in 10⁶ bytes."""
    sizes = []
    root = psutil.Process(pid)
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            sizes.append(round(process.memory_info().rss / 1e6, 1))
    return sizes


def give_back(pid: int, within_s: float, enough: float = 0.0) -> tuple[float, float]:
    """The lowest memory within so many seconds (10⁶ bytes), and when it was (s).

    Ends at once if it is `enough` or less.
    """
    start = time.monotonic()
    lowest, at = memory_mb(pid), 0.0
    while lowest > enough and time.monotonic() - start < within_s:
        time.sleep(1)
        if (now := memory_mb(pid)) < lowest:
            lowest, at = now, time.monotonic() - start
    return lowest, round(at, 1)


def spread(values: Sequence[float], *percentiles: int) -> dict[str, float]:
    """Percentiles by the nearest rank; empty if there is no value."""
    ranked = sorted(values)
    return {
        f"p{percent}": round(ranked[max(-(-len(ranked) * percent // 100) - 1, 0)], 3)
        for percent in percentiles
        if ranked
    }
