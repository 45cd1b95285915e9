"""Photos from strangers are looked at in a process that can be ended."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hostile_files as hostile
import numpy as np
import psutil
import pytest

from fer_core.batch import photo_worker
from fer_core.batch.photo_worker import PhotoWorker
from fer_core.errors import ImageError
from fer_core.recognition.photos import Photo, analyze
from fer_core.recognition.recognizer import Recognizer

PORTRAIT = Path(__file__).resolve().parents[3] / "ui" / "assets" / "eileen_collins.jpg"


@pytest.fixture(scope="module")
def recognizer():
    return Recognizer.load()


@pytest.fixture(scope="module")
def look(recognizer):
    """Looks at a file in one process for all tests; its worker is an attribute."""
    worker = PhotoWorker()

    def of(data, worker=worker):
        return worker.analyze(Photo("a.jpg", lambda: data, "happy"), recognizer)

    of.worker = worker
    yield of
    worker.close()


@pytest.mark.parametrize(
    "data",
    [
        PORTRAIT.read_bytes(), hostile.picture("PNG", mode="RGBA"), hostile.picture("WEBP"),
        b"", b"no picture", PORTRAIT.read_bytes()[:9_000],
    ],
)  # fmt: skip
def test_its_results_and_problems_are_those_without_it(look, recognizer, data):
    here, plain = look(data), analyze(Photo("a.jpg", lambda: data, "happy"), recognizer)
    assert here.to_dict() == plain.to_dict()
    assert here.annotated == plain.annotated
    for one, other in zip(here.faces, plain.faces, strict=True):
        assert np.array_equal(one.crop, other.crop)


def test_a_file_that_was_refused_has_the_reason(recognizer):
    def refused():
        raise ImageError("too many files")

    worker = PhotoWorker()
    assert worker.analyze(Photo("a.jpg", refused), recognizer).problem == "too many files"
    assert not worker.runs


SLOW = hostile.scans(50, side=4_800)
"""Allowed in structure, and seconds of work."""


def test_a_slow_file_is_given_up_and_the_next_one_looked_at(look, monkeypatch):
    monkeypatch.setattr(photo_worker, "CPU_S", 0)  # the system counts to the next whole second
    worker = PhotoWorker()
    started = time.process_time()
    assert "seconds" in look(SLOW, worker).problem
    assert time.process_time() - started < 1, "this process worked on it itself"
    assert look(hostile.picture("PNG"), worker).size == (64, 64)
    worker.close()


def test_only_decoding_is_counted(look):
    """A worker that has looked at many photos has used more than two seconds."""
    look(PORTRAIT.read_bytes())
    process = psutil.Process(look.worker._process.pid)
    while sum(process.cpu_times()[:2]) < photo_worker.CPU_S + 2:
        assert look(PORTRAIT.read_bytes()).problem == ""
    assert look.worker._process.pid == process.pid


def test_it_ends_by_the_clock_too(look, monkeypatch):
    look(hostile.picture("PNG"))
    monkeypatch.setattr(photo_worker, "WALL_S", 0.2)
    assert "seconds" in look(SLOW).problem


def test_a_process_that_ended_is_started_again(look):
    look(hostile.picture("PNG"))
    look.worker._process.kill()
    look.worker._process.wait()
    assert look(hostile.picture("PNG")).size == (64, 64)


def test_another_network_has_another_process(look):
    look(hostile.picture("PNG"))
    process, other = look.worker._process, Recognizer.load()
    look.worker.analyze(Photo("a.png", lambda: hostile.picture("PNG")), other)
    assert look.worker._process is not process
    assert process.poll() is not None


def test_it_steps_back_behind_its_parent(look):
    look(hostile.picture("PNG"))
    nice = psutil.Process(look.worker._process.pid).nice()
    assert nice == min(psutil.Process().nice() + photo_worker.NICENESS, 19)


def test_threads_wait_for_one_another(look):
    files = [hostile.picture("PNG", side) for side in range(64, 128, 8)]
    with ThreadPoolExecutor(4) as threads:
        sizes = [result.size for result in threads.map(look, files)]
    assert sizes == [(side, side) for side in range(64, 128, 8)]


def test_what_a_library_prints_is_no_answer(recognizer):
    """As a library in C does that meets an odd file: past Python, onto the standard output."""
    code = (
        "import os\n"
        "from fer_core.batch import photo_worker\n"
        "from fer_core.recognition import photos\n"
        "real = photos.analyze\n"
        "def noisy(*args, **kw):\n"
        "    os.write(1, b'a warning')\n"
        "    return real(*args, **kw)\n"
        "photos.analyze = noisy\n"
        "photo_worker.serve(2)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        cwd=PORTRAIT.parents[2],
    )  # fmt: skip
    worker = PhotoWorker()
    worker._process, worker._recognizer = process, recognizer
    photo_worker._send(process.stdin, photo_worker.pickle.dumps(recognizer))
    result = worker.analyze(Photo("a.png", lambda: hostile.picture("PNG")), recognizer)
    worker.close()
    assert result.size == (64, 64)


def test_an_answer_that_was_not_taken_is_not_the_next_photos(look, monkeypatch):
    """Two visitors share a worker: one must never get what the other's photo showed."""
    look(hostile.picture("PNG"))
    receive = photo_worker._receive

    def interrupted(pipe):
        raise MemoryError

    monkeypatch.setattr(photo_worker, "_receive", interrupted)
    with pytest.raises(MemoryError):
        look(hostile.picture("PNG"))
    monkeypatch.setattr(photo_worker, "_receive", receive)
    assert look(hostile.picture("PNG", 128)).size == (128, 128)
