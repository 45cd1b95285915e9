"""A film's file → an open container with moving pictures, or why it is none.

PyAV reads it by its content: MP4, MOV, WebM, MKV and AVI. Other formats that FFmpeg knows are
refused, for some, such as playlists, open files and addresses that they name.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Final

from fer_core.errors import FilmError

ACCEPTED: Final = "MP4, MOV, WebM, MKV or AVI"
SAVE_AGAIN: Final = "Save it again, as MP4 for example."
SUFFIXES: Final = (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi")
MAX_PIXELS: Final = 8192 * 4352
"""Of a frame, about 36 million: 8K, also with the margins that some codecs add."""
MANY_PIXELS: Final = 4096 * 2304
"""Of a frame: of larger ones, of about 50 MB each, no more than needed are in memory."""
HEAD_BYTES: Final = 12
"""Of a file, by which `is_film_head` goes."""

_OPTIONS: Final = {"format_whitelist": "mov,matroska,avi"}
_PICTURES: Final = {b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1"}
"""Brands of photographs that are boxed as MP4 films are."""


def is_film(path: Path) -> bool:
    """Whether a file is a film by its name or, whatever its name is, by its first bytes.

    A file that cannot be read is none: who reads it next says so.
    """
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        if not path.is_file():  # a pipe would wait for ever
            return False
        with path.open("rb") as file:
            return is_film_head(file.read(HEAD_BYTES))
    except (OSError, ValueError):
        return False


def is_film_head(head: bytes) -> bool:
    """Whether a file that begins with these `HEAD_BYTES` is a film."""
    if head[4:8] == b"ftyp":
        return head[8:12] not in _PICTURES
    return (
        head.startswith(b"\x1aE\xdf\xa3")  # EBML: Matroska and WebM
        or (head[:4], head[8:12]) == (b"RIFF", b"AVI ")
        or head[4:8] in (b"moov", b"mdat")  # an old QuickTime film
    )


def pyav() -> Any:
    try:
        import av  # noqa: PLC0415 - only films need it, and an install may lack it
    except ImportError as error:
        raise FilmError(
            "Films need PyAV, which is not installed: pip install 'fer-expressions[app]'."
        ) from error
    return av


def opened(av: Any, source: str | Path | BinaryIO, name: str, stack: ExitStack) -> Any:
    """The container. Paths are opened here: FFmpeg would take some for addresses."""
    try:
        if isinstance(source, str | Path):
            if Path(source).exists() and not (Path(source).is_file() or Path(source).is_dir()):
                raise FilmError(f"{name} cannot be read: it is a pipe or device, not a file.")
            source = stack.enter_context(Path(source).open("rb"))  # noqa: SIM115
    except OSError as error:
        raise FilmError(f"{name} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:  # a path with a zero byte
        raise FilmError(f"{name!r} cannot be read: {error}.") from error
    try:
        return av.open(source, options=_OPTIONS, metadata_errors="replace")
    except (av.FFmpegError, OSError) as error:  # OSError: FFmpeg seeks where the file has nothing
        raise FilmError(
            f"{name} is no film that can be read: it is empty, damaged, cut off, or no {ACCEPTED}. "
            f"{SAVE_AGAIN}"
        ) from error


def pictures(container: Any, name: str) -> Any:
    """The first stream of moving pictures, ready to decode; a sound file's cover is none."""
    for stream in container.streams.video:
        if "attached_pic" not in (stream.disposition.name or ""):
            if stream.codec_context is None:
                raise FilmError(
                    f"The pictures of {name} are of a codec that is not known here. {SAVE_AGAIN}"
                )
            # A frame may be larger than the file said at its start.
            stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
            # Several frames at a time, where the codec can. Each thread holds a frame.
            stream.thread_type = "AUTO"
            pixels = stream.codec_context.width * stream.codec_context.height
            most = 4 if pixels <= MANY_PIXELS else 1
            stream.codec_context.thread_count = min(most, os.cpu_count() or 1)
            return stream
    sound = " It holds sound only." if container.streams.audio else ""
    raise FilmError(f"{name} has no moving pictures.{sound} Choose a film.")
