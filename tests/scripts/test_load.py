"""benchmark.py --load: its parts, on the real app; no time and no amount is judged."""

from __future__ import annotations

import queue
import threading
import time

import pytest

from fer_core.images import examine, supported_kind
from scripts.benchmarks import load, pictures, timing
from scripts.benchmarks.visitor import Crowd, Visitor


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with load.running_app(tmp_path_factory.mktemp("app") / "app.log") as running:
        yield running


def test_a_visitor_waits_until_the_result_stands_on_the_page(app):
    with Visitor(app.url) as visitor:
        for photos in (1, 2):
            assert visitor.upload("portrait.jpg", pictures.PORTRAIT.read_bytes()) > 0
            assert visitor.photos == photos


def test_a_crowd_uploads_and_each_finishes_its_file(app):
    crowd = Crowd(app.url, {f"{i}.jpg": pictures.photo_bytes(320, 240) for i in range(2)})
    crowd.start()
    deadline = time.monotonic() + 120
    while len(crowd.waits) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    crowd.stop()
    assert crowd.failed == []
    assert len(crowd.waits) >= 2
    assert min(crowd.waits) > 0


def test_a_crowd_says_who_failed():
    crowd = Crowd("http://127.0.0.1:9", {"a.jpg": b""})
    crowd.start()
    crowd.stop()
    (reason,) = crowd.failed
    assert "Refused" in reason


def test_health_is_asked_by_a_process_of_its_own(app):
    with load.health(app.url) as latencies:
        time.sleep(1)
    assert latencies
    assert 0 < max(latencies) < float("inf")


def test_no_answer_is_an_infinite_latency():
    class Once:
        asked = False

        def wait(self, _):
            asked, self.asked = self.asked, True
            return asked

    answers = queue.Queue()
    timing.ask_health("http://127.0.0.1:9", threading.Event(), Once(), answers)
    assert answers.get() == [float("inf")]


def test_memory_counts_what_the_app_has_started(app):
    assert load.memory_mb(app.pid) > 50
    memory, seconds = load.give_back(app.pid, 60, enough=1e6)
    assert memory > 50
    assert seconds == 0


def test_percentiles_are_of_the_nearest_rank():
    assert load.spread([0.3, 0.1, 0.2, 0.4], 50, 95) == {"p50": 0.2, "p95": 0.4}
    assert load.spread([], 50) == {}


@pytest.mark.slow
def test_the_worst_files_are_let_in():
    files = pictures.worst_files()
    kinds = {supported_kind(data): examine(supported_kind(data), data) for data in files.values()}
    assert set(kinds) == {"JPEG", "PNG", "WebP"}
    assert min(found.cost for found in kinds.values()) > 200_000_000
    assert max(len(data) for data in files.values()) < 20 * 1024**2
