"""A film's file → its frames, each at its presentation time, upright, one in memory at a time.

PyAV reads it by its content: MP4, MOV, WebM, MKV and AVI. Other formats that FFmpeg knows are
refused, for some, such as playlists, open files and addresses that they name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path, PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

import numpy as np

from fer_core.errors import FilmError
from fer_core.types import RGBImage
from fer_core.video.film.values import FilmFrame, FilmInfo

if TYPE_CHECKING:
    import av
    from av.container import InputContainer

    from fer_core.video.film.settings import FilmSettings

ACCEPTED: Final = "MP4, MOV, WebM, MKV or AVI"
SUFFIXES: Final = (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi")
MAX_PIXELS: Final = 8192 * 4352
"""Of a frame, about 36 million: 8K, also with the margins that some codecs add."""

_OPTIONS: Final = {"format_whitelist": "mov,matroska,avi"}
_PICTURES: Final = {b"avif", b"avis", b"heic", b"heix", b"hevc", b"mif1", b"msf1"}
"""Brands of photographs that are boxed as MP4 films are."""
_CUT_OFF: Final = 1.0
"""Seconds by which the frames may end before the file says they do: sound may be longer."""


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
            head = file.read(12)
    except (OSError, ValueError):
        return False
    if head[4:8] == b"ftyp":
        return head[8:12] not in _PICTURES
    return (
        head.startswith(b"\x1aE\xdf\xa3")  # EBML: Matroska and WebM
        or (head[:4], head[8:12]) == (b"RIFF", b"AVI ")
        or head[4:8] in (b"moov", b"mdat")  # an old QuickTime film
    )


class Film:
    """An open film; to be used in a `with`, once.

    Args:
        source: A path, or a binary file that can seek.
        name: What it is called in results; the path's last part by default.

    Raises:
        FilmError: it is missing, no film, without pictures, too large, or PyAV is not installed.
    """

    info: FilmInfo

    def __init__(self, source: str | Path | BinaryIO, name: str | None = None) -> None:
        self._av = _pyav()
        self.damaged = 0
        self.last_time: float | None = None
        self._whole = False
        path = source if isinstance(source, str | Path) else getattr(source, "name", "")
        self.name = name if name is not None else PurePath(str(path)).name
        with ExitStack() as stack:
            self._container: InputContainer = stack.enter_context(
                _opened(self._av, source, self._called(), stack)
            )
            self._stream = _pictures(self._container, self._called())
            self.info = self._read_info()
            self._origin = (self._container.start_time or 0) / 1e6
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def frames(self, settings: FilmSettings) -> Iterator[FilmFrame]:
        """The frames that are to be analysed.

        All up to `settings.end` are decoded, so that their numbers are the same whatever `start`
        is. The first frame of each `1 / rate` seconds is yielded. One that is not later than the
        frame before it has its number, but is never yielded.

        Raises:
            FilmError: no frame can be decoded, or none lies within start and end.
        """
        self.damaged, self._whole = 0, False
        slot, found = -1, False
        before: float | None = None
        for index, frame in enumerate(self._decoded()):
            time = self._time(frame, before)
            if before is not None and time <= before:
                continue
            if settings.end is not None and time >= settings.end:
                break
            self.last_time = before = time
            if time >= settings.start and (new := settings.slot(time, index)) > slot:
                slot, found = new, True
                yield FilmFrame(index, time, _upright(frame))
        else:
            self._whole = True
        if before is None:
            raise FilmError(f"{self._called()} holds no frame that can be decoded: it is damaged.")
        if not found:
            raise FilmError(
                f"{self._called()} has no frame between start and end: the last one before is at "
                f"{before:.2f} s. Choose an earlier start, or a later end."
            )

    @property
    def note(self) -> str:
        """After `frames`: what was amiss with the file, in words; "" if nothing was."""
        notes = []
        if self.damaged:
            notes.append(f"Damaged places that were left out: {self.damaged}.")
        ends, last = self.info.duration, self.last_time
        if self._whole and ends is not None and last is not None and ends - last > _CUT_OFF:
            notes.append(
                f"Its last frame is at {last:.1f} s, though the file speaks of {ends:.1f} s: "
                "it may be cut off."
            )
        return " ".join(notes)

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """Every frame; what cannot be decoded is counted and passed over."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
                frames = packet.decode() if packet is not None else []
            except self._av.error.EOFError:
                return
            except (self._av.FFmpegError, OSError):
                self.damaged += 1
                if self.damaged > _MOST_DAMAGED:
                    return
                continue
            if packet is None:
                return
            yield from (f for f in frames if isinstance(f, self._av.VideoFrame))

    def _time(self, frame: av.VideoFrame, before: float | None) -> float:
        if frame.pts is not None and frame.time_base is not None:
            return float(frame.pts * frame.time_base) - self._origin
        # Some damaged files have frames without a time: as if they followed at the usual rate.
        return 0.0 if before is None else before + 1 / (self.info.frames_per_second or 25)

    def _read_info(self) -> FilmInfo:
        stream, container = self._stream, self._container
        width, height = stream.codec_context.width, stream.codec_context.height
        if width * height > MAX_PIXELS:
            raise FilmError(
                f"{self._called()} has frames of {width}x{height} pixels. Films up to 8K "
                "(7680x4320) are taken: save it smaller."
            )
        if stream.duration is not None and stream.time_base is not None:
            end = ((stream.start_time or 0) + stream.duration) * stream.time_base
            duration: float | None = float(end) - (container.start_time or 0) / 1e6
        else:
            duration = None if container.duration is None else self._container_seconds()
        rate = stream.average_rate
        return FilmInfo(
            name=self.name,
            container=container.format.name,
            codec=stream.codec_context.name,
            width=width,
            height=height,
            duration=duration,
            frames_per_second=float(rate) if rate else None,
            sound=bool(container.streams.audio),
        )

    def _container_seconds(self) -> float:
        container = self._container
        seconds = (container.duration or 0) / 1e6
        if "matroska" in container.format.name:  # counts from 0, not from its first frame
            seconds -= (container.start_time or 0) / 1e6
        return seconds

    def _called(self) -> str:
        return self.name or "The film"


_MOST_DAMAGED: Final = 1000
"""Packets that cannot be decoded after which the rest of a film is given up."""


def _pyav() -> Any:
    try:
        import av  # noqa: PLC0415 - only films need it, and an install may lack it
    except ImportError as error:
        raise FilmError(
            "Films need PyAV, which is not installed: pip install 'fer-expressions[app]'."
        ) from error
    return av


def _opened(av: Any, source: str | Path | BinaryIO, name: str, stack: ExitStack) -> Any:
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
            "Save it again, as MP4 for example."
        ) from error


def _pictures(container: Any, name: str) -> Any:
    """The first stream of moving pictures, ready to decode; a sound file's cover is none."""
    for stream in container.streams.video:
        if "attached_pic" not in (stream.disposition.name or ""):
            if stream.codec_context is None:
                raise FilmError(f"The pictures of {name} are of a codec that is not known here.")
            # A frame may be larger than the file said at its start.
            stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
            return stream
    sound = " It holds sound only." if container.streams.audio else ""
    raise FilmError(f"{name} has no moving pictures.{sound} Choose a film.")


def _upright(frame: av.VideoFrame) -> RGBImage:
    image = frame.to_ndarray(format="rgb24")
    turns = round(frame.rotation / 90) % 4  # a telephone turns by quarters, counter-clockwise
    return np.ascontiguousarray(np.rot90(image, turns))
