"""The counter in the picture: there and back, through compression, scaling and a mirror."""

import cv2
import numpy as np
import pytest
from av import CodecContext, VideoFrame

from scripts.live_bench import stamp

COUNTERS = [0, 1, 2, 255, 256, 65_535, 65_536, 0xAAAAA, 0x55555, stamp.COUNTERS - 1]


def noise(size=(480, 640)):
    return np.random.default_rng(0).integers(16, 236, size, np.uint8)


@pytest.mark.parametrize("counter", COUNTERS)
@pytest.mark.parametrize("size", [(480, 640), (240, 320), (360, 480), (60, 80)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_counter_comes_back(counter, size, mirrored):
    luma = noise(size)
    stamp.burn(luma, counter)
    seen = luma[:, ::-1] if mirrored else luma
    assert stamp.read(seen, mirrored=mirrored) == counter


def test_the_counter_starts_again_at_its_end():
    luma = noise()
    stamp.burn(luma, stamp.COUNTERS + 7)
    assert stamp.read(luma) == 7


@pytest.mark.parametrize(
    "change",
    [
        lambda luma: cv2.GaussianBlur(luma, (9, 9), 0),
        lambda luma: (luma.astype(int) * 0.7 + 20).astype(np.uint8),
        lambda luma: cv2.imdecode(
            cv2.imencode(".jpg", luma, [cv2.IMWRITE_JPEG_QUALITY, 10])[1], cv2.IMREAD_GRAYSCALE
        ),
        lambda luma: cv2.add(luma, noise() // 6),
    ],
    ids=["blurred", "paler", "JPEG", "noisy"],
)
def test_a_worse_picture_can_still_be_read(change):
    luma = noise()
    stamp.burn(luma, 123_456)
    assert stamp.read(change(luma)) == 123_456


@pytest.mark.parametrize(
    "luma",
    [np.full((480, 640), 40, np.uint8), np.full((480, 640), 215, np.uint8), noise()],
    ids=["dark", "light", "noise"],
)
def test_a_picture_without_a_counter_has_none(luma):
    assert stamp.read(luma) is None


def test_a_picture_read_in_the_wrong_mirror_has_no_counter():
    luma = noise()
    stamp.burn(luma, 99)
    assert stamp.read(luma, mirrored=True) is None


@pytest.mark.parametrize("block", range(2, 30))
def test_no_single_wrong_block_passes(block):
    luma = noise()
    stamp.burn(luma, 0x5A5A5)
    y, x = 32 * (block // 2), 32 * (block % 2)
    luma[y : y + 32, x : x + 32] = 255 - luma[y : y + 32, x : x + 32]
    assert stamp.read(luma) is None


def test_it_survives_a_webrtc_encoder_at_its_lowest_rate():
    """VP8 at 250 kbit/s, aiortc's least, over frames of which each has another counter."""
    encoder = CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 640, 480, "yuv420p"
    encoder.bit_rate = 250_000
    encoder.options = {"deadline": "realtime", "cpu-used": "-6", "lag-in-frames": "0"}
    decoder = CodecContext.create("libvpx", "r")
    read = []
    for counter in range(500, 530):
        image = np.full((720, 640), 128, np.uint8)
        image[:480] = cv2.GaussianBlur(noise(), (31, 31), 0)
        stamp.burn(image[:480], counter)
        for packet in encoder.encode(VideoFrame.from_ndarray(image, format="yuv420p")):
            for frame in decoder.decode(packet):
                luma = np.frombuffer(frame.planes[0], np.uint8)
                read.append(stamp.read(luma.reshape(-1, frame.planes[0].line_size)))
    assert read == list(range(500, 530))
