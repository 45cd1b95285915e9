"""A film once more, as an MP4 with its boxes, its times and its sound."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import av
import numpy as np
import pytest
from films import Squares, every, square, write_film

from fer_core.errors import FilmError
from fer_core.video.film import (
    AnalyzedFilm,
    Film,
    FilmRecord,
    FilmSettings,
    analyze_film,
    write_annotated,
    write_mp4,
)

VARIABLE = [0.0, 0.04, 0.08, 0.5, 0.54, 1.3, 1.31, 2.0]


EVERY = FilmSettings(rate=0)


def analyzed(path: Path, settings: FilmSettings = EVERY) -> AnalyzedFilm:
    record = FilmRecord()
    with Film(path) as film:
        for result in analyze_film(film, Squares(), settings):
            record.append(result)
        return AnalyzedFilm(film.info, settings, record.rows(), {})


def annotated(path: Path, film: AnalyzedFilm) -> io.BytesIO:
    target = io.BytesIO()
    write_annotated(path, film, target)
    target.seek(0)
    return target


def frames_of(file: io.BytesIO) -> list[tuple[float, np.ndarray]]:
    file.seek(0)
    with av.open(file) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        return [(f.time, f.to_ndarray(format="rgb24")) for f in container.decode(video=0)]


def colored(image: np.ndarray) -> np.ndarray:
    """Whether a pixel is neither gray nor black nor white."""
    return np.ptp(image.astype(int), axis=-1) > 60


@pytest.mark.parametrize(
    ("name", "options", "sound"),
    [
        ("a.mp4", {"sound": True}, "aac"),
        ("a.mkv", {"sound": True}, "aac"),
        ("a.mov", {"b_frames": 2}, None),
        ("a.avi", {"codec": "mpeg4"}, None),
        ("a.webm", {"codec": "libvpx"}, None),
    ],
)
def test_every_kind_becomes_an_mp4_with_its_times_and_sound(tmp_path, name, options, sound):
    times = every(0.04, 30) if name.endswith("avi") else VARIABLE
    path = write_film(tmp_path / name, times, **options)
    file = annotated(path, analyzed(path))
    assert [time for time, _ in frames_of(file)] == pytest.approx(times, abs=0.002)
    file.seek(0)
    with av.open(file) as container:
        assert "mp4" in container.format.name
        streams = container.streams.audio
        assert [stream.codec_context.name for stream in streams] == ([sound] if sound else [])
        if sound:
            heard = [f.time for f in container.decode(audio=0)]
            assert heard[0] == pytest.approx(0, abs=0.15)
            assert heard[-1] == pytest.approx(times[-1], abs=0.3)


def test_sound_that_an_mp4_does_not_hold_becomes_aac(tmp_path):
    path = tmp_path / "pcm.mkv"
    with av.open(path, "w") as container:
        pictures = container.add_stream("libx264", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 160, 120, "yuv420p"
        voice = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        for i in range(50):
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(square(i), "rgb24")))
        container.mux(pictures.encode())
        tone = (20_000 * np.sin(np.arange(16_000) * 0.3)).astype(np.int16)[None]
        for start in range(0, tone.shape[1], 400):
            frame = av.AudioFrame.from_ndarray(tone[:, start : start + 400], "s16", "mono")
            frame.sample_rate, frame.pts = 8000, start
            container.mux(voice.encode(frame))
        container.mux(voice.encode())
    target = io.BytesIO()
    write_mp4(path, target, FilmSettings(start=0.4, end=1.2))
    target.seek(0)
    with av.open(target) as container:
        assert container.streams.audio[0].codec_context.name == "aac"
        loud = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
    assert np.abs(loud[2000:4000]).mean() > 0.2, "the tone is still there"


def test_the_box_moves_with_the_face_between_analysed_frames(tmp_path):
    times = every(0.05, 40)
    path = write_film(tmp_path / "a.mp4", times, lambda i: square(2 * i))
    frames = frames_of(annotated(path, analyzed(path, FilmSettings(rate=4))))
    for i in (3, 12, 27):
        xs = np.nonzero(colored(frames[i][1])[50:60].any(axis=0))[0]
        assert xs.min() == pytest.approx(2 * i, abs=7)
        assert xs.max() == pytest.approx(2 * i + 30, abs=7)


def test_names_merges_and_faces_left_out_are_followed(tmp_path):
    path = write_film(tmp_path / "a.mp4", every(0.04, 20), lambda _: square(60))
    film = analyzed(path)
    plain = frames_of(annotated(path, film))[10][1]
    assert colored(plain).sum() > 100
    assert colored(frames_of(annotated(path, film.without(1)))[10][1]).sum() == 0
    named = frames_of(annotated(path, film.named(1, "Käthe Überall")))[10][1]
    assert not np.array_equal(named[:40], plain[:40])


def test_a_part_of_a_turned_film_is_upright_and_begins_at_0(tmp_path):
    path = write_film(tmp_path / "r.mp4", every(0.04, 50), lambda _: square(0), rotate=90)
    file = annotated(path, analyzed(path, FilmSettings(start=0.8, end=1.6, rate=0)))
    frames = frames_of(file)
    assert [time for time, _ in frames] == pytest.approx(every(0.04, 20), abs=0.002)
    assert frames[0][1].shape == (160, 120, 3)
    assert colored(frames[5][1])[-35:].sum() > 50, "the box is where the face is: at the bottom"


@pytest.mark.parametrize(
    ("size", "expected"),
    [((161, 121), (120, 160)), ((1920, 1080), (720, 1280)), ((1080, 1920), (1280, 720))],
)
def test_at_most_720p_and_even(tmp_path, size, expected):
    path = write_film(tmp_path / "a.mkv", [0.0, 0.04], lambda _: square(9, size=size), codec="ffv1")
    assert frames_of(annotated(path, analyzed(path)))[0][1].shape[:2] == expected


def test_a_film_of_one_frame_and_one_that_was_cut_off(tmp_path):
    one = write_film(tmp_path / "one.mp4", [0.0])
    assert len(frames_of(annotated(one, analyzed(one)))) == 1
    whole = write_film(tmp_path / "w.mp4", every(0.04, 100), options={"movflags": "faststart"})
    half = tmp_path / "half.mp4"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    assert 1 < len(frames_of(annotated(half, analyzed(half)))) < 100


def test_what_on_time_raises_ends_the_work(tmp_path):
    path = write_film(tmp_path / "a.mp4", every(0.04, 20))
    told = []

    def stop(time: float) -> None:
        told.append(time)
        if time > 0.2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_mp4(path, io.BytesIO(), on_time=stop)
    assert told == pytest.approx(every(0.04, 7)[: len(told)], abs=0.002)


def test_a_disk_that_is_full_is_said(tmp_path):
    path = write_film(tmp_path / "a.mp4", every(0.04, 20))

    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    with pytest.raises(FilmError, match="MP4: No space left"):
        write_mp4(path, Full())


def test_a_file_without_a_name_takes_it(tmp_path):
    """What `tempfile` makes: on Linux it has no name, and is gone with its process."""
    path = write_film(tmp_path / "a.mp4", every(0.04, 5))
    with tempfile.TemporaryFile() as file:
        write_mp4(path, file)
        file.seek(0)
        with av.open(file) as container:
            assert len(list(container.decode(video=0))) == 5


@pytest.mark.parametrize("color", [(200, 40, 40), (30, 160, 60), (40, 60, 210), (235, 235, 235)])
def test_colours_are_what_players_make_of_the_file(tmp_path, color):
    path = write_film(tmp_path / "a.mp4", every(0.1, 4))
    target = io.BytesIO()
    write_mp4(path, target, draw=lambda image, *_: np.full_like(image, color))
    for _, image in frames_of(target):
        assert np.abs(image.astype(int) - color).max() <= 6
    target.seek(0)
    with av.open(target) as container:
        frame = next(container.decode(video=0))
        assert (frame.colorspace, frame.color_range) == (6, 1), "BT.601, 16 to 235"
