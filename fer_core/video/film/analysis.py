"""Film → what each analysed frame shows: decode, recognise, track, one frame after the other."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.recognition.recognizer import Recognizer
from fer_core.types import FaceEmotion, RGBImage
from fer_core.video.film.reader import Film
from fer_core.video.film.settings import FilmSettings
from fer_core.video.film.values import FilmFrame
from fer_core.video.tracking import TrackedFace, Tracker

THREADS: Final = min(2, os.cpu_count() or 1)
"""More gain little: one thread decodes, and each further frame ahead is one more in memory."""
CUT: Final = 0.22
"""`Scene.difference` of two successive analysed frames above which a scene was cut between them. Of
some photographs: 0.05–0.11 if the camera moves by 6 to 12 % of the width, 0.15 if it gets 15 %
darker, 0.28 if it jumps to a close-up, 0.31 and more if it jumps elsewhere."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """What an analysed frame shows.

    Attributes:
        frame: Its number of all decoded frames, from 0.
        time: Seconds from the film's start.
        faces: Those detected in this frame, by number; empty if there are none.
        cut: Whether a new scene begins with it, and with it new numbers.
        image: (height, width, 3) uint8 RGB, upright; None unless asked for.
    """

    frame: int
    time: float
    faces: tuple[TrackedFace, ...]
    cut: bool = False
    image: RGBImage | None = field(default=None, repr=False)


def analyze_film(
    film: str | Path | BinaryIO | Film,
    recognizer: Recognizer,
    settings: FilmSettings | None = None,
    *,
    images: bool = False,
    threads: int = THREADS,
) -> Iterator[FrameResult]:
    """Analyses a film, frame by frame, as it is iterated over.

    Faces are numbered and smoothed as those of the live page are; a cut begins new numbers, also
    for a person who stays. `threads` frames and the next one are in memory at a time.

    Args:
        film: A path, a binary file that can seek, or an open `Film`, which stays open.
        settings: Start, end, frames a second and the rest; 10 frames a second by default.
        images: Whether results carry their picture. Who keeps all results then keeps the film.
        threads: In how many frames at a time faces are looked for.

    Raises:
        FilmError: the film cannot be read, or holds nothing to analyse.
    """
    settings = settings or FilmSettings()
    if not isinstance(film, Film):
        with Film(film) as opened:
            yield from analyze_film(opened, recognizer, settings, images=images, threads=threads)
        return
    tracker = Tracker(smoothing_seconds=settings.smoothing_seconds, max_faces=settings.max_faces)
    before: Scene | None = None
    for frame, now, found in _looked_at(film, recognizer, settings, max(1, threads)):
        cut = before is not None and now.difference(before) > CUT
        if cut:
            tracker.forget()
        before = now
        faces = tuple(face for face in tracker.update(found, frame.time) if face.age == 0)
        yield FrameResult(frame.index, frame.time, faces, cut, frame.image if images else None)


def _looked_at(
    film: Film, recognizer: Recognizer, settings: FilmSettings, threads: int
) -> Iterator[tuple[FilmFrame, Scene, list[FaceEmotion]]]:
    """Frames with what does not depend on those before them, in their order."""

    def look(image: RGBImage) -> tuple[Scene, list[FaceEmotion]]:
        width, most = settings.detection_width, settings.max_faces
        found = recognizer.analyze(image, detection_width=width, max_faces=most)
        return Scene.of(image), found

    with ThreadPoolExecutor(threads, "film") as pool:
        ahead = deque[tuple[FilmFrame, Future[tuple[Scene, list[FaceEmotion]]]]]()
        for frame in film.frames(settings):
            ahead.append((frame, pool.submit(look, frame.image)))
            if len(ahead) > threads:
                first, looked = ahead.popleft()
                yield first, *looked.result()
        for first, looked in ahead:
            yield first, *looked.result()


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What two frames are compared by.

    Attributes:
        layout: (9, 16, 3) means of the picture's fields, in [0, 1].
        colors: (64,) shares of pixels by colour, four levels each of red, green and blue.
    """

    layout: NDArray[np.float64]
    colors: NDArray[np.float64]

    @classmethod
    def of(cls, image: RGBImage) -> Scene:
        small = cv2.resize(image, (64, 36), interpolation=cv2.INTER_AREA)
        layout = cv2.resize(small, (16, 9), interpolation=cv2.INTER_AREA) / 255
        levels = small.reshape(-1, 3).astype(np.int64) // 64
        colors = np.bincount(levels @ [16, 4, 1], minlength=64) / len(levels)
        return cls(layout, colors)

    def difference(self, other: Scene) -> float:
        """The geometric mean of both measures, in [0, 1]: only a cut changes both much.

        What moves, or a camera that turns, changes the layout and keeps the colours; a lamp changes
        the colours more than the layout.
        """
        layout = np.abs(self.layout - other.layout).mean()
        colors = np.abs(self.colors - other.colors).sum() / 2
        return float(np.sqrt(layout * colors))
