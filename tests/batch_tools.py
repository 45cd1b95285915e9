"""Small pictures, and a stand-in for the recognizer that does to a worker what their colour says.

A module of its own, for a worker's process imports it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from faces import answered
from PIL import Image

from fer_core.batch.inputs import Input, find_inputs
from fer_core.batch.look import Job
from fer_core.batch.shards import Shard
from fer_core.recognition.answers.ways import ONE_LOOK
from fer_core.types import Box, Face, FaceEmotion, RGBImage
from fer_core.video.film import FilmSettings, maker

FACE, NOBODY, KILLS, HANGS, KILLS_ONCE, SLOW = "white", "black", "red", "lime", "blue", "gray"


class ByColor:
    """White holds a face as wide as the picture is, black none; the other colours are accidents."""

    detector_name = "by colour"
    way = ONE_LOOK

    def __init__(self, unsure_below: float = 0.0) -> None:
        self.card = SimpleNamespace(stem="stub", files={".tflite": {"sha256": "0"}})
        self.unsure_below = unsure_below

    def detect(self, image: RGBImage) -> list[Face]:
        color = tuple(image[0, 0].tolist())
        if color == (255, 0, 0):
            os.kill(os.getpid(), signal.SIGKILL)
        if color == (0, 255, 0):
            time.sleep(1000)
        if color == (0, 0, 255):
            try:
                Path("killed_once").touch(exist_ok=False)
            except FileExistsError:
                return []
            os.kill(os.getpid(), signal.SIGKILL)
        if color == (128, 128, 128):
            time.sleep(0.2)
        return [Face(Box(0, 0, image.shape[1], 9), 0.5)] if color == (255, 255, 255) else []

    def answer(self, image: RGBImage, faces: Sequence[Face]) -> list[FaceEmotion]:
        return [answered(face.box, score=face.score, happy=0.9) for face in faces]


def stub_job(**options: Any) -> Job:
    return Job(ByColor(), FilmSettings(), **options)  # type: ignore[arg-type]


def stub_settings(job: Job) -> dict[str, Any]:
    return {**maker(job.recognizer), "annotate": job.annotate and str(job.annotate)}


def paint(folder: Path, colors: Sequence[str]) -> list[Input]:
    """Pictures 000.png, 001.png … of these colours, each a pixel wider than the one before."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, color in enumerate(colors):
        Image.new("RGB", (20 + i % 100, 20), color).save(folder / f"{i:03d}.png")
    return find_inputs([str(folder)]).inputs


def shard_of(folder: Path, colors: Sequence[str]) -> Shard:
    return Shard(0, tuple(paint(folder, colors)))


def waited(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether something became true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
