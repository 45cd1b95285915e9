"""A client process: one or several viewers, as many tabs of one browser."""

from __future__ import annotations

import asyncio
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from aioice import ice
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from scripts.live_bench import messages as m
from scripts.live_bench.camera import FilmCamera
from scripts.live_bench.film import SIZE, Film, shoot
from scripts.live_bench.viewer import Viewer
from ui.live.webrtc.limits import EagerProtocol

_OTHER_SIZE = (SIZE[0] // 2, SIZE[1] // 2)


def serve(pipe: Connection, picture: Path, *, mirrored: bool) -> None:
    """Does what the pipe's other end says until it is closed."""
    ice.StunProtocol = EagerProtocol  # browsers, too, read all that waits in a socket
    films = (shoot(picture), shoot(picture, _OTHER_SIZE))
    asyncio.run(_Tabs(pipe, films, mirrored).serve())


class _Tabs:
    """The viewers of this process, by peer."""

    def __init__(self, pipe: Connection, films: tuple[Film, ...], mirrored: bool) -> None:
        self._pipe = pipe
        self._films = films
        self._mirrored = mirrored
        self._tabs: dict[int, _Tab] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()

    async def serve(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_reader(self._pipe.fileno(), self._hear)
        self._pipe.send(m.Opened())
        await self._over.wait()
        loop.remove_reader(self._pipe.fileno())
        for task in self._tasks:
            if task.done():
                task.result()  # a fault of the benchmark's own ends it
        await asyncio.gather(*(tab.close() for tab in self._tabs.values()))

    def _hear(self) -> None:
        try:
            message = self._pipe.recv()
        except EOFError:
            self._over.set()
            return
        task = asyncio.create_task(self._do(message))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        if task.exception():
            self._over.set()
        else:
            self._tasks.discard(task)

    async def _do(self, message: Any) -> None:
        match message:
            case m.Connect(peer):
                camera = FilmCamera(self._films)
                viewer = Viewer(camera.sent, mirrored=self._mirrored)
                tab = self._tabs[peer] = _Tab(peer, self._pipe, camera, viewer)
                await tab.connect()
            case m.Answer(peer, sdp):
                await self._tabs[peer].answered(sdp)
            case m.Refusal(peer):
                await self._tabs.pop(peer).refused()
            case m.Corrupt(peer):
                self._tabs[peer].camera.corrupt()
            case m.Resize(peer):
                self._tabs[peer].camera.resize()
            case m.Close(peer):
                await self._tabs.pop(peer).close()
                self._pipe.send(m.Closed(peer))
            case m.Begin():
                for tab in self._tabs.values():
                    tab.viewer.begin()
            case m.End():
                for peer, tab in self._tabs.items():
                    self._pipe.send(tab.viewer.report(peer))


class _Tab:
    """One viewer's connection."""

    def __init__(self, peer: int, pipe: Connection, camera: FilmCamera, viewer: Viewer) -> None:
        self.camera = camera
        self.viewer = viewer
        self._peer = peer
        self._pipe = pipe
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._asked = 0.0
        self._watching: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        connection = self._connection
        connection.addTrack(self.camera)
        connection.on("track", self._watch)
        await connection.setLocalDescription(await connection.createOffer())
        self._asked = time.monotonic()
        self._pipe.send(m.Offer(self._peer, connection.localDescription.sdp))

    async def answered(self, sdp: str) -> None:
        await self._connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def refused(self) -> None:
        self._pipe.send(m.Refused(self._peer, time.monotonic() - self._asked))
        await self.close()

    async def close(self) -> None:
        self.camera.stop()
        await self._connection.close()

    def _watch(self, track: MediaStreamTrack) -> None:
        self._watching = asyncio.create_task(self._show(track))

    async def _show(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                self.viewer.see(await track.recv())
                if self.viewer.seen == 1:
                    self._pipe.send(m.Playing(self._peer))
        except MediaStreamError:
            return
