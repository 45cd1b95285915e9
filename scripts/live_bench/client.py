"""A client process: one or several viewers, as many tabs of one browser."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from aioice import ice
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import VideoFrame

from scripts.live_bench import camera, report
from scripts.live_bench.messages import Kind, Message, Viewed
from ui.live.webrtc.limits import EagerProtocol

_OTHER_SIZE = (camera.SIZE[0] // 2, camera.SIZE[1] // 2)


def serve(pipe: Connection, picture: Path) -> None:
    """Do what the pipe's other end says until it is closed."""
    # Browsers, too, read all that waits in a socket.
    ice.StunProtocol = EagerProtocol  # type: ignore[misc]
    films = (camera.shoot(picture), camera.shoot(picture, _OTHER_SIZE))
    asyncio.run(_Tabs(pipe, films).serve())


class Viewer:
    """A client's screen: which picture came back when, and how old it was, by its counter.

    Args:
        sent: When each frame was taken, by its counter; it grows.
    """

    def __init__(self, sent: Sequence[float]) -> None:
        self._sent = sent
        self.begin()

    def begin(self) -> None:
        """Forget what was seen; from now on it counts."""
        self._since = time.monotonic()
        self._newest = -1
        self._shown: list[float] = []
        self._delays: list[float] = []
        self._unreadable = 0
        self._sizes: set[tuple[int, int]] = set()

    @property
    def seen(self) -> int:
        """Different pictures so far."""
        return len(self._shown)

    def see(self, frame: VideoFrame) -> None:
        """Only a picture newer than all before counts: a repeated one is a frozen one."""
        now = time.monotonic()
        self._sizes.add((frame.height, frame.width))
        counter = camera.read(_luma(frame), mirrored=True)  # as the page begins
        if counter is None:
            self._unreadable += 1
            return
        # The newest frame of those sent that bears this counter.
        rounds = (len(self._sent) - 1 - counter) // camera.COUNTERS
        number = counter + rounds * camera.COUNTERS
        if number > self._newest:
            self._newest = number
            self._shown.append(now)
            self._delays.append(now - self._sent[number])

    def report(self) -> Viewed:
        """What was seen since `begin`."""
        start, end = self._since, time.monotonic()
        return Viewed(
            seconds=end - start,
            sent=sum(start < at < end for at in self._sent),
            returned=self.seen,
            unreadable=self._unreadable,
            delay_ms=report.percentiles(self._delays),
            longest_freeze_s=report.longest_gap(self._shown, start, end),
            server_freeze_s=report.longest_gap(
                self._shown, start, end, sent=self._sent, interval=1 / camera.FPS
            ),
            sizes=frozenset(self._sizes),
        )


def _luma(frame: VideoFrame) -> np.ndarray:
    """(height, width) uint8: the first plane of a YUV frame, without its padding."""
    plane = frame.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: frame.height, : frame.width]


class _Tabs:
    """The viewers of this process, by peer."""

    def __init__(self, pipe: Connection, films: tuple[camera.Film, ...]) -> None:
        self._pipe = pipe
        self._films = films
        self._tabs: dict[int, _Tab] = {}

    async def serve(self) -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:  # a fault of the benchmark's own ends it

            def hear() -> None:
                try:
                    message = self._pipe.recv()
                except EOFError:
                    over.set()
                else:
                    tasks.create_task(self._do(message))

            loop.add_reader(self._pipe.fileno(), hear)
            self._pipe.send(Message("opened"))
            await over.wait()
            loop.remove_reader(self._pipe.fileno())
        await asyncio.gather(*(tab.close() for tab in self._tabs.values()))

    async def _do(self, message: Message) -> None:
        match message:
            case Message("connect", int(peer)):
                self._tabs[peer] = _Tab(peer, self._pipe, self._films)
                await self._tabs[peer].connect()
            case Message("answer", int(peer), sdp):
                await self._tabs[peer].answered(sdp)
            case Message("refusal", int(peer)):
                await self._tabs.pop(peer).refused()
            case Message("corrupt", int(peer)):
                self._tabs[peer].camera.corrupt()
            case Message("resize", int(peer)):
                self._tabs[peer].camera.resize()
            case Message("close", int(peer)):
                await self._tabs.pop(peer).close()
                self._pipe.send(Message("closed", peer))
            case Message("begin"):
                for tab in self._tabs.values():
                    tab.viewer.begin()
            case Message("end"):
                for tab in self._tabs.values():
                    tab.tell("viewed", tab.viewer.report())


class _Tab:
    """One viewer's connection."""

    def __init__(self, peer: int, pipe: Connection, films: tuple[camera.Film, ...]) -> None:
        self.camera = camera.FilmCamera(films)
        self.viewer = Viewer(self.camera.sent)
        self._peer = peer
        self._pipe = pipe
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._asked = 0.0
        self._watching: asyncio.Task[None] | None = None

    def tell(self, kind: Kind, value: object = None) -> None:
        self._pipe.send(Message(kind, self._peer, value))

    async def connect(self) -> None:
        connection = self._connection
        connection.addTrack(self.camera)
        connection.on("track", self._watch)
        await connection.setLocalDescription(await connection.createOffer())
        self._asked = time.monotonic()
        self.tell("offer", connection.localDescription.sdp)

    async def answered(self, sdp: str) -> None:
        await self._connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def refused(self) -> None:
        self.tell("refused", time.monotonic() - self._asked)
        await self.close()

    async def close(self) -> None:
        self.camera.stop()
        await self._connection.close()

    def _watch(self, track: MediaStreamTrack) -> None:
        self._watching = asyncio.create_task(self._show(track))

    async def _show(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                assert isinstance(frame, VideoFrame)
                self.viewer.see(frame)
                if self.viewer.seen == 1:
                    self.tell("playing")
        except MediaStreamError:
            return
