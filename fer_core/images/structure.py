"""What a picture's file will cost, told from its structure before anything is decoded.

A decoder works through whatever a file announces: thousands of empty scans over the same picture,
Exif in thousands of pieces, coefficients of a hundred megapixels. Such files are small, and take
minutes or gigabytes. Here their parts are counted, at the speed of a search through the bytes.

JPEG: ITU-T T.81, annex B. PNG: W3C PNG (third edition), chapter 5. WebP: RFC 9649.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from fer_core.errors import ImageError
from fer_core.images.heic_boxes import heic_size

MAX_PIXELS: Final = 25_000_000
MAX_JPEG_PIXELS: Final = 110_000_000
"""JPEG decodes at a half, quarter or eighth of its size, so it never needs that much memory."""
MAX_WEBP_PIXELS: Final = 16_000_000
"""Of WebP, libwebp and Pillow hold four copies at a time."""
MIN_SIDE: Final = 16
MAX_DECODE_BYTES: Final = 300_000_000
"""The most memory that decoding one picture may take."""

MOST: Final = {
    "scans": 64,  # usual progressive files have 10; jpegtran's longest scripts about 50
    "segments": 1_000,  # an ICC profile has up to 255, extended XMP some hundred
    "bytes of metadata": 4_000_000,  # Exif, which Pillow joins piece by piece
    "fill bytes": 64_000,  # 0xFF between the parts, of which one is enough
    "chunks": 20_000,  # a PNG of 25 megapixels in chunks of 8 KB has 10,000
    "boxes": 2_000,  # an iPhone's HEIC has about 40
    "items": 1_000,  # tiles of 512x512 pixels, of which 25 megapixels have 96
}
"""How many parts of each kind a file may have."""

ACCEPTED: Final = (
    f"Accepted: JPEG, PNG, WebP and HEIC of at least {MIN_SIDE}x{MIN_SIDE} pixels and at most "
    f"{MAX_PIXELS // 1_000_000} megapixels (JPEG: {MAX_JPEG_PIXELS // 1_000_000}, WebP: "
    f"{MAX_WEBP_PIXELS // 1_000_000})."
)
_LIMITS: Final = {
    "JPEG": MAX_JPEG_PIXELS, "PNG": MAX_PIXELS, "WebP": MAX_WEBP_PIXELS, "HEIC": MAX_PIXELS,
}  # fmt: skip

_RUN: Final = re.compile(rb"\xff+")
_ENDS_SCAN: Final = np.array([not (b == 0 or 0xD0 <= b <= 0xD7 or b == 0xFF) for b in range(256)])
"""What a byte behind 0xFF says: not stuffing, a restart marker or one more 0xFF."""
_WINDOW: Final = 1 << 16  # bytes
_SOI, _EOI, _SOS, _APP1 = 0xD8, 0xD9, 0xDA, 0xE1
_STANDALONE: Final = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE: Final = frozenset((0xC2, 0xC6, 0xCA, 0xCE))
_PICTURE: Final = 8  # bytes a pixel: Pillow's picture and the array, or the array and a turned one
_WEBP: Final = 17  # the same, with libwebp's two canvases and the bytes handed over
_HEIC: Final = 11  # the same, with libheif's planes and its RGB; of 24 megapixels 8 were measured


@dataclass(frozen=True, slots=True)
class Structure:
    """What a file's header and parts tell.

    Attributes:
        width: In pixels, as stored: before Exif's orientation.
        height: In pixels.
        cost: Bytes that decoding takes at most, the decoded picture included.
    """

    width: int
    height: int
    cost: int


def examine(kind: str, data: bytes) -> Structure:
    """Reads a file's structure and refuses what no camera or editor writes.

    Args:
        kind: "JPEG", "PNG", "WebP" or "HEIC".
        data: The whole file.

    Raises:
        ImageError: if the picture is too large or too small, takes too much memory, or has more
            parts than a real one.
        ValueError: if the file is cut off or no such file.
    """
    structure = {"JPEG": _jpeg, "PNG": _png, "WebP": _webp, "HEIC": _heic}[kind](data)
    _check_size(kind, structure)
    if structure.cost > MAX_DECODE_BYTES:
        raise ImageError(
            f"Decoding this {kind} file would take {structure.cost / 1e6:.0f} MB of memory, more "
            f"than the {MAX_DECODE_BYTES / 1e6:.0f} MB that are allowed. Save it as an ordinary "
            "(not progressive) JPEG, or at a smaller size."
        )
    return structure


def jpeg_divisor(width: int, height: int) -> int:
    """By how much a JPEG is made smaller while it is decoded: 1, 2, 4 or 8."""
    for divisor in (1, 2, 4):
        if -(-width // divisor) * -(-height // divisor) <= MAX_PIXELS:
            return divisor
    return 8


def _check_size(kind: str, structure: Structure) -> None:
    width, height = structure.width, structure.height
    if width * height > _LIMITS[kind]:
        raise ImageError(
            f"The picture is too large: {width}x{height} pixels, {width * height / 1e6:.2f} "
            f"megapixels. {ACCEPTED} Save it at a smaller size."
        )
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"The picture is too small: {width}x{height} pixels. {ACCEPTED} Use a larger one."
        )


class _Parts:
    """Counts a file's parts and refuses it once there are more than `MOST`."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._counts = Counter[str]()

    def add(self, what: str, count: int = 1) -> None:
        self._counts[what] += count
        if self._counts[what] > MOST[what]:
            raise ImageError(
                f"This {self._kind} file has more than {MOST[what]:,} {what}, as no camera or "
                "editor writes it. It is not opened. Save the picture again with an image editor."
            )


