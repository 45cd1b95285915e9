"""Bytes → picture: the only decoder of the project.

Pillow alone decodes, with the four plug-ins below and no other. `cv2.imdecode` judges no size
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
import pi_heif
from pi_heif import HeifImageFile
from PIL import ExifTags, Image, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from fer_core.errors import ImageError, InputError
from fer_core.images.structure import ACCEPTED, examine, jpeg_divisor
from fer_core.types import GrayImage, RGBImage

# The plug-ins are called directly rather than through Image.open: it warns of every picture above
# Pillow's own limit, and warnings can only be silenced for all threads at once.
_PLUGINS: Final[Mapping[str, Callable[[io.BytesIO], ImageFile.ImageFile]]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WebP": WebPImageFile,
    "HEIC": HeifImageFile,
}
# Only the picture itself is of use, and a thread more takes the same processor time.
pi_heif.options.DECODE_THREADS = 1
pi_heif.options.THUMBNAILS = pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = False

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
        ("AVIF", rb"....ftyp(avi[fs]|mif1....(....){0,9}?avif)"),
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

_TRANSPOSITIONS: Final[Mapping[int, Callable[[RGBImage], RGBImage]]] = {
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.transpose(1, 0, 2),
    6: lambda p: p[::-1].transpose(1, 0, 2),
    7: lambda p: p[::-1, ::-1].transpose(1, 0, 2),
    8: lambda p: p[:, ::-1].transpose(1, 0, 2),
}
"""EXIF's orientations, each with the turn that undoes it."""
_STRIP: Final = 256  # rows

_SIXTEEN_TO_EIGHT_BITS: Final = ((np.arange(65_536) + 128) // 257).astype(np.uint8)


def decode(data: bytes | bytearray | memoryview) -> RGBImage:
    """Decodes a JPEG, PNG, WebP or HEIC file, recognised by its content.

    EXIF orientation is applied, transparency is laid on white, of an animation the first frame is
    taken, and all metadata is dropped. Safe to call from several threads.

    Args:
        data: The whole file; any bytes-like object, an `mmap` too.

    Returns:
        (height, width, 3) uint8 RGB, of at most 25 megapixels. A JPEG above that is decoded at the
        largest of a half, a quarter or an eighth of its size that fits.

    Raises:
        ImageError: the file is empty, cut off, damaged, no picture, of another kind, too large or
            too small, or has parts as no camera or editor writes them.
        InputError: `data` is no bytes-like object.
    """
    data = _as_bytes(data)
    kind = supported_kind(data)
    # A decoder meets hostile bytes here, and Pillow's raise struct.error, KeyError, SyntaxError,
    # ValueError, MemoryError and more: to the user all of them mean the same.
    try:
        examine(kind, data)
        picture = _PLUGINS[kind](io.BytesIO(data))
        divisor = jpeg_divisor(*picture.size)
        if divisor > 1:
            picture.draft(None, (picture.width // divisor, picture.height // divisor))
        picture.load()
        _check_end(kind, data)
        orientation = _orientation(picture)
        pixels = _to_array(picture)
        picture.close()  # before the turned copy is made
        return _turn_upright(pixels, orientation)
    except ImageError:
        raise
    except Exception as error:
        raise ImageError(
            f"This {kind} file is cut off or damaged. {ACCEPTED} Download or save it again."
        ) from error


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
            "Expected: the bytes of a JPEG, PNG, WebP or HEIC file, as Path(...).read_bytes() "
            f"returns them. Received: {type(data).__name__}"
        ) from None


def supported_kind(data: bytes) -> str:
    """ "JPEG", "PNG", "WebP" or "HEIC".

    Raises:
        ImageError: the file is empty, no picture, or of another kind.
    """
    kind = file_kind(data)
    if kind is None:
        what = "This file is not a picture." if data else "The file is empty."
        raise ImageError(f"{what} {ACCEPTED} Choose another file.")
    if kind not in _PLUGINS:
        raise ImageError(
            f"{kind} files are not supported. {ACCEPTED} Save the picture as JPEG or PNG."
        )
    return kind


def _check_end(kind: str, data: bytes) -> None:
    """Pillow accepts a PNG that was cut off after its last pixel."""
    if kind == "PNG" and _PNG_END not in data:
        raise ValueError("The PNG file has no end.")


def _to_array(picture: Image.Image) -> RGBImage:
    """The pixels as RGB, strip by strip: a whole second picture would take 4 bytes a pixel."""
    pixels = np.empty((picture.height, picture.width, 3), np.uint8)
    for top in range(0, picture.height, _STRIP):
        bottom = min(top + _STRIP, picture.height)
        strip = to_rgb(picture.crop((0, top, picture.width, bottom)))
        pixels[top:bottom] = np.asarray(strip)
    return pixels


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


def _turn_upright(pixels: RGBImage, orientation: int) -> RGBImage:
    turn = _TRANSPOSITIONS.get(orientation)
    return pixels if turn is None else np.ascontiguousarray(turn(pixels))
