"""A film once more as an MP4 that browsers play: up to 720p, upright, with its sound.

H.264 pictures at the times they had, so that a variable rate stays one. Sound that an MP4 may hold
is copied packet by packet, other sound becomes AAC. One frame is in memory at a time.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import cv2
import numpy as np

from fer_core.errors import FilmError
from fer_core.types import RGBImage
from fer_core.video.film.faces import FilmFaces
from fer_core.video.film.opening import pyav
from fer_core.video.film.reader import Film, upright
from fer_core.video.film.record import AnalyzedFilm
from fer_core.video.film.settings import FilmSettings
from fer_core.video.overlay import annotate_tracked

if TYPE_CHECKING:
    import av

LONGER, SHORTER = 1280, 720
"""Most pixels of a frame's edges: 720p, upright or lying."""
COPIED: Final = {"aac", "mp3", "opus", "flac"}
"""Codecs of sound that both MP4 and browsers take."""

_TICKS: Final = Fraction(1, 90_000)
# A key frame every 60: seeking decodes no more. The search of motion is `superfast`'s, which takes
# a third of the time away for files 5 % larger; with the whole preset they are 70 % larger.
_ENCODER: Final = {"preset": "veryfast", "crf": "23", "g": "60", "x264-params": "me=dia:subme=1"}
_BT601, _BT709 = 6, 1  # of H.264's tables of colours: OpenCV's matrix, and a screen's primaries
_MPEG_RANGE: Final = 1

Draw = Callable[[RGBImage, float, tuple[float, float]], RGBImage]
"""(picture, seconds, its width and height as shares of the film's) → what is shown instead."""


def write_annotated(
    source: str | Path | BinaryIO,
    film: AnalyzedFilm,
    target: BinaryIO,
    on_time: Callable[[float], None] | None = None,
) -> None:
    """Writes the analysed part of a film with each face's box, name and answer.

    Between two analysed frames a box moves evenly. Names, merged faces and those left out are as in
    `film`.

    Args:
        source: The film itself.
        target: A binary file that can seek; the MP4 is written into it.
        on_time: Gets the seconds up to which it is done. What it raises ends the work.

    Raises:
        FilmError: the film cannot be read, or not be written as MP4.
    """
    faces = FilmFaces(film)
    names = {number: _drawable(name) or str(number) for number, name in film.names.items()}

    def draw(image: RGBImage, time: float, scale: tuple[float, float]) -> RGBImage:
        shown = faces.at(time, scale)
        return annotate_tracked(image, shown, parts=("box", "label"), names=names)

    write_mp4(source, target, film.settings, draw, on_time)


def write_mp4(
    source: str | Path | BinaryIO,
    target: BinaryIO,
    settings: FilmSettings | None = None,
    draw: Draw | None = None,
    on_time: Callable[[float], None] | None = None,
) -> None:
    """Writes a film's part from `settings.start` to `settings.end`; its time 0 is that start.

    Args and errors are those of `write_annotated`. `draw` gets each picture in the size that is
    written.
    """
    settings = settings or FilmSettings()
    av = pyav()
    try:
        with Film(source) as film, av.open(target, "w", format="mp4") as container:
            _Copy(av, film, container, settings, draw).run(on_time)
    except (av.FFmpegError, OSError) as error:
        raise FilmError(f"The film could not be written as MP4: {_reason(error)}.") from error


def _reason(error: BaseException) -> str:
    """What the file itself said: PyAV has its own words for that, and closing fails once more."""
    while (before := error.__cause__ or error.__context__) is not None:
        error = before
    return getattr(error, "strerror", None) or str(error)


