"""Generated data sets: faces that a small network can tell apart, and noise where any will do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from fer_core.data.dataset import Dataset
from fer_core.labels import EMOTIONS


def patterned_face(label: int, rng: np.random.Generator) -> np.ndarray:
    """(48, 48) uint8: stripes whose number and direction stand for the class, with noise."""
    y, x = np.mgrid[0:48, 0:48] / 48
    along = x if label % 2 else y
    stripes = 127 + 80 * np.sin(2 * np.pi * (label + 1) * along + rng.uniform(0, 6.3))
    return np.clip(stripes + rng.normal(0, 12, stripes.shape), 0, 255).astype(np.uint8)


def write_dataset(folder: Path, train_each: int = 24, test_each: int = 6) -> Path:
    """Writes a clean data set named as FER-2013's files are."""
    rng = np.random.default_rng(7)
    parts = [("train", "Training", train_each)]
    parts += [("test", "PublicTest", test_each), ("test", "PrivateTest", test_each)]
    for split, prefix, count in parts:
        for label, emotion in enumerate(EMOTIONS):
            home = folder / split / emotion
            home.mkdir(parents=True, exist_ok=True)
            for i in range(count):
                file = home / f"{prefix}_{label}{i:04d}.png"
                file.write_bytes(cv2.imencode(".png", patterned_face(label, rng))[1].tobytes())
    return folder


def noise_dataset(
    train_each: int | Sequence[int], tests: int = 0, split: str = "private", seed: int = 0
) -> Dataset:
    """Random images, no two alike, with the paths "0", "1", …

    Args:
        train_each: How many of each class stand in train/.
        tests: How many stand in `split`; all of them are angry.
    """
    counts = np.broadcast_to(train_each, len(EMOTIONS))
    labels = np.concatenate([np.repeat(np.arange(len(EMOTIONS)), counts), np.zeros(tests, int)])
    splits = np.array(["train"] * int(counts.sum()) + [split] * tests)
    images = np.random.default_rng(seed).integers(0, 256, (len(labels), 48, 48), dtype=np.uint8)
    return Dataset(images, labels.astype(np.int64), splits, tuple(map(str, range(len(labels)))))
