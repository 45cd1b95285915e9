"""A client's camera and screen, without a network between them."""

import asyncio
from itertools import pairwise

import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError
from av import CodecContext, FFmpegError, Packet, VideoFrame

from scripts.live_bench import camera as camera_module
from scripts.live_bench import film, stamp
from scripts.live_bench.camera import UNDECODABLE, FilmCamera
from scripts.live_bench.viewer import Viewer

FILMS = (
    [np.full((720, 640), 120, np.uint8) for _ in range(3)],
    [np.full((360, 320), 120, np.uint8) for _ in range(3)],
)


async def shots(camera, count):
    return [await camera.recv() for _ in range(count)]


def luma(frame):
    return frame.to_ndarray(format="yuv420p")[: frame.height]


def test_each_frame_bears_its_number_and_a_later_time():
    async def scenario():
        camera = FilmCamera(FILMS)
        frames = await shots(camera, 4)
        assert [stamp.read(luma(frame)) for frame in frames] == [0, 1, 2, 3]
        assert len(camera.sent) == 4
        assert all(a.pts < b.pts for a, b in pairwise(frames))
        assert all((frame == 120).all() for frame in FILMS[0]), "the film itself was changed"

    asyncio.run(scenario())


def test_it_changes_its_resolution_and_back():
    async def scenario():
        camera = FilmCamera(FILMS)
        sizes = []
        for _ in range(3):
            (frame,) = await shots(camera, 1)
            sizes.append((frame.width, frame.height))
            camera.resize()
        assert sizes == [(640, 480), (320, 240), (640, 480)]

    asyncio.run(scenario())


def test_undecodable_payloads_come_between_frames_and_bear_no_number():
    async def scenario():
        camera = FilmCamera(FILMS)
        camera.corrupt()
        given = await shots(camera, 4)
        packets = [item for item in given if isinstance(item, Packet)]
        assert isinstance(given[0], VideoFrame), "the encoder is made with the first frame"
        assert {bytes(packet) for packet in packets} == set(UNDECODABLE)
        assert len(camera.sent) == 2

    asyncio.run(scenario())


@pytest.mark.parametrize("payload", UNDECODABLE, ids=len)
def test_no_decoder_can_read_them(payload):
    with pytest.raises(FFmpegError):
        CodecContext.create("libvpx", "r").decode(Packet(payload))


def test_a_stopped_camera_gives_nothing():
    async def scenario():
        camera = FilmCamera(FILMS)
        camera.stop()
        with pytest.raises(MediaStreamError):
            await camera.recv()

    asyncio.run(scenario())


def test_frames_that_nobody_fetched_are_lost(monkeypatch):
    """Their times are the clock's: none are made up for."""

    async def scenario():
        now = [100.0]
        monkeypatch.setattr(camera_module.time, "monotonic", lambda: now[0])
        camera = FilmCamera(FILMS)
        await shots(camera, 1)
        now[0] += 2.0
        frames = [(await shots(camera, 1))[0]]
        now[0] += 1 / 30
        frames += await shots(camera, 1)
        assert camera.sent == pytest.approx([100.0, 102.0, 102.0 + 1 / 30])
        assert [frame.pts for frame in frames] == [180_000, 183_000]

    asyncio.run(scenario())


def returned(counter, mirrored=True, size=(480, 640)):
    image = np.full((size[0] * 3 // 2, size[1]), 120, np.uint8)
    if counter is not None:
        stamp.burn(image[: size[0]], counter)
    if mirrored:
        image[: size[0]] = image[: size[0], ::-1].copy()
    return VideoFrame.from_ndarray(image, format="yuv420p")


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_screen_counts_new_pictures_only(monkeypatch, mirrored):
    now = [50.0]
    monkeypatch.setattr("scripts.live_bench.viewer.time.monotonic", lambda: now[0])
    sent = [50.0, 50.1, 50.2, 50.3]
    viewer = Viewer(sent, mirrored=mirrored)
    for counter, at in [(0, 50.15), (2, 50.4), (2, 50.5), (1, 50.6), (None, 50.7)]:
        now[0] = at
        viewer.see(returned(counter, mirrored))
    now[0] = 51.0
    seen = viewer.report(peer=3)
    assert (seen.peer, seen.sent, seen.returned, seen.unreadable) == (3, 3, 2, 1)
    assert seen.delay_ms == {"p50": 175.0, "p95": pytest.approx(197.5)}
    assert seen.longest_freeze_s == pytest.approx(0.6)
    assert seen.sizes == {(480, 640)}


def test_begin_forgets_what_was_seen():
    viewer = Viewer([0.0], mirrored=True)
    viewer.see(returned(0))
    viewer.begin()
    assert (viewer.seen, viewer.report(0).unreadable) == (0, 0)


def test_a_counter_that_started_again_means_the_newest_frame():
    sent = [0.0] * (stamp.COUNTERS + 5)
    viewer = Viewer(sent, mirrored=True)
    viewer.see(returned(stamp.COUNTERS - 1))
    viewer.see(returned(4))
    assert viewer.seen == 2


def test_the_film_moves_and_ends_where_it_began():
    frames = film.shoot(film_picture(), (240, 320))
    assert len(frames) == 60
    assert {frame.shape for frame in frames} == {(360, 320)}
    steps = [float(np.abs(a.astype(int) - b).mean()) for a, b in pairwise(frames)]
    assert min(steps) > 0
    assert float(np.abs(frames[-1].astype(int) - frames[0]).mean()) <= 2 * max(steps)


def film_picture():
    from scripts.live_bench.__main__ import FACE

    return FACE


def test_a_file_that_is_no_picture_is_refused(tmp_path):
    (tmp_path / "note.txt").write_text("no picture")
    with pytest.raises(OSError, match="no picture"):
        film.shoot(tmp_path / "note.txt")