class _Copy:
    """One film on its way into one container. The streams open with the first frame's size."""

    def __init__(
        self, av: Any, film: Film, container: Any, settings: FilmSettings, draw: Draw | None
    ) -> None:
        self._av, self._film, self._container = av, film, container
        self._start, self._end, self._draw = settings.start, settings.end, draw
        self._pictures: Any = None
        self._voice: Any = None
        self._last = -1

    def run(self, on_time: Callable[[float], None] | None) -> None:
        early: list[av.Packet[Any]] = []  # sound before the first picture; half a second as a rule
        for index, time, piece in self._film.played(self._end, sound=True):
            if time < self._start or (self._end is not None and time >= self._end):
                continue
            if index < 0:
                if self._pictures is None:
                    early.append(piece)
                else:
                    self._hear(piece)
                continue
            self._see(piece, time, early)
            early = []
            if on_time is not None:
                on_time(time)
        if self._pictures is None:
            raise FilmError("The film has no frame between start and end.")
        for stream in (self._pictures, self._voice if self._re_encodes else None):
            if stream is not None:
                self._container.mux(stream.encode())

    @property
    def _re_encodes(self) -> bool:
        sound = self._film.sound
        return sound is not None and sound.codec_context.name not in COPIED

    def _see(self, frame: av.VideoFrame, time: float, early: list[av.Packet[Any]]) -> None:
        whole = upright(frame)
        image = _shrunk(whole)
        if self._draw is not None:
            scale = (image.shape[1] / whole.shape[1], image.shape[0] / whole.shape[0])
            image = self._draw(image, time, scale)
        if self._pictures is None:
            self._open(image)
            for packet in early:
                self._hear(packet)
        # A fifth of the time of PyAV's `reformat`, and the encoder's threads go on meanwhile.
        planes = cv2.cvtColor(image, cv2.COLOR_RGB2YUV_I420)
        made = self._av.VideoFrame.from_ndarray(planes, "yuv420p")
        self._last = max(self._last + 1, round((time - self._start) / _TICKS))
        made.pts, made.time_base = self._last, _TICKS
        self._container.mux(self._pictures.encode(made))

    def _open(self, image: RGBImage) -> None:
        rate = Fraction(self._film.info.frames_per_second or 25).limit_denominator(1001)
        stream = self._container.add_stream("libx264", rate=rate, options=_ENCODER)
        stream.height, stream.width = image.shape[:2]
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = _TICKS
        context.color_range = _MPEG_RANGE
        context.colorspace = _BT601
        context.color_primaries = context.color_trc = _BT709
        self._pictures = stream
        sound = self._film.sound
        if sound is None:
            return
        if self._re_encodes:
            hertz = sound.codec_context.sample_rate
            hertz = hertz if hertz in _AAC_RATES else 48_000
            layout = "mono" if sound.codec_context.channels == 1 else "stereo"
            self._voice = self._container.add_stream("aac", rate=hertz, layout=layout)
        else:
            self._voice = self._container.add_stream_from_template(sound)

    def _hear(self, packet: av.Packet[Any]) -> None:
        if self._voice is None:
            return
        if not self._re_encodes:
            if packet.pts is None or packet.dts is None:  # the end of the stream, or damaged
                return
            _earlier(packet, self._start, ("pts", "dts"))
            packet.stream = self._voice
            self._container.mux(packet)
            return
        try:
            frames = packet.decode()
        except (self._av.FFmpegError, OSError):  # a damaged place: silence
            return
        for frame in frames:
            if frame.pts is not None:
                _earlier(frame, self._start, ("pts",))
            self._container.mux(self._voice.encode(frame))


_AAC_RATES: Final = {8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000}


def _drawable(name: str) -> str:
    """What of a name the font of labels has: letters of English, accents left out."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().strip()


def _earlier(piece: Any, seconds: float, fields: tuple[str, ...]) -> None:
    ticks = round(seconds / piece.time_base)
    for field in fields:
        setattr(piece, field, getattr(piece, field) - ticks)


def _shrunk(image: RGBImage) -> RGBImage:
    """At most 720p, with even edges, as H.264 needs them."""
    height, width = image.shape[:2]
    share = min(1.0, LONGER / max(height, width), SHORTER / min(height, width))
    size = tuple(max(2, round(edge * share) // 2 * 2) for edge in (width, height))
    if size == (width, height):
        return image
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
