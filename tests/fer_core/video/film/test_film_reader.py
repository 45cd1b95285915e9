"""Films of every odd kind: their frames and times, or what is said of them."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from films import SIZE, every, square, write_film, write_sound_only
from PIL import Image

from fer_core.errors import FilmError, InputError
from fer_core.video.film import Film, FilmSettings, is_film

ROOT = Path(__file__).resolve().parents[4]
EVERY = FilmSettings(rate=0)
VARIABLE = [0.0, 0.04, 0.08, 0.5, 0.54, 1.3, 1.31, 2.0]


def times_of(source, settings: FilmSettings = EVERY) -> list[float]:
    with Film(source) as film:
        return [frame.time for frame in film.frames(settings)]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", {}),
        ("a.mov", {}),
        ("a.mkv", {}),
        ("a.webm", {"codec": "libvpx"}),
        ("b_frames.mp4", {"b_frames": 3}),
        ("b_frames.mkv", {"b_frames": 3}),
        ("sound.mp4", {"sound": True}),
        ("first_last.mp4", {"options": {"movflags": "faststart"}}),
        ("fragments.mp4", {"options": {"movflags": "frag_keyframe+empty_moov"}}),
    ],
)
def test_frames_have_their_own_times(tmp_path: Path, name: str, options: dict) -> None:
    """Of a variable rate; index / rate would be up to a second off."""
    path = write_film(tmp_path / name, VARIABLE, **options)
    assert times_of(path) == pytest.approx(VARIABLE, abs=0.002)
    with path.open("rb") as file:
        assert times_of(file) == pytest.approx(VARIABLE, abs=0.002)
    with Film(path) as film:
        assert film.info.sound is bool(options.get("sound"))
        assert (film.info.width, film.info.height) == SIZE
        assert film.info.name == name


def test_an_avi_has_the_times_of_its_rate(tmp_path: Path) -> None:
    path = write_film(tmp_path / "a.avi", every(0.04, 10), codec="mpeg4")
    assert times_of(path) == pytest.approx(every(0.04, 10), abs=0.002)


def test_times_count_from_the_films_start_wherever_its_clock_begins(tmp_path: Path) -> None:
    late = write_film(tmp_path / "late.mkv", [5 + t for t in VARIABLE])
    assert times_of(late) == pytest.approx(VARIABLE, abs=0.002)
    with Film(late) as film:
        assert film.info.duration == pytest.approx(2.04, abs=0.05)


def test_what_an_edit_list_puts_before_the_start_is_not_shown(tmp_path: Path) -> None:
    """A negative start time in MP4: the frames before 0 are only there to decode the others."""
    path = write_film(tmp_path / "n.mp4", [t - 0.5 for t in every(0.04, 25)], b_frames=2)
    times = times_of(path)
    assert min(times) >= 0
    assert len(times) < 25
    assert np.all(np.diff(times) > 0)


@pytest.mark.parametrize(("rotate", "corner"), [(0, "left"), (90, "bottom"), (180, "right")])
def test_a_turned_film_is_turned_upright(tmp_path: Path, rotate: int, corner: str) -> None:
    """The square stands at the left, above the middle, of the picture as it is stored."""
    path = write_film(tmp_path / "r.mp4", every(0.04, 3), lambda _: square(0), rotate=rotate)
    with Film(path) as film:
        frame = next(film.frames(EVERY))
    ys, xs = np.nonzero(frame.image[..., 0] > 180)
    height, width = frame.image.shape[:2]
    where = {
        "left": xs.max() < 40,
        "right": xs.min() > width - 40,
        "bottom": ys.min() > height - 40,
    }
    assert where[corner]
    assert (width > height) is (rotate % 180 == 0)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (FilmSettings(), [0, 3, 5, 8, 10, 13, 15, 18, 20, 23]),
        (FilmSettings(rate=None), list(range(25))),
        (FilmSettings(rate=25), list(range(25))),
        (FilmSettings(rate=100), list(range(25))),
        (FilmSettings(rate=1), [0]),
        (FilmSettings(start=0.4, end=0.6), [10, 13]),
        (FilmSettings(start=0.4, end=0.6, rate=0), [10, 11, 12, 13, 14]),
    ],
    ids=str,
)
def test_so_many_frames_a_second_between_start_and_end(
    tmp_path: Path, settings: FilmSettings, expected: list[int]
) -> None:
    path = write_film(tmp_path / "a.mp4", every(0.04, 25))
    with Film(path) as film:
        frames = list(film.frames(settings))
    assert [frame.index for frame in frames] == expected
    assert [frame.time for frame in frames] == pytest.approx([0.04 * i for i in expected], abs=2e-3)


def test_one_frame_is_a_film(tmp_path: Path) -> None:
    path = write_film(tmp_path / "one.mp4", [0.0])
    with Film(path) as film:
        assert [frame.time for frame in film.frames(FilmSettings())] == [0.0]
        assert film.note == ""


def test_what_is_left_of_a_film_that_was_cut_off_is_read_and_it_is_said(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 255, (120, 120, 160, 3), np.uint8)
    whole = write_film(
        tmp_path / "w.mp4", every(0.04, 120), lambda i: noise[i], options={"movflags": "faststart"}
    )
    data = whole.read_bytes()
    with Film(io.BytesIO(data[: len(data) // 2]), "half.mp4") as film:
        times = [frame.time for frame in film.frames(EVERY)]
        assert 30 < len(times) < 90
        assert "cut off" in film.note and "4.8" in film.note
    with Film(whole) as film:
        assert len(list(film.frames(EVERY))) == 120
        assert film.note == ""


def test_eight_k_is_read_and_more_is_refused(tmp_path: Path) -> None:
    eight = write_film(tmp_path / "8k.mp4", [0.0], lambda _: square(9, size=(7680, 4320)))
    with Film(eight) as film:
        assert next(film.frames(EVERY)).image.shape == (4320, 7680, 3)
    wide = write_film(
        tmp_path / "wide.mkv", [0.0], lambda _: square(9, size=(16000, 2400)), codec="ffv1"
    )
    with pytest.raises(FilmError, match=r"16000x2400.*8K"):
        times_of(wide)


def _cut(path: Path) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])  # an ordinary MP4 has its index at its end
    return path


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda d: d / "absent.mp4", "absent.mp4 cannot be read: No such file"),
        (lambda d: d, "directory"),
        (lambda d: "a\0.mp4", "cannot be read"),
        (lambda d: write_sound_only(d / "s.mp4"), "sound only"),
        (lambda d: _written(d, b""), "empty"),
        (lambda d: _written(d, b"hello" * 99), "no MP4, MOV, WebM, MKV or AVI"),
        (lambda d: _written(d, b"#EXTM3U\n#EXTINF:1,\n/etc/hostname\n"), "no film"),
        (lambda d: _written(d, b"ffconcat version 1.0\nfile '/etc/hostname'\n"), "no film"),
        (lambda d: ROOT / "ui/assets/eileen_collins.jpg", "no film"),
        (lambda d: _cut(write_film(d / "c.mp4", every(0.04, 9))), "cut off"),
        (lambda d: "http://localhost/film.mp4", "No such file"),
    ],
)  # fmt: skip
def test_what_is_no_film_is_said_in_words(tmp_path: Path, make, says: str) -> None:
    with pytest.raises(FilmError) as caught:
        times_of(make(tmp_path))
    assert says in str(caught.value)
    assert "Errno" not in str(caught.value) and len(str(caught.value)) < 300


def _written(folder: Path, data: bytes) -> Path:
    (folder / "x.mp4").write_bytes(data)
    return folder / "x.mp4"


def test_a_start_after_the_films_end_is_said(tmp_path: Path) -> None:
    path = write_film(tmp_path / "a.mp4", every(0.04, 25))
    with pytest.raises(FilmError, match=r"0\.96 s.*earlier start"):
        times_of(path, FilmSettings(start=3))


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": -1}, {"start": float("nan")}, {"start": 2, "end": 2}, {"rate": -1},
        {"rate": float("nan")}, {"smoothing_seconds": 3}, {"max_faces": 0},
    ],
    ids=str,
)  # fmt: skip
def test_settings_out_of_range_are_refused(wrong: dict) -> None:
    with pytest.raises(InputError, match="Received"):
        FilmSettings(**wrong)


def test_without_pyav_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(FilmError, match=r"PyAV.*pip install"):
        Film("a.mp4")


def test_films_are_known_by_content_and_by_name(tmp_path: Path) -> None:
    for name, codec in [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.avi", "mpeg4")]:
        film = write_film(tmp_path / name, every(0.04, 3), codec=codec)
        assert is_film(film.rename(tmp_path / f"{name}-without-a-known-ending"))
    assert is_film(tmp_path / "absent.MP4")
    Image.new("RGB", (64, 64)).save(tmp_path / "picture", "AVIF")
    Image.new("RGB", (64, 64)).save(tmp_path / "picture.webp")
    assert not is_film(tmp_path / "picture")
    assert not is_film(tmp_path / "picture.webp")
    assert not is_film(tmp_path / "absent.jpg")
