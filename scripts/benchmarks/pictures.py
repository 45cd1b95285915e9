"""The pictures and faces that are measured, all made from one portrait in the public domain."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image

from fer_core import decode_image
from fer_core.images import to_gray
from fer_core.labels import EMOTIONS
from fer_core.training.augmentation import augment
from fer_core.training.config import AugmentationConfig
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
