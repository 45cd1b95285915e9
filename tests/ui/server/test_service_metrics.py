"""The minute's line tells how much goes on, and of whom nothing; no log line names a file."""

import asyncio
import logging
from types import SimpleNamespace

import numpy as np
import pytest

from fer_core.recognition import photos
from fer_core.recognition.photos import Photo
from ui.live.pipeline.meter import Meter
from ui.live.pipeline.session import LiveSession
from ui.server import metrics
from ui.server.metrics import Counts, line


def test_a_line_counts_what_happened_since_the_last_one():
    meter, counts = Meter(), Counts()
    first, second = object(), object()
    for session, delay in ((first, 0.02), (first, 0.04), (second, 0.09)):
        meter.add(session, delay)
    for what in ("photos", "photos", "refusals"):
        counts.add(what)
    assert line(4, 12_300_000, 2.0, meter, counts).split() == [
        *("sessions=4", "live=2", "frames_a_second=1.5", "delay_ms=40"),
        *("uploads_mb=12.3", "photos=2", "refusals=1"),
    ]
    assert line(0, 0, 2.0, meter, counts).split() == [
        *("sessions=0", "live=0", "frames_a_second=0.0", "delay_ms=-"),
        *("uploads_mb=0.0", "photos=0", "refusals=0"),
    ]


def test_a_live_sessions_answers_are_counted_with_their_delay():
    meter, now = Meter(), [10.0]

    def analyze(image, width):
        now[0] += 0.05
        return []

    session = LiveSession(analyze, clock=lambda: now[0], meter=meter)
    for _ in range(3):
        session.offer(np.zeros((48, 64, 3), np.uint8))
        session.run()
    analysed = meter.take()
    assert (analysed.sessions, analysed.frames) == (1, 3)
    assert analysed.delay_ms == pytest.approx(50)


def test_lines_are_logged_until_the_end(monkeypatch, caplog):
    monkeypatch.setattr(metrics, "EACH_S", 0.01)
    manager = SimpleNamespace(num_active_sessions=lambda: 3)
    runtime = SimpleNamespace(_session_mgr=manager)

    async def run():
        task = asyncio.create_task(metrics.report(runtime, lambda: 5_000_000))
        while len(caplog.messages) < 2:
            await asyncio.sleep(0.01)
        task.cancel()

    with caplog.at_level(logging.INFO, logger=metrics.__name__):
        asyncio.run(asyncio.wait_for(run(), 30))
    for text in caplog.messages[:2]:
        assert "sessions=3" in text
        assert "uploads_mb=5.0" in text


def test_a_photo_that_meets_a_fault_leaves_no_name_in_the_log(caplog):
    def broken(_):
        raise RuntimeError("the decoder fell over")

    photo = Photo("anna_muster.jpg", lambda: b"bytes")
    assert photos.analyze(photo, None, decode=broken).problem
    assert "fell over" in caplog.text
    assert "anna" not in caplog.text
