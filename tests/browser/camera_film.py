"""Films for Chromium's pretended camera: uncompressed YUV4MPEG2, as it wants them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

WIDTH, HEIGHT, FPS = 640, 480, 30


def write_film(path: Path, picture: Path, seconds: float = 2.0) -> Path:
    """A camera that holds `picture` in a slightly unsteady hand; it ends where it began."""
    still = _framed(picture)
    count = round(seconds * FPS)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for i in range(count):
            angle = 2 * np.pi * i / count
            move = np.float32([[1, 0, 4 * np.cos(angle)], [0, 1, 3 * np.sin(angle)]])
            frame = cv2.warpAffine(still, move, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
            film.write(b"FRAME\n")
            film.write(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420).tobytes())
    return path


def _framed(picture: Path) -> np.ndarray:
    """(480, 640, 3) BGR: the whole picture, as high as the film, its edges blurred outwards."""
    image = cv2.imread(str(picture))
    scale = HEIGHT / image.shape[0]
    image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    image = image[:, :WIDTH]
    side = WIDTH - image.shape[1]
    return cv2.copyMakeBorder(
        image, 0, 0, side // 2, side - side // 2, cv2.BORDER_REFLECT_101 if side < 400 else 1
    )[:HEIGHT]
