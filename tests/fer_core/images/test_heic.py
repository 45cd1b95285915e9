"""HEIC, as iPhones write it: judged by its header, decoded upright, refused in words."""

from __future__ import annotations

import io
import struct

import numpy as np
import pi_heif
import pillow_heif
import pytest
from PIL import Image, ImageOps
from portrait import portrait

from fer_core.batch.photo_worker import PhotoWorker
from fer_core.errors import ImageError
from fer_core.images import decode, structure
from fer_core.images.decoder import file_kind
from fer_core.recognition.photos import Photo
from fer_core.recognition.recognizer import Recognizer


def heic(picture: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(picture)).save(file, quality=90, **options)
    return file.getvalue()


PORTRAIT = heic(portrait())


def with_size(data: bytes, width: int, height: int) -> bytes:
    """The same file, whose items promise another size."""
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]


def with_items(data: bytes, count: int) -> bytes:
    at = data.index(b"iinf") + 8
    return data[:at] + struct.pack(">H", count) + data[at + 2 :]


def with_boxes(data: bytes, count: int) -> bytes:
    """The same file with empty boxes behind its first."""
    end = int.from_bytes(data[:4])
    return data[:end] + struct.pack(">I4s", 8, b"free") * count + data[end:]


def test_the_portrait_comes_through() -> None:
    assert file_kind(PORTRAIT) == "HEIC"
    picture = decode(PORTRAIT)
    assert picture.shape == (512, 512, 3) and picture.dtype == np.uint8
    assert np.abs(picture.astype(int) - portrait()).mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_its_orientation_is_applied_once(orientation: int) -> None:
    picture = Image.fromarray(portrait()[:300])
    exif = picture.getexif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    # `from_pillow` would turn the pixels itself, and tell decoders to turn them once more.
    raw = pillow_heif.from_bytes(picture.mode, picture.size, picture.tobytes())
    raw.save(file, quality=90, exif=exif.tobytes())
    expected = np.asarray(ImageOps.exif_transpose(picture)).astype(int)
    decoded = decode(file.getvalue())
    assert decoded.shape == expected.shape
    assert np.abs(decoded - expected).mean() < 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (with_size(PORTRAIT, 6_000, 5_000), "too large: 6000x5000"),
        (with_size(PORTRAIT, 2**31, 2**31), "too large"),
        (with_size(PORTRAIT, 12, 500), "too small: 12x500"),
        (with_items(PORTRAIT, 60_000), "1,000 items"),
        (with_boxes(PORTRAIT, 3_000), "2,000 boxes"),
        (PORTRAIT[: len(PORTRAIT) // 2], "cut off or damaged"),
        (PORTRAIT[:200], "cut off or damaged"),
    ],
)
def test_what_is_wrong_is_said_before_a_pixel_is_decoded(
    data: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "cut off" not in words:
        monkeypatch.setattr(pi_heif.HeifImageFile, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(ImageError, match=words):
        decode(data)


def test_its_cost_is_known_from_the_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "MAX_DECODE_BYTES", 10**12)
    found = structure.examine("HEIC", with_size(PORTRAIT, 5_712, 4_284))
    assert (found.width, found.height) == (5_712, 4_284)
    assert found.cost / 1e6 == pytest.approx(11 * 24.47, rel=0.01)
    assert found.cost < 300e6  # an iPhone's 24 megapixels fit


def test_random_damage_raises_nothing_else() -> None:
    random, refused = np.random.default_rng(4), 0
    for _ in range(60):
        damaged = bytearray(PORTRAIT)
        for place in random.integers(12, len(damaged), 6):
            damaged[place] = random.integers(0, 256)
        try:
            decode(bytes(damaged))
        except ImageError:
            refused += 1
    assert refused > 0


def test_the_apps_own_process_takes_it_too() -> None:
    worker = PhotoWorker()
    try:
        result = worker.analyze(Photo("a.heic", lambda: PORTRAIT), Recognizer.load())
    finally:
        worker.close()
    assert result.problem == ""
    assert result.size == decode(PORTRAIT).shape[1::-1]
