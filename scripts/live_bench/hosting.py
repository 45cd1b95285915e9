"""One session in the server, made as the live page and streamlit-webrtc make it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

from aiortc import RTCConfiguration, RTCPeerConnection
from streamlit_webrtc import WebRtcMode
from streamlit_webrtc.webrtc import WebRtcWorker

from scripts.live_bench.messages import Served
from scripts.live_bench.watched import WatchedRecognizer
from ui.live.pipeline.tracks import LiveTracks
from ui.live.webrtc.wiring import DirectRelay

_SIGNALLING = 10.0  # seconds, as streamlit-webrtc waits for an answer


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
        self._from = Served()

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
        self._from = self._total()

    def served(self) -> Served:
        """Since `begin`."""
        total = self._total()
        return replace(
            total,
            **{name: getattr(total, name) - getattr(self._from, name) for name in Served.__slots__},
        )

    def waiting(self) -> dict[str, int]:
        """Frames that wait now: `app`, in its two places, and in aiortc's two queues.

        Those are unbounded and private: whether they stay short is what is to be shown.
        """
        counts = Counter(app=(self.tracks._newest is not None) + self.tracks.session.waiting)
        for transceiver in self.connection.getTransceivers():
            receiver = transceiver.receiver
            counts["undecoded"] += receiver._RTCRtpReceiver__decoder_queue.qsize()
            if receiver.track is not None:
                counts["decoded"] += receiver.track._queue.qsize()
        return counts

    def _total(self) -> Served:
        watched = self.watched
        return Served(
            frames=self.tracks.session.status().frames,
            analysed=watched.analysed,
            with_face=watched.with_face,
            raised=watched.raised,
            hung=watched.hung,
        )


def webrtc_worker(tracks: LiveTracks, loop: asyncio.AbstractEventLoop) -> WebRtcWorker:
    """As `streamlit_webrtc.webrtc_streamer` makes it for `ui.live.streamer`."""
    nothing = dict.fromkeys(
        (
            "source_audio_track",
            "sink_audio_track",
            "player_factory",
            "in_recorder_factory",
            "out_recorder_factory",
            "video_frame_callback",
            "audio_frame_callback",
            "queued_video_frames_callback",
            "queued_audio_frames_callback",
            "on_video_ended",
            "on_audio_ended",
            "video_processor_factory",
            "audio_processor_factory",
        )
    )
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
        **nothing,
    )
