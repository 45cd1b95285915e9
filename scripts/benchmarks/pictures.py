"""The pictures and faces that are measured, all made from one portrait in the public domain."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image

from fer_core import decode_image
from fer_core.images import to_gray
from fer_core.images.structure import MOST
from fer_core.labels import EMOTIONS
from fer_core.training.augmentation import augment
from fer_core.training.sections import AugmentationConfig
from fer_core.types import FACE_SIDE

ROOT: Final = Path(__file__).resolve().parents[2]
PORTRAIT: Final = ROOT / "ui" / "assets" / "eileen_collins.jpg"
FACE: Final = (slice(60, 180), slice(163, 283))
"""Rows and columns of the portrait."""


def film_frame() -> np.ndarray:
    """(480, 640, 3) uint8 RGB: a portrait as a webcam sees it."""
    portrait = decode_image(PORTRAIT.read_bytes())
    scaled = cv2.resize(portrait, (480, 480), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.copyMakeBorder(scaled, 0, 0, 80, 80, cv2.BORDER_REPLICATE))


def photo_bytes(width: int, height: int) -> bytes:
    """A JPEG of this size with one face."""
    scaled = cv2.resize(film_frame(), (width, height), interpolation=cv2.INTER_CUBIC)
    buffer = io.BytesIO()
    Image.fromarray(scaled).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def faces(n: int) -> np.ndarray:
    """(n, 48, 48) uint8: one face, turned, shifted and lit at random."""
    gray = to_gray(decode_image(PORTRAIT.read_bytes())[FACE])
    face = cv2.resize(gray, (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_AREA)
    changes = AugmentationConfig(
        flip=0.5, rotation=20, shift=0.1, scale=0.2, contrast=0.3, brightness=40
    )
    return augment(np.repeat(face[None], n, axis=0), changes, np.random.default_rng(0))


def write_train_folder(folder: Path, each: int) -> Path:
    """Write `each` faces for every class under train/, to measure speed: they teach nothing."""
    made = faces(each * len(EMOTIONS))
    for label, emotion in enumerate(EMOTIONS):
        home = folder / "train" / emotion
        home.mkdir(parents=True)
        for i, face in enumerate(made[label * each : (label + 1) * each]):
            (home / f"{i:05d}.png").write_bytes(cv2.imencode(".png", face)[1].tobytes())
    return folder


def write_film(path: Path, frames: int = 60) -> Path:
    """The portrait in an unsteady hand, as Chromium's pretended camera reads it (YUV4MPEG2)."""
    still = film_frame()
    height, width = still.shape[:2]
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420jpeg\n".encode())
        for angle in np.linspace(0, 2 * np.pi, frames, endpoint=False):
            move = np.array([[1, 0, 4 * np.cos(angle)], [0, 1, 3 * np.sin(angle)]], np.float32)
            frame = cv2.warpAffine(still, move, (width, height), borderMode=cv2.BORDER_REPLICATE)
            film.write(b"FRAME\n" + cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420).tobytes())
    return path


def worst_files() -> dict[str, bytes]:
    """Name → content of the files that cost a decoder most of those that are let in.

    A progressive JPEG of 25 megapixels with as many scans as are accepted, and noise without loss:
    25 megapixels of PNG, 15.9 of WebP. Each is below the 20 MB of an upload.
    """
    noise = np.random.default_rng(0).integers(0, 2, (4980, 4980, 3), np.uint8) * 90
    files: dict[str, bytes] = {}
    kinds: tuple[tuple[str, str, int, dict[str, Any]], ...] = (
        ("scans.jpg", "JPEG", 4980, {"quality": 5, "progressive": True, "subsampling": 0}),
        ("noise.png", "PNG", 4980, {"compress_level": 1}),
        ("noise.webp", "WebP", 3990, {"lossless": True, "method": 0, "quality": 0}),
    )
    for name, kind, side, options in kinds:
        buffer = io.BytesIO()
        Image.fromarray(noise[:side, :side]).save(buffer, kind, **options)
        files[name] = buffer.getvalue()
    files["scans.jpg"] = _with_scans(files["scans.jpg"], MOST["scans"], 19_000_000)
    return files


def _with_scans(jpeg: bytes, count: int, most: int) -> bytes:
    """A progressive JPEG whose last scan is repeated, up to so many scans and bytes."""
    scan = b"\xff\xda"
    last = jpeg.rindex(scan)
    again = jpeg[last:-2]
    more = min(count - jpeg.count(scan), (most - len(jpeg)) // len(again))
    return jpeg[:-2] + again * max(more, 0) + jpeg[-2:]
