"""The app's end of a connection ends by itself, with all its threads and sockets, and only then."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import aioice
import psutil
import pytest
from aioice import stun
from aiortc import RTCPeerConnection, VideoStreamTrack
from live_fixtures import until
from streamlit_webrtc import webrtc

from scripts.live_bench.hosting import webrtc_worker
from ui.live.pipeline.pool import AnalysisPool
from ui.live.pipeline.session import LiveSession
from ui.live.pipeline.tracks import LiveTracks
from ui.live.webrtc import limits, wiring


@pytest.fixture
def wired(monkeypatch):
    """The app's wiring, with its seconds made hundredths."""
    for module, name in [
        (aioice.ice, "CONSENT_INTERVAL"),
        (aioice.ice, "CONSENT_FAILURES"),
        (webrtc, "RTCPeerConnection"),
    ]:
        monkeypatch.setattr(module, name, getattr(module, name))  # put back afterwards
    monkeypatch.setattr(limits, "CONSENT_INTERVAL", limits.CONSENT_INTERVAL / 50)
    monkeypatch.setattr(stun, "RETRY_RTO", 0.1)  # of which a request for consent waits one
    wiring.end_lost_connections()


@pytest.fixture
def pool():
    pool = AnalysisPool(1)
    yield pool
    pool.close()


class _PausingFilm(VideoStreamTrack):
    """Sends until it is paused."""

    paused = False

    async def recv(self):
        while self.paused:
            await asyncio.sleep(0.05)
        return await super().recv()


class _Viewer:
    """A browser with a camera, and the app's worker and tracks for it."""

    def __init__(self, loop, pool):
        self._loop, self._pool = loop, pool
        self._painters = ThreadPoolExecutor(1)
        self.film = _PausingFilm()
        self.tracks = LiveTracks(LiveSession(lambda image, width: []), pool, self._painters)
        self.browser = self.on_loop(self._open)
        self.worker = webrtc_worker(self.tracks, loop)

    async def _open(self):
        browser = RTCPeerConnection()
        browser.addTrack(self.film)
        await browser.setLocalDescription(await browser.createOffer())
        return browser

    def on_loop(self, make_coroutine):
        return asyncio.run_coroutine_threadsafe(make_coroutine(), self._loop).result(60)

    def offer(self):
        """The app answers, and nobody reads the answer."""
        assert self._pool.admit(self.tracks.session, seats=1)
        offer = self.browser.localDescription
        return self.worker.process_offer(offer.sdp, offer.type, timeout=60)

    def connect(self):
        answer = self.offer()
        self.on_loop(lambda: self.browser.setRemoteDescription(answer))
        until(lambda: self.frames > 2)

    @property
    def frames(self):
        return self.tracks.session.status().frames

    def kill(self):
        """The browser's sockets close, and no goodbye is sent."""

        async def fall_silent():
            for transceiver in self.browser.getTransceivers():
                for protocol in transceiver.sender.transport.transport._connection._protocols:
                    protocol.transport.abort()

        self.on_loop(fall_silent)

    def close_browser(self):
        self.on_loop(self.browser.close)

    def close(self):
        self.close_browser()
        self.worker.stop()
        self._painters.shutdown()


@pytest.fixture
def viewer(wired, loop, pool):
    made = []

    def make():
        made.append(_Viewer(loop, pool))
        return made[-1]

    yield make
    for each in made:
        each.close()
    until(lambda: not asyncio.all_tasks(loop))


def _sockets():
    return len(psutil.Process().net_connections("all"))


def _decoders():
    return [thread for thread in threading.enumerate() if thread.name == "video-decoder"]


def test_killed_browser_leaves_nothing_and_the_next_start_is_admitted(viewer, pool, loop):
    killed = viewer()
    sockets = _sockets() - 1  # the browser's own
    killed.connect()
    killed.kill()
    until(lambda: killed.tracks.ended and killed.worker.pc.connectionState == "closed")
    killed.close_browser()
    until(lambda: not _decoders())
    until(lambda: _sockets() <= sockets)
    until(lambda: not asyncio.all_tasks(loop))
    assert pool.seated == 0
    viewer().connect()


def test_paused_camera_keeps_its_connection(viewer):
    paused = viewer()
    paused.connect()
    paused.film.paused = True
    until(lambda: paused.tracks.session.status().since_frame > 0.5)
    frames = paused.frames
    time.sleep(1.5)  # a killed browser's connection ends within 0.8 s
    assert paused.frames <= frames + 1
    assert paused.worker.pc.connectionState == "connected"
    assert not paused.tracks.ended
    paused.film.paused = False
    until(lambda: paused.frames > frames + 2)


def test_connection_that_never_comes_about_ends(viewer, pool, loop, monkeypatch):
    monkeypatch.setattr(limits, "CONNECT_WITHIN", 5.0)
    lost = viewer()
    lost.offer()
    assert lost.worker.pc.connectionState in ("new", "connecting")
    lost.kill()
    until(lambda: lost.tracks.ended and lost.worker.pc.connectionState == "closed")
    lost.close_browser()
    until(lambda: not _decoders())
    until(lambda: not asyncio.all_tasks(loop))
    assert pool.seated == 0


def test_browser_that_closes_ends_the_session_at_once(viewer, pool):
    leaving = viewer()
    leaving.connect()
    leaving.close_browser()
    until(lambda: leaving.tracks.ended)
    assert pool.seated == 0


def test_connection_that_came_about_in_time_stays(viewer, monkeypatch):
    monkeypatch.setattr(limits, "CONNECT_WITHIN", 600.0)
    staying = viewer()
    staying.connect()
    frames = staying.frames

    async def time_is_up():
        staying.worker.pc._limit._run()

    staying.on_loop(time_is_up)
    until(lambda: staying.frames > frames + 2)
    assert staying.worker.pc.connectionState == "connected"
