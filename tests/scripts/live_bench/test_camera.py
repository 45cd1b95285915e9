"""A client's camera: its film, and the counter in it through compression, scaling and a mirror."""

import asyncio
from itertools import pairwise

import cv2
import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError
from av import CodecContext, FFmpegError, Packet, VideoFrame

from scripts.live_bench import camera
from scripts.live_bench.__main__ import FACE
from scripts.live_bench.camera import UNDECODABLE, FilmCamera

FILMS = (
    [np.full((720, 640), 120, np.uint8) for _ in range(3)],
    [np.full((360, 320), 120, np.uint8) for _ in range(3)],
)
COUNTERS = [0, 1, 2, 255, 256, 65_535, 65_536, 0xAAAAA, 0x55555, camera.COUNTERS - 1]


async def shots(film, count):
    return [await film.recv() for _ in range(count)]


def luma(frame):
    return frame.to_ndarray(format="yuv420p")[: frame.height]


def test_each_frame_bears_its_number_and_a_later_time():
    async def scenario():
        film = FilmCamera(FILMS)
        frames = await shots(film, 4)
        assert [camera.read(luma(frame)) for frame in frames] == [0, 1, 2, 3]
        assert len(film.sent) == 4
        assert all(a.pts < b.pts for a, b in pairwise(frames))
        assert all((frame == 120).all() for frame in FILMS[0]), "the film itself was changed"

    asyncio.run(scenario())


def test_it_changes_its_resolution_and_back():
    async def scenario():
        film = FilmCamera(FILMS)
        sizes = []
        for _ in range(3):
            (frame,) = await shots(film, 1)
            sizes.append((frame.width, frame.height))
            film.resize()
        assert sizes == [(640, 480), (320, 240), (640, 480)]

    asyncio.run(scenario())


def test_undecodable_payloads_come_between_frames_and_bear_no_number():
    async def scenario():
        film = FilmCamera(FILMS)
        film.corrupt()
        given = await shots(film, 4)
        packets = [item for item in given if isinstance(item, Packet)]
        assert isinstance(given[0], VideoFrame), "the encoder is made with the first frame"
        assert {bytes(packet) for packet in packets} == set(UNDECODABLE)
        assert len(film.sent) == 2

    asyncio.run(scenario())


@pytest.mark.parametrize("payload", UNDECODABLE, ids=len)
def test_no_decoder_can_read_them(payload):
    with pytest.raises(FFmpegError):
        CodecContext.create("libvpx", "r").decode(Packet(payload))


def test_a_stopped_camera_gives_nothing():
    async def scenario():
        film = FilmCamera(FILMS)
        film.stop()
        with pytest.raises(MediaStreamError):
            await film.recv()

    asyncio.run(scenario())


def test_frames_that_nobody_fetched_are_lost(monkeypatch):
    """Their times are the clock's: none are made up for."""

    async def scenario():
        now = [100.0]
        monkeypatch.setattr(camera.time, "monotonic", lambda: now[0])
        film = FilmCamera(FILMS)
        await shots(film, 1)
        now[0] += 2.0
        frames = [(await shots(film, 1))[0]]
        now[0] += 1 / 30
        frames += await shots(film, 1)
        assert film.sent == pytest.approx([100.0, 102.0, 102.0 + 1 / 30])
        assert [frame.pts for frame in frames] == [180_000, 183_000]

    asyncio.run(scenario())


def test_the_film_moves_and_ends_where_it_began():
    frames = camera.shoot(FACE, (240, 320))
    assert len(frames) == 60
    assert {frame.shape for frame in frames} == {(360, 320)}
    steps = [float(np.abs(a.astype(int) - b).mean()) for a, b in pairwise(frames)]
    assert min(steps) > 0
    assert float(np.abs(frames[-1].astype(int) - frames[0]).mean()) <= 2 * max(steps)


def test_a_file_that_is_no_picture_is_refused(tmp_path):
    (tmp_path / "note.txt").write_text("no picture")
    with pytest.raises(OSError, match="no picture"):
        camera.shoot(tmp_path / "note.txt")


def noise(size=(480, 640)):
    return np.random.default_rng(0).integers(16, 236, size, np.uint8)


@pytest.mark.parametrize("counter", COUNTERS)
@pytest.mark.parametrize("size", [(480, 640), (240, 320), (360, 480), (60, 80)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_counter_comes_back(counter, size, mirrored):
    luma = noise(size)
    camera.burn(luma, counter)
    seen = luma[:, ::-1] if mirrored else luma
    assert camera.read(seen, mirrored=mirrored) == counter


def test_the_counter_starts_again_at_its_end():
    luma = noise()
    camera.burn(luma, camera.COUNTERS + 7)
    assert camera.read(luma) == 7


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
    camera.burn(luma, 123_456)
    assert camera.read(change(luma)) == 123_456


@pytest.mark.parametrize(
    "luma",
    [np.full((480, 640), 40, np.uint8), np.full((480, 640), 215, np.uint8), noise()],
    ids=["dark", "light", "noise"],
)
def test_a_picture_without_a_counter_has_none(luma):
    assert camera.read(luma) is None


def test_a_picture_read_in_the_wrong_mirror_has_no_counter():
    luma = noise()
    camera.burn(luma, 99)
    assert camera.read(luma, mirrored=True) is None


@pytest.mark.parametrize("block", range(2, 30))
def test_no_single_wrong_block_passes(block):
    luma = noise()
    camera.burn(luma, 0x5A5A5)
    y, x = 32 * (block // 2), 32 * (block % 2)
    luma[y : y + 32, x : x + 32] = 255 - luma[y : y + 32, x : x + 32]
    assert camera.read(luma) is None


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
        camera.burn(image[:480], counter)
        for packet in encoder.encode(VideoFrame.from_ndarray(image, format="yuv420p")):
            for frame in decoder.decode(packet):
                luma = np.frombuffer(frame.planes[0], np.uint8)
                read.append(camera.read(luma.reshape(-1, frame.planes[0].line_size)))
    assert read == list(range(500, 530))
