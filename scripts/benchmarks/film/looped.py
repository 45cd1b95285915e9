"""Films to measure with: one of a portrait that moves, and a long one of its packets over again."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from fer_core.types import RGBImage

SIZE: Final = (640, 480)
RATE: Final = 30
_HERTZ: Final = 44_100
_SAMPLES: Final = 1024
_SEAM: Final = Fraction(1, 5)
"""Seconds between two turns of a looped film."""


def portrait_film(path: Path, portrait: RGBImage, seconds: int) -> Path:
    """H.264, 640x480, 30 frames a second, with sound: the portrait goes to and fro."""
    import av

    with av.open(path, "w") as container:
        pictures = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast"})
        (pictures.width, pictures.height), pictures.pix_fmt = SIZE, "yuv420p"
        voice = container.add_stream("aac", rate=_HERTZ, layout="stereo")
        for i in range(seconds * RATE):
            frame = av.VideoFrame.from_ndarray(_picture(portrait, i), "rgb24")
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode())
        for start in range(0, seconds * _HERTZ, _SAMPLES):
            tone = np.sin(440 * 2 * np.pi * np.arange(start, start + _SAMPLES) / _HERTZ)
            samples = np.tile(tone.astype(np.float32) / 10, (2, 1))
            sound = av.AudioFrame.from_ndarray(samples, "fltp", "stereo")
            sound.sample_rate, sound.pts = _HERTZ, start
            container.mux(voice.encode(sound))
        container.mux(voice.encode())
    return path


def loop(source: Path, target: Path, times: int) -> Path:
    """The film so many times over, its packets copied."""
    import av

    with av.open(target, "w") as container:
        streams: dict[int, Any] = {}
        for turn in range(times):
            with av.open(source) as film:
                # Its sound may end a moment after its pictures, which begin before 0 to decode.
                length = Fraction(film.duration or 0, 1_000_000) + _SEAM
                for packet in film.demux():
                    if packet.dts is None or packet.pts is None:
                        continue
                    index = packet.stream.index
                    if index not in streams:
                        for stream in film.streams:
                            made = container.add_stream_from_template(stream)
                            streams[stream.index] = made
                    later = round(turn * length / packet.time_base)
                    packet.pts, packet.dts = packet.pts + later, packet.dts + later
                    packet.stream = streams[index]
                    container.mux(packet)
    return target


def _picture(portrait: RGBImage, i: int) -> RGBImage:
    width, height = SIZE
    side = height - 60
    small = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
    left = (width - side) // 2 + round((width - side) // 2 * np.sin(i / 25))
    image = np.full((height, width, 3), 90, np.uint8)
    image[30 : 30 + side, left : left + side] = small
    return image
