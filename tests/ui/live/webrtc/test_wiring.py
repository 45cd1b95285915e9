"""What is bent in streamlit-webrtc and aiortc is still there to be bent, and works."""

import asyncio
from types import SimpleNamespace

import pytest
from aiortc import RTCPeerConnection, VideoStreamTrack
from aiortc.codecs import CODECS
from streamlit_webrtc import relay, webrtc

from ui.live.webrtc import wiring


@pytest.fixture
def codecs():
    before = list(CODECS["video"])
    yield
    CODECS["video"][:] = before


def test_streamlit_webrtc_finds_the_direct_relay(monkeypatch):
    runtime = SimpleNamespace()
    monkeypatch.setattr(relay.Runtime, "instance", lambda: runtime)
    wiring.use_direct_relay(runtime)
    found = webrtc.get_global_relay()
    assert isinstance(found, wiring.DirectRelay)
    wiring.use_direct_relay(runtime)
    assert webrtc.get_global_relay() is found


def test_direct_relay_hands_out_the_track_itself():
    track = VideoStreamTrack()
    assert wiring.DirectRelay().subscribe(track) is track
    assert wiring.DirectRelay().subscribe(track, buffered=False) is track


def test_safaris_offer_is_answered_with_vp8(codecs):
    async def answer_to(order):
        CODECS["video"].sort(key=lambda codec: order.index(codec.mimeType))
        browser = RTCPeerConnection()
        browser.addTransceiver("video")
        offer = await browser.createOffer()
        wiring.only_vp8()
        app = RTCPeerConnection()
        await app.setRemoteDescription(offer)
        answer = await app.createAnswer()
        await browser.close()
        await app.close()
        return offer.sdp, answer.sdp

    order = ["video/H264", "video/VP8", "video/rtx"]
    offered, answered = asyncio.run(answer_to(order))
    assert offered.index("H264/90000") < offered.index("VP8/90000")
    assert "VP8/90000" in answered
    assert "rtx/90000" in answered
    assert "H264" not in answered


def test_only_vp8_can_be_asked_for_twice(codecs):
    wiring.only_vp8()
    wiring.only_vp8()
    assert [codec.name for codec in CODECS["video"]] == ["VP8", "rtx"]
