"""Films of strangers are decoded in a process that can be ended, within bounded memory."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import psutil
import pytest
from films import every, square, write_film
from portrait import portrait

from fer_core.batch.apart import film_process
from fer_core.batch.apart.film_process import (
    StoppedError,
    analysis,
    annotated,
    apart,
    copy,
    opened,
)
from fer_core.errors import FilmError
from fer_core.recognition.recognizer import Recognizer
from fer_core.video.film import AnalyzedFilm, FilmRecord, FilmSettings


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer.load()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    return write_film(folder / "a.mp4", every(0.04, 10), lambda i: portrait()[:, i:500], sound=True)


@pytest.fixture(autouse=True)
def no_process_stays():
    before = set(psutil.Process().children())
    yield
    assert set(psutil.Process().children()) <= before


class Told(list):
    """What a task told, of one kind as a list."""

    def __call__(self, kind: str, value: object) -> None:
        self.append((kind, value))

    def of(self, kind: str) -> list:
        return [value for told, value in self if told == kind]


def test_an_opened_film_is_told_as_it_is_here(path):
    there, here = Told(), Told()
    with path.open("rb") as file:
        apart(opened, (file,), ("a.mp4",), there)
        opened(file, "a.mp4", here)
    assert there == here and there.of("info")[0].sound


def test_its_frames_are_those_of_this_process(path, recognizer):
    there, here = Told(), Told()
    with path.open("rb") as file:
        apart(analysis, (file,), ("a.mp4", FilmSettings(rate=0), recognizer), there)
        analysis(file, "a.mp4", FilmSettings(rate=0), recognizer, here)
    assert len(there.of("frame")) == 10
    for one, other in zip(there.of("frame"), here.of("frame"), strict=True):
        assert (one.frame, one.time, len(one.faces)) == (other.frame, other.time, 1)
        if one.image is not None and other.image is not None:
            assert np.array_equal(one.image, other.image)
        assert one.faces[0].result.emotion == other.faces[0].result.emotion
    assert there.of("frame")[0].image is not None
    assert there.of("note") == [""]


def test_few_of_its_frames_carry_their_picture(path, recognizer, monkeypatch):
    told, clock = Told(), iter(0.1 * i for i in range(10))
    monkeypatch.setattr(film_process, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    analysis(io.BytesIO(path.read_bytes()), "a.mp4", FilmSettings(rate=0), recognizer, told)
    pictures = [frame.image is not None for frame in told.of("frame")]
    assert pictures == [True, False, False] * 3 + [True]


def test_what_it_writes_comes_here(path, recognizer):
    told, made, drawn = Told(), io.BytesIO(), io.BytesIO()
    with path.open("rb") as file:
        apart(copy, (file, made), (FilmSettings(),), told)
        opened(file, "a.mp4", told)
        film = AnalyzedFilm(told.of("info")[0], FilmSettings(), FilmRecord().rows(), {})
        apart(annotated, (file, drawn), (film,), told)
    assert told.of("at")[:10] == pytest.approx(every(0.04, 10), abs=0.002)
    for data in (made, drawn):
        with av.open(io.BytesIO(data.getvalue())) as container:
            assert len(list(container.decode(video=0))) == 10


def test_what_is_no_film_is_said(tmp_path):
    with pytest.raises(FilmError, match="no film that can be read"):
        apart(opened, (io.BytesIO(b"nonsense" * 99),), ("a.mp4",), Told())


def test_a_film_gets_so_much_memory_and_no_more(tmp_path, recognizer, monkeypatch):
    """Frames of 4K: a hundred times the file. This process must not have them."""
    path = write_film(tmp_path / "a.mp4", every(0.04, 4), lambda i: square(i, size=(3840, 2160)))
    monkeypatch.setattr(film_process, "HEADROOM", 60_000_000)
    before = psutil.Process().memory_info().rss
    with path.open("rb") as file, pytest.raises(FilmError, match=r"memory|damaged"):
        apart(analysis, (file,), ("a.mp4", FilmSettings(), recognizer), Told())
    assert psutil.Process().memory_info().rss - before < 30_000_000


@pytest.mark.parametrize("limit", ["SILENT_S", "most_s"])
def test_a_film_that_leads_nowhere_is_given_up(path, limit, monkeypatch):
    most_s = 0.0 if limit == "most_s" else float("inf")
    if limit == "SILENT_S":
        monkeypatch.setattr(film_process, "SILENT_S", 0.0)
    with path.open("rb") as file, pytest.raises(FilmError, match="time"):
        apart(opened, (file,), ("a.mp4",), Told(), most_s=most_s)


def test_whoever_wants_no_more_waits_for_no_frame(path):
    """The process is silent meanwhile: it waits for bytes."""
    stopped, asked = threading.Event(), threading.Event()

    class Endless(io.BytesIO):
        def read(self, *_):
            asked.set()
            stopped.wait(10)
            time.sleep(3 * film_process.LOOK_S)
            return b"\0" * 1000

    threading.Thread(target=lambda: (asked.wait(30), stopped.set())).start()
    started = time.monotonic()
    with pytest.raises(StoppedError):
        apart(opened, (Endless(bytes(10**6)),), ("a.mp4",), Told(), stopped.is_set)
    assert time.monotonic() - started < 30


def test_a_decoder_that_breaks_takes_only_its_own_process_along(path, recognizer):
    def breaking(kind: str, _: object) -> None:
        if kind == "frame":
            children = psutil.Process().children()  # those of other tests among them
            (child,) = (c for c in children if any("film_process" in a for a in c.cmdline()))
            child.kill()

    with path.open("rb") as file, pytest.raises(FilmError, match="breaks its decoder"):
        apart(analysis, (file,), ("a.mp4", FilmSettings(rate=0), recognizer), breaking)


def test_a_file_that_was_closed_meanwhile_ends_it(path):
    file = path.open("rb")

    def closing(*_: object) -> None:
        file.close()

    with pytest.raises(ValueError):
        apart(copy, (file, io.BytesIO()), (FilmSettings(),), closing)
        apart(copy, (file, io.BytesIO()), (FilmSettings(),), closing)


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="Windows has no alarms")
def test_a_decoder_that_does_not_return_outlives_no_caller():
    """As after a SIGKILL of the caller: nobody watches the process."""
    script = (
        f"from {film_process.__name__} import _waiting\n"
        f"import {film_process.__name__} as module\n"
        "module.SILENT_S = 1\n"
        "with _waiting(): pass\n"
        "while True: pass"
    )
    ended = subprocess.run([sys.executable, "-c", script], timeout=60, check=False)
    assert ended.returncode == -signal.SIGALRM
