"""Films for Chromium's pretended camera: uncompressed YUV4MPEG2, as it wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

WIDTH, HEIGHT = 640, 480

Frame = np.ndarray
"""(480, 640, 3) uint8 BGR."""


def write_film(path: Path, frames: Iterator[Frame], fps: int = 30) -> Path:
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{fps}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in frames:
            film.write(b"FRAME\n")
            film.write(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420).tobytes())
    return path


def write_one_face(path: Path, picture: Path) -> Path:
    """A camera that holds `picture` in a slightly unsteady hand; it ends where it began."""
    return write_film(path, _unsteady(_framed(picture), 60))


def write_two_faces(path: Path, picture: Path) -> Path:
    """The same head twice, side by side before a wall."""
    room, head = empty_room(), cv2.resize(_head(picture), (290, 290))
    for left in (15, WIDTH - 15 - 290):
        room[95:385, left : left + 290] = head
    return write_film(path, _unsteady(room, 60))


def write_empty_room(path: Path, picture: Path) -> Path:
    return write_film(path, _unsteady(empty_room(), 30))


def write_leaving(path: Path, picture: Path) -> Path:
    """A face for four seconds and an empty room for four, again and again."""

    def scenes() -> Iterator[Frame]:
        yield from _unsteady(_framed(picture), 40)
        yield from _unsteady(empty_room(), 40)

    return write_film(path, scenes(), fps=10)


FILMS: dict[str, Callable[[Path, Path], Path]] = {
    "film": write_one_face,
    "two faces": write_two_faces,
    "empty room": write_empty_room,
    "leaving": write_leaving,
}


def empty_room() -> Frame:
    """A wall, darker towards a corner, and a door."""
    light = np.linspace(190, 120, WIDTH)[None, :] + np.linspace(20, -20, HEIGHT)[:, None]
    room = np.repeat(light[..., None], 3, axis=2).clip(0, 255).astype(np.uint8)
    cv2.rectangle(room, (430, 120), (580, HEIGHT), (70, 90, 110), cv2.FILLED)
    return room


def _unsteady(still: Frame, count: int) -> Iterator[Frame]:
    for i in range(count):
        angle = 2 * np.pi * i / count
        move = np.float32([[1, 0, 4 * np.cos(angle)], [0, 1, 3 * np.sin(angle)]])
        yield cv2.warpAffine(still, move, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)


def _framed(picture: Path) -> Frame:
    """The whole picture, as high as the film, its edges blurred outwards."""
    image = _scaled(picture)[:, :WIDTH]
    side = WIDTH - image.shape[1]
    return cv2.copyMakeBorder(
        image, 0, 0, side // 2, side - side // 2, cv2.BORDER_REFLECT_101 if side < 400 else 1
    )[:HEIGHT]


def _head(picture: Path) -> Frame:
    """(250, 250, 3): the head of Eileen Collins's portrait."""
    return _scaled(picture)[:250, 90:340]


def _scaled(picture: Path) -> Frame:
    image = cv2.imread(str(picture))
    scale = HEIGHT / image.shape[0]
    return cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
