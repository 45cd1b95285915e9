"""The two ends in aiortc's terms, with cameras that are not there."""

import asyncio
import fractions
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av import VideoFrame
from live_fixtures import face, picture, tracked

from fer_core.video.overlay import annotate_tracked
from ui.live.pipeline.pool import AnalysisPool
from ui.live.pipeline.session import Analysis, LiveSession
from ui.live.pipeline.settings import Settings
from ui.live.pipeline.tracks import LiveTracks, paint


class _Camera(MediaStreamTrack):
    """Hands out what is put into it; None ends it."""

    kind = "video"

    def __init__(self):
        super().__init__()
        self.frames = asyncio.Queue()

    async def recv(self):
        frame = await self.frames.get()
        if frame is None:
            raise MediaStreamError
        return frame


def _frame(number, size=(120, 160)):
    image = np.full((*size, 3), 120, np.uint8)
    frame = VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
    frame.pts, frame.time_base = number * 3000, fractions.Fraction(1, 90000)
    return frame


@pytest.fixture
def made():
    """Makes tracks around an analysis, and ends the threads behind them."""
    pool, painters = AnalysisPool(2), ThreadPoolExecutor(2)

    def make(analyze):
        return LiveTracks(LiveSession(analyze), pool, painters)

    make.pool = pool
    yield make
    pool.close()
    painters.shutdown()


async def _started(tracks):
    camera = _Camera()
    tracks.sink.addTrack(camera)
    assert tracks.sink.hasTrack()
    tracks.sink.start()
    return camera


async def _send(tracks, camera, number, **options):
    camera.frames.put_nowait(_frame(number, **options))
    return await asyncio.wait_for(tracks.source.recv(), 60)


def _is_painted(frame):
    return np.ptp(frame.to_ndarray(format="rgb24").astype(int)) > 60  # the film is plain gray


def test_frames_come_back_with_the_cameras_times_and_the_answer_painted(made):
    async def scenario():
        tracks = made(lambda image, settings: [face()])
        camera = await _started(tracks)
        async with asyncio.timeout(60):
            for number in itertools.count():
                returned = await _send(tracks, camera, number)
                assert returned.pts == number * 3000
                assert (returned.width, returned.height) == (160, 120)
                if _is_painted(returned):
                    break
                await asyncio.sleep(0.01)
        tracks.stop()

    asyncio.run(scenario())


def test_only_the_newest_frame_goes_back(made):
    async def scenario():
        tracks = made(lambda image, settings: [])
        camera = await _started(tracks)
        for number in range(50):
            camera.frames.put_nowait(_frame(number))
        while not camera.frames.empty():
            await asyncio.sleep(0)
        assert (await asyncio.wait_for(tracks.source.recv(), 60)).pts == 49 * 3000
        tracks.stop()

    asyncio.run(scenario())


def test_hanging_analysis_does_not_hold_up_the_picture(made):
    async def scenario():
        go = threading.Event()
        tracks = made(lambda image, settings: go.wait(10) and [])
        camera = await _started(tracks)
        for number in range(5):
            assert (await _send(tracks, camera, number)).pts == number * 3000
        go.set()
        tracks.stop()

    asyncio.run(scenario())


def test_raising_analysis_and_painting_leave_the_picture_as_it_is(made, monkeypatch):
    async def scenario():
        tracks = made(lambda image, settings: 1 / 0)
        camera = await _started(tracks)
        monkeypatch.setattr("ui.live.pipeline.tracks.paint", lambda *_: 1 / 0)
        for number in range(3):
            returned = await _send(tracks, camera, number)
            assert returned.pts == number * 3000
            assert not _is_painted(returned)
        assert tracks.session.status().failures >= 3
        tracks.stop()

    asyncio.run(scenario())


def test_camera_may_change_its_resolution(made):
    async def scenario():
        tracks = made(lambda image, settings: [face()])
        camera = await _started(tracks)
        sizes = [(120, 160)] * 3 + [(240, 320)] * 3
        for number, size in enumerate(sizes):
            returned = await _send(tracks, camera, number, size=size)
            assert (returned.height, returned.width) == size
        assert tracks.session.status().failures == 0
        tracks.stop()

    asyncio.run(scenario())


@pytest.mark.parametrize("ending", ["camera", "sink", "source", "both"])
def test_any_end_ends_all(made, ending):
    async def scenario():
        tracks = made(lambda image, settings: [])
        made.pool.admit(tracks.session, seats=1)
        camera = await _started(tracks)
        await _send(tracks, camera, 0)
        waiting = asyncio.ensure_future(tracks.source.recv())
        await asyncio.sleep(0)
        if ending == "camera":
            camera.frames.put_nowait(None)
        if ending in ("sink", "both"):
            await asyncio.to_thread(tracks.sink.stop)  # streamlit-webrtc calls from its threads
        if ending in ("source", "both"):
            await asyncio.to_thread(tracks.source.stop)
        with pytest.raises(MediaStreamError):
            await asyncio.wait_for(waiting, 5)
        assert tracks.ended
        assert made.pool.seated == 0
        with pytest.raises(MediaStreamError):
            await asyncio.wait_for(tracks.source.recv(), 60)
        for _ in range(50):
            if len(asyncio.all_tasks()) == 1:
                break
            await asyncio.sleep(0.01)
        assert len(asyncio.all_tasks()) == 1, "a task is left behind"

    asyncio.run(scenario())


def test_stop_before_any_start_does_no_harm(made):
    tracks = made(lambda image, settings: [])
    tracks.stop()
    tracks.stop()
    assert tracks.ended


def test_stop_after_the_loop_has_closed_does_no_harm(made):
    async def scenario():
        tracks = made(lambda image, settings: [])
        await _started(tracks)
        return tracks

    tracks = asyncio.run(scenario())
    tracks.stop()
    tracks.sink.stop()
    assert tracks.ended


PLAIN = Settings(mirror=False)


def _analysis(*faces, size=(120, 160)):
    return Analysis(faces, size, arrived=0.0, finished=0.0)


@pytest.mark.parametrize(
    "settings",
    [PLAIN, Settings(), Settings(mirror=False, parts=frozenset({"bars"}))],
    ids=["as it is", "mirrored", "bars"],
)
def test_faces_are_drawn_as_the_viewer_chose(settings):
    image, face = picture(size=(120, 160)), tracked()
    expected = annotate_tracked(image, [face], parts=settings.parts, mirror=settings.mirror)
    assert (paint(image, _analysis(face), settings) == expected).all()
    assert (image == 120).all()


def test_nothing_to_draw_costs_nothing():
    image = picture(size=(120, 160))
    assert paint(image, None, PLAIN) is image
    assert paint(image, _analysis(), PLAIN) is image
    assert paint(image, _analysis(tracked()), Settings(mirror=False, parts=frozenset())) is image


def test_answer_for_another_resolution_is_not_drawn():
    image = picture(size=(240, 320))
    assert paint(image, _analysis(tracked()), PLAIN) is image