def _jpeg(data: bytes) -> Structure:
    parts = _Parts("JPEG")
    frame: tuple[int, bytes] | None = None  # marker and content of the frame's header
    at = 0
    # `search` for a run and the byte behind it in one pattern takes time by the run's square.
    while run := _RUN.search(data, at):
        parts.add("fill bytes", run.end() - run.start() - 1)
        at = run.end() + 1
        marker = data[run.end()] if run.end() < len(data) else _EOI
        if marker == _EOI:
            break
        if marker == 0:  # stuffing, which belongs into a scan
            parts.add("fill bytes")
            continue
        if marker in _STANDALONE:
            continue
        length = int.from_bytes(data[at : at + 2])
        if length < 2:
            raise ValueError("A segment of the JPEG file is shorter than its own length.")
        parts.add("segments")
        if marker == _APP1:
            parts.add("bytes of metadata", length)
        if marker in _FRAMES and frame is None:
            frame = marker, data[at + 2 : at + length]
        at += length
        if marker == _SOS:
            parts.add("scans")
            at = _scan_end(data, at)
    if frame is None:
        raise ValueError("The JPEG file has no frame.")
    return _jpeg_cost(*frame, len(data))


def _scan_end(data: bytes, at: int) -> int:
    """Where the 0xFF bytes before the marker begin that ends a scan's data; else the file's end.

    By NumPy, a window at a time: a regular expression takes ten times as long, and no other thread
    of the app runs meanwhile.
    """
    values = np.frombuffer(data, np.uint8)
    for start in range(at, len(values) - 1, _WINDOW):
        part = values[start : start + _WINDOW + 1]
        ends = _ENDS_SCAN[part[1:]] & (part[:-1] == 0xFF)
        if ends.any():
            marker = start + int(ends.argmax())
            return at + len(data[at : marker + 1].rstrip(b"\xff"))
    return len(data)


def _jpeg_cost(marker: int, frame: bytes, size: int) -> Structure:
    """The cost of a JPEG by its frame's header (T.81, B.2.2)."""
    if len(frame) < 6:
        raise ValueError("The frame of the JPEG file is incomplete.")
    height, width, components = (
        int.from_bytes(frame[1:3]),
        int.from_bytes(frame[3:5]),
        frame[5],
    )
    factors = [frame[7 + 3 * i] for i in range(components) if 7 + 3 * i < len(frame)]
    samples = [(f >> 4) * (f & 15) for f in factors]
    largest = max((f >> 4 for f in factors), default=1) * max((f & 15 for f in factors), default=1)
    divisor = jpeg_divisor(width, height)
    pixels = (width // divisor + 1) * (height // divisor + 1)
    cost = _PICTURE * pixels
    if marker in _PROGRESSIVE:  # libjpeg keeps the coefficients of all scans, 2 bytes each
        coefficients = 2 * width * height * sum(samples) // max(largest, 1)
        cost = max(cost, coefficients + 4 * pixels)
    return Structure(width, height, size + cost)


def _png(data: bytes) -> Structure:
    if data[12:16] != b"IHDR" or len(data) < 29:
        raise ValueError("The PNG file does not begin with its header.")
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    parts = _Parts("PNG")
    at = 8
    while at + 8 <= len(data):
        length, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        parts.add("chunks")
        at += 12 + length
        if name == b"IEND":
            break
    return Structure(width, height, len(data) + _PICTURE * width * height)


def _webp(data: bytes) -> Structure:
    width, height = _webp_size(data)
    parts = _Parts("WebP")
    at = 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        parts.add("chunks")
        at += 8 + length + (length & 1)
    return Structure(width, height, len(data) + _WEBP * width * height)


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


def _heic(data: bytes) -> Structure:
    width, height = heic_size(data, _Parts("HEIC").add)
    return Structure(width, height, len(data) + _HEIC * width * height)


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
