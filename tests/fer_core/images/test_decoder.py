"""The decoder: every accepted kind, and one typed error for the rest."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from fer_core import images
from fer_core.errors import ImageError, InputError

COLOR = (200, 30, 40)
HALF_ON_WHITE = (227, 142, 147)  # COLOR at an alpha of 128, laid on white


def encode(picture: Image.Image | np.ndarray, kind: str, **options: object) -> bytes:
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def plain(mode: str = "RGB", size: tuple[int, int] = (40, 30)) -> Image.Image:
    return Image.new("RGB", size, COLOR).convert(mode)


def clear(mode: str = "RGBA") -> Image.Image:
    return Image.new("RGBA", (40, 30), (*COLOR, 128)).convert(mode)


def noise(height: int = 90, width: int = 120) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), dtype=np.uint8)


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises a size and holds no pixel."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    idat = b"IDAT" + zlib.compress(b"")
    chunks += struct.pack(">I", len(idat) - 4) + idat + struct.pack(">I", zlib.crc32(idat))
    return b"\x89PNG\r\n\x1a\n" + chunks


def webp_header(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00" + b"\x00" * 4 + canvas


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda data: memoryview(data)[::1]])
def test_any_bytes_like_object_is_decoded(kind: Callable[[bytes], bytes]) -> None:
    image = images.decode(kind(encode(plain(), "PNG")))
    assert (image == COLOR).all()


@pytest.mark.parametrize("data", [None, "face.jpg", Path("face.jpg"), io.BytesIO(), 5])
def test_what_is_no_bytes_is_told(data: object) -> None:
    with pytest.raises(InputError, match=rf"read_bytes.*Received: {type(data).__name__}"):
        images.decode(data)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "pixel"),
    [
        (encode(plain(), "JPEG", quality=95), COLOR),
        (encode(plain(), "JPEG", quality=95, progressive=True), COLOR),
        (encode(plain("CMYK"), "JPEG", quality=95), COLOR),
        (encode(plain("L"), "JPEG", quality=95), (82, 82, 82)),
        (encode(plain(), "PNG"), COLOR),
        (encode(plain("L"), "PNG"), (82, 82, 82)),
        (encode(plain("P"), "PNG"), (204, 51, 51)),  # the nearest of the web palette
        (encode(Image.new("1", (40, 30), 1), "PNG"), (255, 255, 255)),
        (encode(clear(), "PNG"), HALF_ON_WHITE),
        (encode(clear("LA"), "PNG"), (168, 168, 168)),
        (encode(clear("P"), "PNG"), HALF_ON_WHITE),
        (encode(plain(), "PNG", transparency=COLOR), (255, 255, 255)),
        (encode(plain(), "WEBP", quality=95), COLOR),
        (encode(plain(), "WEBP", lossless=True), COLOR),
        (encode(clear(), "WEBP", lossless=True), HALF_ON_WHITE),
    ],
)
def test_every_mode_becomes_rgb(data: bytes, pixel: tuple[int, int, int]) -> None:
    image = images.decode(data)
    assert image.shape == (30, 40, 3)
    assert image.dtype == np.uint8
    assert np.abs(image[15, 20].astype(int) - pixel).max() <= 2


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("more", [{}, {"default_image": True}])
def test_of_an_animation_the_first_frame(kind: str, more: dict[str, bool]) -> None:
    if kind == "WEBP" and more:
        pytest.skip("WebP has no default image")
    frames = [Image.new("RGB", (32, 32), color) for color in ("red", "blue", "lime")]
    data = encode(frames[0], kind, save_all=True, append_images=frames[1:], **more)
    assert np.abs(images.decode(data)[8, 8].astype(int) - (255, 0, 0)).max() <= 2


def test_16_bit_gray_is_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 32 * 32).reshape(32, 32).astype(np.uint16)
    image = images.decode(encode(ramp, "PNG"))
    expected = np.round(ramp / 257).astype(np.uint8)
    assert (image == expected[..., None]).all()
    # tRNS, the second byte pair of which Pillow keeps: one value of 65,536 is transparent
    transparent = encode(Image.fromarray(np.full((16, 16), 300, np.uint16)), "PNG")
    at = transparent.index(b"IDAT") - 4
    chunk = b"tRNS" + struct.pack(">H", 300)
    chunk = struct.pack(">I", 2) + chunk + struct.pack(">I", zlib.crc32(chunk))
    assert (images.decode(transparent[:at] + chunk + transparent[at:]) == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_orientation_is_applied(orientation: int, kind: str) -> None:
    picture = Image.fromarray(np.arange(20 * 30 * 3, dtype=np.uint8).reshape(20, 30, 3))
    exif = picture.getexif()
    exif[0x0112] = orientation
    data = encode(picture, kind, exif=exif.tobytes())
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    assert (images.decode(data) == np.asarray(expected)).all()


def test_damaged_exif_does_not_cost_the_picture() -> None:
    data = encode(plain(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7f")
    assert images.decode(data).shape == (30, 40, 3)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"hello, world", "not a picture"),
        (b"<!DOCTYPE html><html><svg></svg></html>", "not a picture"),
        (encode(plain(), "GIF"), "GIF files are not supported"),
        (encode(plain(), "TIFF"), "TIFF files are not supported"),
        (encode(plain(), "BMP"), "BMP files are not supported"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIC file is cut off or damaged"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avif", "AVIF files are not supported"),
        (b"\x00\x00\x00\x20ftypavif\x00\x00\x00\x00", "AVIF files are not supported"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x00\x00", "Video files are not supported"),
        (b"%PDF-1.7\n", "PDF files are not supported"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG files are not supported"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a -->\n<svg/>', "SVG files are not supported"),
        (encode(plain(size=(15, 300)), "PNG"), "too small: 15x300"),
        (encode(plain(size=(300, 15)), "JPEG"), "too small: 300x15"),
        (png_header(30_000, 30_000), "too large: 30000x30000 pixels, 900.00 megapixels"),
        (png_header(5_001, 5_000), "too large: 5001x5000"),
        (webp_header(16_000, 16_000), "too large: 16000x16000"),
        (b"\xff\xd8\xff", "JPEG file is cut off or damaged"),
        (b"\x89PNG\r\n\x1a\n", "PNG file is cut off or damaged"),
        (b"RIFF\x00\x00\x00\x00WEBP", "WebP file is cut off or damaged"),
    ],
)
def test_one_error_says_what_is_wrong_and_what_is_accepted(data: bytes, words: str) -> None:
    with pytest.raises(ImageError) as raised:
        images.decode(data)
    message = str(raised.value)
    assert words in message
    assert "Accepted: JPEG, PNG, WebP and HEIC" in message
    assert message.endswith(".")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_cut_anywhere_is_refused(kind: str) -> None:
    data = encode(noise(), kind)
    cuts = {*range(1, len(data), len(data) // 40), *(len(data) - n for n in range(1, 20))}
    for cut in cuts:
        with pytest.raises(ImageError):
            images.decode(data[:cut])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_random_damage_raises_nothing_else(kind: str) -> None:
    data = encode(noise(40, 40), kind)
    random = np.random.default_rng(11)
    refused = 0
    for _ in range(150):
        damaged = bytearray(data)
        for place in random.integers(12, len(data), 4):
            damaged[place] = random.integers(0, 256)
        try:
            assert images.decode(bytes(damaged)).dtype == np.uint8
        except ImageError:
            refused += 1
    assert refused > 0


@pytest.mark.parametrize(
    ("size", "shape"), [((11_000, 9_000), (4_500, 5_500, 3)), ((12_000, 9_000), (2_250, 3_000, 3))]
)
def test_a_telephones_jpeg_is_decoded_at_a_fraction_without_a_warning(
    size: tuple[int, int], shape: tuple[int, int, int]
) -> None:
    data = encode(Image.new("L", size, 120), "JPEG", quality=20)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image = images.decode(data)
    assert image.shape == shape
    assert abs(int(image[2_000, 2_000, 0]) - 120) <= 2
    header = bytearray(data)
    at = header.index(b"\xff\xc0") + 5
    header[at : at + 4] = struct.pack(">HH", 10_000, 11_001)
    with pytest.raises(ImageError, match="too large: 11001x10000"):
        images.decode(bytes(header))


def test_decoding_is_the_same_from_many_threads() -> None:
    files = [encode(noise(60 + n, 80), kind) for n in range(4) for kind in ("JPEG", "PNG", "WEBP")]
    alone = [images.decode(data) for data in files]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(images.decode, files * 8))
    assert all((a == b).all() for a, b in zip(alone * 8, together, strict=True))


def test_gray_keeps_gray_and_weighs_color_by_bt601() -> None:
    gray = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, axis=2)
    assert (images.to_gray(gray) == gray[..., 0]).all()
    color = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    assert images.to_gray(color).tolist() == [[76, 150, 29]]
