"""Pictures from strangers are decoded in a process that can be ended."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hostile_files as hostile
import pytest

from fer_core.errors import ImageError
from fer_core.images import decode, guarded
from fer_core.images.guarded import GuardedDecoder

PORTRAIT = Path(__file__).resolve().parents[3] / "ui" / "assets" / "eileen_collins.jpg"


@pytest.fixture(scope="module")
def decoder():
    decoder = GuardedDecoder()
    yield decoder
    decoder.close()


@pytest.mark.parametrize(
    "data",
    [PORTRAIT.read_bytes(), hostile.picture("PNG", mode="RGBA"), hostile.picture("WEBP")],
)
def test_it_decodes_as_the_decoder_does(decoder, data):
    picture = decoder.decode(data)
    assert (picture == decode(data)).all()
    picture[:] = 0  # may be written to


@pytest.mark.parametrize(
    "data",
    [b"", b"no picture", PORTRAIT.read_bytes()[:9_000]],
)
def test_its_errors_are_the_decoders(decoder, data):
    with pytest.raises(ImageError) as plain:
        decode(data)
    with pytest.raises(ImageError) as here:
        decoder.decode(data)
    assert str(here.value) == str(plain.value)


SLOW = hostile.scans(50, side=4_800)
"""Allowed in structure, and seconds of work."""


def test_a_slow_file_is_given_up_and_the_next_one_decoded(monkeypatch):
    monkeypatch.setattr(guarded, "CPU_S", 0)  # the system counts to the next whole second
    decoder = GuardedDecoder()
    started = time.process_time()
    with pytest.raises(ImageError, match="seconds"):
        decoder.decode(SLOW)
    assert time.process_time() - started < 1, "this process worked on it itself"
    assert decoder.decode(hostile.picture("PNG")).shape == (64, 64, 3)
    decoder.close()


def test_it_ends_by_the_clock_too(decoder, monkeypatch):
    monkeypatch.setattr(guarded, "WALL_S", 0.2)
    with pytest.raises(ImageError, match="seconds"):
        decoder.decode(SLOW)


def test_a_process_that_ended_is_started_again(decoder):
    decoder.decode(hostile.picture("PNG"))
    decoder._process.kill()
    decoder._process.wait()
    assert decoder.decode(hostile.picture("PNG")).shape == (64, 64, 3)


def test_threads_wait_for_one_another(decoder):
    files = [hostile.picture("PNG", side) for side in range(64, 128, 8)]
    with ThreadPoolExecutor(4) as threads:
        shapes = [picture.shape for picture in threads.map(decoder.decode, files)]
    assert shapes == [(side, side, 3) for side in range(64, 128, 8)]
