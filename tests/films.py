"""Films for tests, written by PyAV: small, a few frames, of every odd kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from faces import answered

from fer_core.types import Box, FaceEmotion, RGBImage

SIZE = (160, 120)
MILLISECONDS = Fraction(1, 1000)


def square(x: int, *, size: tuple[int, int] = SIZE, ground: int = 40) -> RGBImage:
    """A white square of 30 pixels at `x`, 40 below the top, on gray; what `Squares` finds."""
    image = np.full((size[1], size[0], 3), ground, np.uint8)
    if x >= 0:
        image[40:70, x : x + 30] = 255
    return image


def every(seconds: float, n: int) -> list[float]:
    return [i * seconds for i in range(n)]


def write_film(
    path: Path,
    times: Sequence[float],
    picture: Callable[[int], RGBImage] = lambda i: square(2 * i % 100),
    *,
    codec: str = "libx264",
    b_frames: int = 0,
    rotate: int | None = None,
    sound: bool = False,
    options: dict[str, str] | None = None,
) -> Path:
    """Writes frame i = `picture(i)` at `times[i]` seconds, ascending; may start below 0."""
    height, width = picture(0).shape[:2]
    with av.open(path, "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = MILLISECONDS
        if codec == "libx264":
            stream.codec_context.max_b_frames = b_frames
            stream.options = {"preset": "ultrafast" if not b_frames else "veryfast"}
        if rotate is not None:
            stream.set_display_rotation(rotate)
        voice = container.add_stream("aac", rate=8000, layout="mono") if sound else None
        for i, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(i), "rgb24")
            frame.pts, frame.time_base = round(1000 * time), MILLISECONDS
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if voice is not None:
            write_sound(container, voice, times[-1])
    return path


def write_sound(container: Any, stream: Any, seconds: float) -> None:
    for start in range(0, int(8000 * seconds), 1024):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 8000, start
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def write_sound_only(path: Path, seconds: float = 1.0) -> Path:
    with av.open(path, "w") as container:
        write_sound(container, container.add_stream("aac", rate=8000, layout="mono"), seconds)
    return path


class Squares:
    """In a recognizer's place: a white square is a happy face."""

    def analyze(
        self, image: RGBImage, *, detection_width: int, max_faces: int | None
    ) -> list[FaceEmotion]:
        ys, xs = np.nonzero(image[..., 1] > 180)
        if len(xs) < 100:
            return []
        x, y = int(xs.min()), int(ys.min())
        box = Box(x, y, int(xs.max()) - x + 1, int(ys.max()) - y + 1)
        return [answered(box, score=0.75, happy=0.9)]
