"""The queue before the decoder is bounded, and aiortc still has the names that make it so."""

import asyncio
import fractions
import itertools
import queue
import time
from types import SimpleNamespace

import numpy as np
import pytest
from aiortc import RTCPeerConnection, VideoStreamTrack, rtcpeerconnection, rtcrtpreceiver
from av import VideoFrame

from ui.live.webrtc import wiring
from ui.live.webrtc.limits import MOST_WAITING, BoundedReceiver, DecoderQueue, is_key_frame

VP8 = SimpleNamespace(mimeType="video/VP8")
OPUS = SimpleNamespace(mimeType="audio/opus")
KEY, DELTA = b"\x10", b"\x11"


def _frame(data, codec=VP8):
    return codec, SimpleNamespace(data=data)


def _put(frames, **options):
    """(how many wait afterwards, how often a key frame was asked for)"""
    asked = []
    waiting = DecoderQueue(lambda: asked.append(1))
    for frame in frames:
        waiting.put(_frame(frame, **options))
    return waiting.qsize(), len(asked)


@pytest.mark.parametrize(
    ("frames", "waiting", "asked"),
    [
        (KEY + DELTA * 9, 10, 0),
        (KEY + DELTA * (MOST_WAITING - 1), MOST_WAITING, 0),
        (KEY + DELTA * MOST_WAITING, 0, 1),  # one too many: all of them go
        (KEY + DELTA * (MOST_WAITING + 9), 0, 1),
        (KEY + DELTA * (MOST_WAITING + 10), 0, 2),  # the first request may have been lost
        (KEY + DELTA * MOST_WAITING + KEY, 1, 1),
        (KEY + DELTA * MOST_WAITING + KEY + DELTA * 3, 4, 1),
        (KEY * (MOST_WAITING + 1), 1, 0),  # the newest stands for itself
    ],
)
def test_queue_of_video_is_bounded(frames, waiting, asked):
    assert _put([bytes([byte]) for byte in frames]) == (waiting, asked)


def test_sound_is_left_alone():
    assert _put([DELTA] * 100, codec=OPUS) == (100, 0)


def test_end_comes_before_the_frames_that_wait_and_is_never_dropped():
    waiting = DecoderQueue(lambda: None)
    for _ in range(5):
        waiting.put(_frame(DELTA))
    waiting.put(None)
    assert waiting.get_nowait() is None
    waiting.put(None)
    for _ in range(MOST_WAITING + 5):
        waiting.put(_frame(DELTA))
    assert waiting.get_nowait() is None
    with pytest.raises(queue.Empty):
        waiting.get_nowait()


@pytest.mark.parametrize(("data", "expected"), [(KEY, True), (DELTA, False), (b"", False)])
def test_key_frames_are_told_by_their_first_bit(data, expected):
    assert is_key_frame(data) is expected


class _Film(VideoStreamTrack):
    async def recv(self):
        self.number = getattr(self, "number", -1) + 1
        await asyncio.sleep(1 / 60)
        image = np.full((48, 64, 3), self.number * 3 % 256, np.uint8)
        frame = VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts, frame.time_base = self.number * 1500, fractions.Fraction(1, 90000)
        return frame


class _SlowDecoder:
    """Six times slower than the film."""

    def __init__(self, decoder):
        self._decoder = decoder

    def decode(self, frame):
        time.sleep(0.1)
        return self._decoder.decode(frame)


def test_starved_decoder_skips_and_goes_on_with_a_new_key_frame(monkeypatch):
    monkeypatch.setattr(rtcpeerconnection, "RTCRtpReceiver", rtcpeerconnection.RTCRtpReceiver)
    wiring.bound_decoder_queues()
    decoder = rtcrtpreceiver.get_decoder
    monkeypatch.setattr(rtcrtpreceiver, "get_decoder", lambda codec: _SlowDecoder(decoder(codec)))

    async def scenario():
        browser, app = RTCPeerConnection(), RTCPeerConnection()
        track = asyncio.get_running_loop().create_future()
        app.on("track", track.set_result)
        browser.addTrack(_Film())
        await browser.setLocalDescription(await browser.createOffer())
        await app.setRemoteDescription(browser.localDescription)
        await app.setLocalDescription(await app.createAnswer())
        await browser.setRemoteDescription(app.localDescription)
        received = await track
        (receiver,) = app.getReceivers()
        assert isinstance(receiver, BoundedReceiver)
        waiting = receiver._RTCRtpReceiver__decoder_queue
        times, longest = [], 0
        while not any(later - earlier > 0.2 for earlier, later in itertools.pairwise(times)):
            times.append((await asyncio.wait_for(received.recv(), 20)).time)
            longest = max(longest, waiting.qsize())
        after_the_gap = await asyncio.wait_for(received.recv(), 20)
        await browser.close()
        await app.close()
        return longest, after_the_gap.time > times[-1]

    longest, went_on = asyncio.run(scenario())
    assert 0 < longest <= MOST_WAITING
    assert went_on
