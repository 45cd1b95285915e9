"""A camera session's two ends in aiortc: the sink of its frames, the source of painted ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor

import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import VideoFrame

from fer_core.types import RGBImage
from fer_core.video.overlay import annotate_tracked
from ui.live.pipeline.pool import AnalysisPool
from ui.live.pipeline.session import Analysis, LiveSession
from ui.live.pipeline.settings import Settings


class LiveTracks:
    """Sink and source of one WebRTC session, and what lies between them: one frame.

    A frame that arrives replaces the one that waits; the source takes it as soon as the encoder is
    ready for another. So frames come back at the camera's rate or, if the machine cannot keep
    up, at the encoder's, and never wait in a row.

    Args:
        session: Is offered each frame that goes back, and closed at the end.
        pool: Analyses them.
        painters: Threads that convert and paint; the event loop does neither.
    """

    def __init__(self, session: LiveSession, pool: AnalysisPool, painters: Executor) -> None:
        self.session = session
        self._pool = pool
        self._newest: VideoFrame | None = None
        self._newest_at = self._taken_at = time.monotonic()
        self._arrived = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.source = PaintedTrack(self._next, self._process, painters, on_stop=self.stop)
        self.sink = CameraSink(self._receive, on_start=self._bind, on_stop=self.stop)

    @property
    def ended(self) -> bool:
        """Whether they are used up; a new start needs new ones."""
        return self.session.closed

    def stop(self) -> None:
        """Stop both ends. May be called from any thread and more than once; never raises."""
        if self.session.closed:
            return
        self.session.close()
        self._pool.dismiss(self.session)
        self.source.stop()
        self.sink.stop()
        self._newest = None
        self._wake()

    def _bind(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def _receive(self, frame: VideoFrame) -> None:
        if not self.session.closed:
            self._newest, self._newest_at = frame, time.monotonic()
            self._arrived.set()

    def _wake(self) -> None:
        if self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(self._arrived.set)
        except RuntimeError:  # the loop has closed with the app, and nothing waits any more
            return

    async def _next(self) -> VideoFrame | None:
        """The newest frame not yet taken; None at the end."""
        while not self.session.closed:
            frame, self._newest = self._newest, None
            if frame is not None:
                self._taken_at = self._newest_at
                return frame
            self._arrived.clear()
            await self._arrived.wait()
        return None

    def _process(self, frame: VideoFrame) -> VideoFrame:
        """Offer the frame for analysis and paint the latest answer on it. Never raises."""
        arrived = self._taken_at
        try:
            image = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)  # which it is
            self.session.offer(image)
            self._pool.wake(self.session)
            painted = paint(image, self.session.latest(), self.session.settings)
            self.session.passed(time.monotonic() - arrived)
            if painted is image:
                return frame
            result = VideoFrame.from_ndarray(painted, format="rgb24")
            result.pts, result.time_base = frame.pts, frame.time_base
            return result
        except Exception:
            self.session.fail("painting")
            return frame


class CameraSink:
    """streamlit-webrtc's `MediaSink`: drains the camera's track as fast as frames arrive.

    aiortc's own queue in front of it is unbounded, so nothing in here takes time.
    """

    def __init__(
        self,
        receive: Callable[[VideoFrame], None],
        on_start: Callable[[asyncio.AbstractEventLoop], None],
        on_stop: Callable[[], None],
    ) -> None:
        self._receive = receive
        self._on_start = on_start
        self._on_stop = on_stop
        self._track: MediaStreamTrack | None = None
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # addTrack and hasTrack are the protocol's names.
    def addTrack(self, track: MediaStreamTrack) -> None:  # noqa: N802
        self._track = track

    def hasTrack(self) -> bool:  # noqa: N802
        return self._track is not None

    def start(self) -> None:
        """Called on the event loop."""
        if self._track is None or self._task is not None:
            return
        self._loop = asyncio.get_running_loop()
        self._on_start(self._loop)
        self._task = self._loop.create_task(self._drain(self._track))

    def stop(self) -> None:
        """May be called from any thread and more than once."""
        self._track = None
        task, self._task = self._task, None
        if task is not None and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(task.cancel)
        self._on_stop()

    async def _drain(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                if isinstance(frame, VideoFrame):
                    self._receive(frame)
        except MediaStreamError:
            pass
        finally:
            self._on_stop()


class PaintedTrack(MediaStreamTrack):
    """The video that goes back. Its timestamps are the camera's, so no clock can drift."""

    kind = "video"

    def __init__(
        self,
        following: Callable[[], Awaitable[VideoFrame | None]],
        process: Callable[[VideoFrame], VideoFrame],
        painters: Executor,
        on_stop: Callable[[], None],
    ) -> None:
        super().__init__()
        self._following = following
        self._process = process
        self._painters = painters
        self._on_stop = on_stop

    async def recv(self) -> VideoFrame:
        frame = await self._following() if self.readyState == "live" else None
        if frame is None:
            raise MediaStreamError
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._painters, self._process, frame)

    def stop(self) -> None:
        super().stop()
        self._on_stop()


def paint(image: RGBImage, analysis: Analysis | None, settings: Settings) -> RGBImage:
    """Draw the answer's faces on a copy; the image itself if there is nothing to draw or flip.

    An answer for a frame of another size is not drawn: cameras change their resolution while they
    run, and its boxes would lie elsewhere.
    """
    fits = analysis is not None and analysis.size == image.shape[:2]
    faces = analysis.faces if analysis is not None and fits else ()
    return annotate_tracked(image, faces, parts=settings.parts, mirror=settings.mirror)
