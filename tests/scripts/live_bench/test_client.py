"""A client's screen, without a network before it."""

import numpy as np
import pytest
from av import VideoFrame

from scripts.live_bench import camera
from scripts.live_bench.client import Viewer


def returned(counter, size=(480, 640)):
    image = np.full((size[0] * 3 // 2, size[1]), 120, np.uint8)
    if counter is not None:
        camera.burn(image[: size[0]], counter)
    image[: size[0]] = image[: size[0], ::-1].copy()  # the page begins mirrored
    return VideoFrame.from_ndarray(image, format="yuv420p")


def test_the_screen_counts_new_pictures_only(monkeypatch):
    now = [50.0]
    monkeypatch.setattr("scripts.live_bench.client.time.monotonic", lambda: now[0])
    sent = [50.0, 50.1, 50.2, 50.3]
    viewer = Viewer(sent)
    for counter, at in [(0, 50.15), (2, 50.4), (2, 50.5), (1, 50.6), (None, 50.7)]:
        now[0] = at
        viewer.see(returned(counter))
    now[0] = 51.0
    seen = viewer.report()
    assert (seen.sent, seen.returned, seen.unreadable) == (3, 2, 1)
    assert seen.delay_ms == {"p50": 175.0, "p95": pytest.approx(197.5)}
    assert seen.longest_freeze_s == pytest.approx(0.6)
    assert seen.sizes == {(480, 640)}


def test_begin_forgets_what_was_seen():
    viewer = Viewer([0.0])
    viewer.see(returned(0))
    viewer.begin()
    assert (viewer.seen, viewer.report().unreadable) == (0, 0)


def test_a_counter_that_started_again_means_the_newest_frame():
    sent = [0.0] * (camera.COUNTERS + 5)
    viewer = Viewer(sent)
    viewer.see(returned(camera.COUNTERS - 1))
    viewer.see(returned(4))
    assert viewer.seen == 2
