"""Bytes → picture: the only decoder of the project.

Pillow alone decodes, with the three plug-ins below and no other. `cv2.imdecode` judges no size
before it allocates, and applies EXIF orientation when Pillow does not: two decoders would not
agree about the same file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from typing import Final

import cv2
import numpy as np
from PIL import ExifTags, Image, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from fer_core.errors import ImageError, InputError
from fer_core.types import GrayImage, RGBImage

MAX_PIXELS: Final = 25_000_000
MAX_JPEG_PIXELS: Final = 100_000_000
"""JPEG decodes at a half, quarter or eighth of its size, so it never needs that much memory."""
MIN_SIDE: Final = 16

ACCEPTED: Final = (
    f"Accepted: JPEG, PNG and WebP of at least {MIN_SIDE}x{MIN_SIDE} pixels and at most "
    f"{MAX_PIXELS // 1_000_000} megapixels (JPEG: {MAX_JPEG_PIXELS // 1_000_000})."
)

# The plug-ins are called directly rather than through Image.open: it warns of every picture above
# Pillow's own limit, and warnings can only be silenced for all threads at once.
_PLUGINS: Final[Mapping[str, Callable[[io.BytesIO], ImageFile.ImageFile]]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WebP": WebPImageFile,
}

# Each pattern matches at the first byte. Their order matters: HEIC and AVIF are ISO media files.
_SIGNATURES: Final = tuple(
    (kind, re.compile(pattern, re.DOTALL | re.IGNORECASE if kind == "SVG" else re.DOTALL))
    for kind, pattern in (
        ("JPEG", rb"\xff\xd8\xff"),
        ("PNG", rb"\x89PNG\r\n\x1a\n"),
        ("WebP", rb"RIFF....WEBP"),
        ("GIF", rb"GIF8[79]a"),
        ("TIFF", rb"II[*+]\x00|MM\x00[*+]"),
        ("BMP", rb"BM....\x00\x00\x00\x00"),
        ("AVIF", rb"....ftypavi[fs]"),
        ("HEIC", rb"....ftyp(hei[cmsx]|hev[cmsx]|mif1|msf1)"),
        ("Video", rb"....ftyp|\x1aE\xdf\xa3"),
        ("PDF", rb"%PDF-"),
        ("JPEG XL", rb"\xff\x0a|\x00\x00\x00\x0cJXL "),
        ("JPEG 2000", rb"\xff\x4f\xff\x51|\x00\x00\x00\x0cjP  "),
        ("Icon (ICO)", rb"\x00\x00\x01\x00"),
        ("SVG", rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml.*?)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE\s+svg|<svg)"),
    )
)
_SIGNATURE_BYTES: Final = 1024
_PNG_END: Final = b"IEND\xaeB`\x82"

_TRANSPOSITIONS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_SIXTEEN_TO_EIGHT_BITS: Final = ((np.arange(65_536) + 128) // 257).astype(np.uint8)


def decode(data: bytes | bytearray | memoryview) -> RGBImage:
    """Decodes a JPEG, PNG or WebP file, recognised by its content.

    EXIF orientation is applied, transparency is laid on white, of an animation the first frame is
    taken, and all metadata is dropped. Safe to call from several threads.

    Args:
        data: The whole file; any bytes-like object, an `mmap` too.

    Returns:
        (height, width, 3) uint8 RGB, of at most 25 megapixels. A JPEG above that is decoded at the
        largest of a half, a quarter or an eighth of its size that fits.

    Raises:
        ImageError: the file is empty, cut off, damaged, no picture, of another kind, too large or
            too small.
        InputError: `data` is no bytes-like object.
    """
    data = _as_bytes(data)
    kind = _supported_kind(data)
    # A decoder meets hostile bytes here, and Pillow's raise struct.error, KeyError, SyntaxError,
    # ValueError, MemoryError and more: to the user all of them mean the same.
    try:
        if kind == "WebP":
            # Its plug-in hands the whole file to libwebp, which allocates the canvas at once.
            _check_size(kind, _webp_size(data))
        picture = _PLUGINS[kind](io.BytesIO(data))
        _check_size(kind, picture.size)
        _reduce(picture)
        picture.load()
        _check_end(kind, data)
        upright = _turn_upright(to_rgb(picture), _orientation(picture))
    except ImageError:
        raise
    except Exception as error:
        raise ImageError(
            f"This {kind} file is cut off or damaged. {ACCEPTED} Download or save it again."
        ) from error
    return np.array(upright)


def to_rgb(picture: Image.Image) -> Image.Image:
    """A PIL image of any mode as RGB: transparency is laid on white, 16 bits are scaled to 8."""
    if picture.mode.startswith("I"):
        return _from_16_bits(picture)
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(layer, mask=layer.getchannel("A"))
        return paper
    return picture.convert("RGB")


def to_gray(image: RGBImage) -> GrayImage:
    """Luma by ITU-R BT.601: (height, width, 3) RGB uint8 → (height, width) uint8.

    A picture whose three channels are equal keeps their exact values.
    """
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def file_kind(data: bytes) -> str | None:
    """What a file is by its first bytes: "JPEG", "PNG", "GIF" …, or None for no known kind."""
    head = data[:_SIGNATURE_BYTES]
    return next((kind for kind, pattern in _SIGNATURES if pattern.match(head)), None)


def _as_bytes(data: object) -> bytes:
    if isinstance(data, bytes):
        return data
    try:
        return memoryview(data).tobytes()  # type: ignore[arg-type]
    except TypeError:
        raise InputError(
            "Expected: the bytes of a JPEG, PNG or WebP file, as Path(...).read_bytes() returns "
            f"them. Received: {type(data).__name__}"
        ) from None


def _supported_kind(data: bytes) -> str:
    if not data:
        raise ImageError(f"The file is empty. {ACCEPTED} Choose another file.")
    kind = file_kind(data)
    if kind is None:
        raise ImageError(f"This file is not a picture. {ACCEPTED} Choose another file.")
    if kind not in _PLUGINS:
        raise ImageError(
            f"{kind} files are not supported. {ACCEPTED} Save the picture as JPEG or PNG."
        )
    return kind


def _check_size(kind: str, size: tuple[int, int]) -> None:
    width, height = size
    limit = MAX_JPEG_PIXELS if kind == "JPEG" else MAX_PIXELS
    if width * height > limit:
        raise ImageError(
            f"The picture is too large: {width}x{height} pixels, {width * height / 1e6:.2f} "
            f"megapixels. {ACCEPTED} Save it at a smaller size."
        )
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"The picture is too small: {width}x{height} pixels. {ACCEPTED} Use a larger one."
        )


def _webp_size(data: bytes) -> tuple[int, int]:
    """The canvas by the header alone (RFC 9649, sections 2.5 to 2.7)."""
    chunk, body = data[12:16], data[20:30]
    if len(body) < 10:
        raise ValueError("The header of the WebP file is incomplete.")
    if chunk == b"VP8X":
        return _little(body[4:7]) + 1, _little(body[7:10]) + 1
    if chunk == b"VP8L":
        bits = _little(body[1:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        return _little(body[6:8]) & 0x3FFF, _little(body[8:10]) & 0x3FFF
    raise ValueError(f"Unknown first chunk of a WebP file. Received: {chunk!r}")


def _check_end(kind: str, data: bytes) -> None:
    """Pillow accepts a PNG that was cut off after its last pixel."""
    if kind == "PNG" and _PNG_END not in data:
        raise ValueError("The PNG file has no end.")


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _reduce(picture: ImageFile.ImageFile) -> None:
    """Sets a JPEG above the limit to be decoded at a fraction of its size."""
    width, height = picture.size
    for divisor in (1, 2, 4, 8):
        if -(-width // divisor) * -(-height // divisor) <= MAX_PIXELS:
            break
    if divisor > 1:
        picture.draft(None, (width // divisor, height // divisor))


def _from_16_bits(picture: Image.Image) -> Image.Image:
    """Pillow's own conversion would clip at 255."""
    values = np.asarray(picture).astype(np.uint16)
    gray = _SIXTEEN_TO_EIGHT_BITS[values]
    clear = picture.info.get("transparency")
    if clear is not None:
        gray[values == clear] = 255
    return Image.fromarray(gray).convert("RGB")


def _orientation(picture: Image.Image) -> int:
    """EXIF's orientation, 1 to 8; 1 (upright) if the metadata is damaged."""
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # Broken metadata is common, and no reason to refuse a picture that is whole.
        return 1


def _turn_upright(picture: Image.Image, orientation: int) -> Image.Image:
    transposition = _TRANSPOSITIONS.get(orientation)
    return picture if transposition is None else picture.transpose(transposition)
