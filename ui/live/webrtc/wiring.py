"""What streamlit-webrtc and aiortc are told once a process, before the first stream.

They are told through private names and module globals of packages whose versions are pinned
exactly; the tests of this room say if those change.
"""

from __future__ import annotations

from typing import Any

from aioice import ice
from aiortc import MediaStreamTrack, rtcpeerconnection
from aiortc.codecs import CODECS
from aiortc.contrib.media import MediaRelay
from streamlit.runtime import Runtime
from streamlit_webrtc import webrtc
from streamlit_webrtc.relay import _SERVER_GLOBAL_RELAY_ATTR_NAME_ as RELAY_ATTRIBUTE

from ui.live.webrtc import limits


class DirectRelay(MediaRelay):
    """Takes the place of aiortc's MediaRelay in streamlit-webrtc, and relays nothing.

    A MediaRelay puts an unbounded queue before each consumer, which grew to 14 s of delay under
    overload, and leaves a waiting task behind for each session's source. Each track of this app has
    one consumer, which can read it directly.
    """

    def subscribe(self, track: MediaStreamTrack, buffered: bool = True) -> MediaStreamTrack:
        return track


def prepare() -> None:
    """Everything below. Safe to call again."""
    use_direct_relay(Runtime.instance())
    prepare_webrtc()


def prepare_webrtc() -> None:
    """The part that needs no Streamlit: all of it but the relay."""
    only_vp8()
    end_lost_connections()
    bound_decoder_queues()
    read_eagerly()


def use_direct_relay(runtime: Any) -> None:
    """Before the first session: `get_global_relay` then finds this one and makes none."""
    if not isinstance(getattr(runtime, RELAY_ATTRIBUTE, None), DirectRelay):
        setattr(runtime, RELAY_ATTRIBUTE, DirectRelay())


def only_vp8() -> None:
    """Leave VP8 as the only video codec of this process.

    aiortc takes the first of the browser's codecs that it knows, and Safari names H.264 first,
    which costs three times the CPU. Every WebRTC browser has VP8 (RFC 7742, section 5).
    """
    (vp8,) = [codec for codec in CODECS["video"] if codec.mimeType == "video/VP8"]
    CODECS["video"][:] = [
        codec
        for codec in CODECS["video"]
        if codec is vp8 or codec.parameters.get("apt") == vp8.payloadType
    ]


def end_lost_connections() -> None:
    """Connections end soon after their browser is gone, or if they never come about."""
    ice.CONSENT_INTERVAL = limits.CONSENT_INTERVAL  # type: ignore[assignment]
    ice.CONSENT_FAILURES = limits.CONSENT_FAILURES
    webrtc.RTCPeerConnection = limits.LimitedConnection  # type: ignore[attr-defined]


def bound_decoder_queues() -> None:
    """Frames that the decoder cannot keep up with are dropped; in aiortc they pile up."""
    rtcpeerconnection.RTCRtpReceiver = limits.BoundedReceiver  # type: ignore[attr-defined]


def read_eagerly() -> None:
    """No frame piles up in a socket."""
    ice.StunProtocol = limits.EagerProtocol  # type: ignore[misc]
