"""Small files that would cost a decoder minutes or gigabytes, made when a test asks for them.

Each is what the named standard allows, so that a decoder works through it in earnest.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image

SOI, EOI = b"\xff\xd8", b"\xff\xd9"


def picture(kind: str, side: int = 64, mode: str = "RGB", **options: object) -> bytes:
    """An ordinary file of soft noise."""
    bands = len(Image.new(mode, (1, 1)).getbands())
    noise = np.random.default_rng(1).integers(0, 256, (side // 8, side // 8, bands), np.uint8)
    small = Image.merge(mode, [Image.fromarray(noise[..., i].copy()) for i in range(bands)])
    file = io.BytesIO()
    small.resize((side, side)).save(file, kind, **options)
    return file.getvalue()


def segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def with_size(jpeg: bytes, width: int, height: int) -> bytes:
    """The same JPEG, whose frame promises another size."""
    for marker in (b"\xff\xc0", b"\xff\xc2"):
        at = jpeg.find(marker)
        if at >= 0:
            return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]
    raise ValueError("no frame")


def scans(count: int, side: int = 64) -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    data = picture("JPEG", side, progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last : -len(EOI)] * count + EOI


def empty_scans(count: int) -> bytes:
    """A progressive JPEG of 25 megapixels with scans that hold nothing."""
    data = with_size(picture("JPEG", progressive=True), 5_000, 5_000)
    first = data.index(b"\xff\xda")
    return data[:first] + segment(0xDA, b"\x01\x01\x00\x01\x05\x00") * count + EOI


def exif_pieces(count: int, size: int = 1_000) -> bytes:
    data = picture("JPEG")
    return SOI + segment(0xE1, b"Exif\x00\x00" + bytes(size)) * count + data[2:]


def segments(count: int) -> bytes:
    data = picture("JPEG")
    return SOI + segment(0xFE, b"") * count + data[2:]


def fill_bytes(count: int) -> bytes:
    data = picture("JPEG")
    return SOI + b"\xff" * count + data[2:]


def png_chunks(count: int) -> bytes:
    data = picture("PNG")
    at = 33  # behind IHDR
    content = b"tEXt" + b"a\x00b"
    chunk = struct.pack(">I", 3) + content + struct.pack(">I", zlib.crc32(content))
    return data[:at] + chunk * count + data[at:]


def webp_chunks(count: int) -> bytes:
    body = b"VP8X\x0a\x00\x00\x00" + bytes(4) + (63).to_bytes(3, "little") * 2
    body += b"XXXX\x00\x00\x00\x00" * count
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webp_canvas(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00" + bytes(4) + canvas


def npz(how: str) -> bytes:
    """An `.npz` of one array that is "encrypted", a "bomb" of zeros, or of a "false size"."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("arr_0.npy", "w") as member:
            size = {"false size": 2**40, "bomb": 2**27 + 1, "encrypted": 1}[how]
            head = {"descr": "<f8", "fortran_order": False, "shape": (size,)}
            np.lib.format.write_array_header_1_0(member, head)
            for _ in range(2**10 + 1 if how == "bomb" else 1):
                member.write(bytes(2**20))
        if how == "encrypted":
            archive.filelist[0].flag_bits |= 1
    return file.getvalue()
