"""A film's file → its frames, each at its presentation time, upright, one in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path, PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

import numpy as np

from fer_core.errors import FilmError
from fer_core.types import RGBImage
from fer_core.video.film.opening import MAX_PIXELS, SAVE_AGAIN, opened, pictures, pyav
from fer_core.video.film.values import FilmFrame, FilmInfo

if TYPE_CHECKING:
    import av
    from av.container import InputContainer

    from fer_core.video.film.settings import FilmSettings

_CUT_OFF: Final = 1.0
"""Seconds by which the frames may end before the file says they do: sound may be longer."""
_MOST_DAMAGED: Final = 1000
"""Packets that cannot be decoded after which the rest of a film is given up."""


Played = tuple[int, float, Any]
"""(number, seconds, av.VideoFrame), or (-1, seconds, av.Packet) of sound."""


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
        self._av = pyav()
        self.damaged = 0
        self.last_time: float | None = None
        self._whole = False
        path = source if isinstance(source, str | Path) else getattr(source, "name", "")
        self.name = name if name is not None else PurePath(str(path)).name
        with ExitStack() as stack:
            self._container: InputContainer = stack.enter_context(
                opened(self._av, source, self._called(), stack)
            )
            self._stream = pictures(self._container, self._called())
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
        slot, found = -1, False
        for index, time, frame in self.played(settings.end):
            if time >= settings.start and (new := settings.slot(time, index)) > slot:
                slot, found = new, True
                yield FilmFrame(index, time, upright(frame))
        if not found:
            raise FilmError(
                f"{self._called()} has no frame between start and end: the last one before is at "
                f"{self.last_time or 0:.2f} s. Choose an earlier start, or a later end."
            )

    def played(self, end: float | None = None, sound: bool = False) -> Iterator[Played]:
        """All frames before `end` that are later than the one before them, not yet upright.

        Args:
            sound: Whether the packets of its sound come, too, among the frames, undecoded.

        Yields:
            (number among all decoded frames, seconds from the film's start, frame), or
            (-1, seconds, packet of sound).

        Raises:
            FilmError: no frame can be decoded.
        """
        self.damaged, self._whole, self.last_time = 0, False, None
        index = -1
        for piece in self._decoded(self.sound if sound else None):
            if isinstance(piece, self._av.Packet):
                yield -1, self._seconds(piece), piece
                continue
            index += 1
            time = self._time(piece)
            if self.last_time is not None and time <= self.last_time:
                continue
            if end is not None and time >= end:
                break
            self.last_time = time
            yield index, time, piece
        else:
            self._whole = True
        if self.last_time is None:
            raise FilmError(
                f"{self._called()} holds no frame that can be decoded: it is damaged. {SAVE_AGAIN}"
            )

    @property
    def sound(self) -> av.AudioStream | None:
        """Its first stream of sound; None if it has none that is known here."""
        streams = self._container.streams.audio
        return streams[0] if streams and streams[0].codec_context is not None else None

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

    def _decoded(self, sound: av.AudioStream | None) -> Iterator[Any]:
        """Every frame; what cannot be decoded is counted and passed over. Sound as it is."""
        packets = self._container.demux([s for s in (self._stream, sound) if s is not None])
        while True:
            try:
                packet = next(packets, None)
                if packet is not None and packet.stream is sound:
                    yield packet
                    continue
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

    def _time(self, frame: av.VideoFrame) -> float:
        if frame.pts is not None and frame.time_base is not None:
            return self._seconds(frame)
        # Some damaged files have frames without a time: as if they followed at the usual rate.
        rate = self.info.frames_per_second or 25
        return 0.0 if self.last_time is None else self.last_time + 1 / rate

    def _seconds(self, piece: av.VideoFrame | av.Packet[Any]) -> float:
        return float((piece.pts or 0) * (piece.time_base or 0)) - self._origin

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


def upright(frame: av.VideoFrame) -> RGBImage:
    """Its picture, turned as a telephone says that it was held: by quarters, counter-clockwise."""
    image = frame.to_ndarray(format="rgb24")
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(image, turns))
