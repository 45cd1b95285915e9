"""One session in the server, made as the live page and streamlit-webrtc make it, and watched."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any, Final

from aiortc import RTCConfiguration, RTCPeerConnection
from streamlit_webrtc import WebRtcMode
from streamlit_webrtc.webrtc import WebRtcWorker

from fer_core.recognition.detection import PHOTO_WIDTH
from fer_core.recognition.inputs import Picture
from fer_core.recognition.recognizer import Recognizer
from fer_core.types import FaceEmotion
from scripts.live_bench.messages import Served
from ui.live.pipeline.tracks import LiveTracks
from ui.live.webrtc.wiring import DirectRelay

FAILING: Final = 100
"""With faults on, one call in so many raises."""

_FIRST: Final = 10  # the first of those, so that a short run meets one
_SIGNALLING: Final = 10.0  # seconds, as streamlit-webrtc waits for an answer


class AskedForError(Exception):
    """A fault that the benchmark asked for."""


class WatchedRecognizer(Recognizer):
    """One session's view of the shared recognizer; called by one thread at a time.

    Attributes:
        counts: Its calls, by the names of `Served`.
        pause: Seconds for which the next call hangs.

    Args:
        shared: Answers.
        faults: Whether one call in `FAILING` raises.
    """

    def __init__(self, shared: Recognizer, *, faults: bool) -> None:
        self._shared = shared
        self._faults = faults
        self._calls = 0
        self.card = shared.card
        self.counts = Counter[str]()
        self.pause = 0.0

    def analyze(
        self,
        image: Picture,
        *,
        detection_width: int = PHOTO_WIDTH,
        max_faces: int | None = None,
        turned: bool | None = None,
    ) -> list[FaceEmotion]:
        self._calls += 1
        pause, self.pause = self.pause, 0.0
        if pause:
            self.counts["hung"] += 1
            time.sleep(pause)
        if self._faults and self._calls % FAILING == _FIRST:
            self.counts["raised"] += 1
            raise AskedForError
        faces = self._shared.analyze(
            image, detection_width=detection_width, max_faces=max_faces, turned=turned
        )
        self.counts["analysed"] += 1
        self.counts["with_face"] += bool(faces)
        return faces


class HostedSession:
    """A viewer's session with its worker, the object that streamlit-webrtc serves it with.

    Args:
        tracks: The session's two ends.
        watched: Analyses for it.
        loop: Where WebRTC runs.
    """

    def __init__(
        self, tracks: LiveTracks, watched: WatchedRecognizer, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.tracks = tracks
        self.watched = watched
        self._worker = webrtc_worker(tracks, loop)
        self._before = Counter[str]()

    @property
    def connection(self) -> RTCPeerConnection:
        return self._worker.pc

    def answer(self, sdp: str) -> str:
        """The answer to a browser's offer. Raises what streamlit-webrtc raises."""
        return str(self._worker.process_offer(sdp, "offer", timeout=_SIGNALLING).sdp)

    def stop(self) -> None:
        """As the page's "Stop" does."""
        self._worker.stop()

    @property
    def over(self) -> bool:
        return self.tracks.ended and self.connection.connectionState == "closed"

    def begin(self) -> None:
        self._before = self._total()

    def served(self) -> Served:
        """Since `begin`."""
        return Served(**(self._total() - self._before))

    def waiting(self) -> Counter[str]:
        """Frames that wait now: `app`, in its two places, and in aiortc's two queues.

        Those are unbounded and private: whether they stay short is what is to be shown.
        """
        counts = Counter(app=(self.tracks._newest is not None) + self.tracks.session.waiting)
        for transceiver in self.connection.getTransceivers():
            receiver = transceiver.receiver
            counts["undecoded"] += receiver._RTCRtpReceiver__decoder_queue.qsize()  # type: ignore[attr-defined]
            if receiver.track is not None:
                counts["decoded"] += receiver.track._queue.qsize()  # type: ignore[attr-defined]
        return counts

    def _total(self) -> Counter[str]:
        return self.watched.counts + Counter(frames=self.tracks.session.status().frames)


_UNUSED: Final = (
    "source_audio_track", "sink_audio_track", "player_factory", "in_recorder_factory",
    "out_recorder_factory", "video_frame_callback", "audio_frame_callback",
    "queued_video_frames_callback", "queued_audio_frames_callback", "on_video_ended",
    "on_audio_ended", "video_processor_factory", "audio_processor_factory",
)  # fmt: skip


def webrtc_worker(tracks: LiveTracks, loop: asyncio.AbstractEventLoop) -> WebRtcWorker[Any, Any]:
    """As `streamlit_webrtc.webrtc_streamer` makes it for `ui.live.streamer`."""
    return WebRtcWorker(
        mode=WebRtcMode.SENDRECV,
        rtc_configuration=RTCConfiguration(iceServers=[]),
        source_video_track=tracks.source,
        sink_video_track=tracks.sink,
        async_processing=True,
        video_receiver_size=4,
        audio_receiver_size=4,
        sendback_video=True,
        sendback_audio=False,
        loop=loop,
        relay=DirectRelay(),
        **dict.fromkeys(_UNUSED),
    )
