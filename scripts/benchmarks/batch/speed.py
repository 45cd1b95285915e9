"""Folders: the plain loop over decode_image and analyze beside one worker and two, in one run."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import cv2

from fer_core import Recognizer, decode_image
from fer_core.batch.engines import on_this_machine
from fer_core.batch.inputs import Input, find_inputs
from fer_core.batch.look import Job
from fer_core.batch.photo_worker import PhotoWorker
from fer_core.batch.shards import Shard, cut
from fer_core.batch.worker import pack
from fer_core.recognition.photos import Photo
from fer_core.video.film import FilmSettings
from scripts.benchmarks.pictures import photo_bytes

SIZES: Final = {"640x480": (640, 480, 240), "12 megapixels": (4000, 3000, 24)}
"""Width, height, and how many photographs."""
ROUNDS: Final = 2


def measure(
    model: str, rounds: int = ROUNDS, sizes: Mapping[str, tuple[int, int, int]] = SIZES
) -> dict[str, Any]:
    """Photographs a second of each way, medians of rounds in which all ways take turns.

    Workers are measured once they have begun: from the first finished shard to the last.

    Args:
        sizes: As `SIZES`.
    """
    cv2.setNumThreads(1)
    recognizer = Recognizer.load(model)
    job = pack(Job(recognizer, FilmSettings()))
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (width, height, count) in sizes.items():
            inputs = _write(Path(folder) / name, photo_bytes(width, height), count)
            found[name] = _compare(recognizer, job, inputs, rounds)
    return {"photographs_per_s": found}


def _compare(
    recognizer: Recognizer, job: bytes, inputs: list[Input], rounds: int
) -> dict[str, Any]:
    guarded = PhotoWorker()

    def plainly(path: Path) -> None:
        recognizer.analyze(decode_image(path.read_bytes()))

    def as_a_page_does(path: Path) -> None:
        guarded.analyze(Photo.from_file(path), recognizer)

    ways: dict[str, Callable[[], float]] = {
        "plain loop": lambda: _loop(plainly, inputs),
        "as the page does, with a picture": lambda: _loop(as_a_page_does, inputs),
        "one worker": lambda: _workers(job, inputs, 1),
        "two workers": lambda: _workers(job, inputs, 2),
    }
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            speeds[name].append(way())
    guarded.close()
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    plain, one, two = (medians[name] for name in ("plain loop", "one worker", "two workers"))
    return {
        **{name: round(speed, 1) for name, speed in medians.items()},
        "one worker costs, of the plain loop": round(plain / one, 2),
        "two workers are as fast as so many": round(two / one, 2),
    }


def _loop(look: Callable[[Path], None], inputs: list[Input]) -> float:
    look(Path(inputs[0].path))
    half = inputs[: len(inputs) // 2]
    begun = time.perf_counter()
    for item in half:
        look(Path(item.path))
    return len(half) / (time.perf_counter() - begun)


def _workers(job: bytes, inputs: list[Input], workers: int) -> float:
    ends: list[tuple[float, int]] = []

    def save(shard: Shard, part: bytes) -> None:
        ends.append((time.perf_counter(), len(shard.inputs)))

    on_this_machine(list(cut(inputs)), job, save, lambda *_: None, workers=workers)
    begun = ends[workers - 1][0]  # by then, as a rule, each has finished one
    return sum(count for _, count in ends[workers:]) / (ends[-1][0] - begun)


def _write(folder: Path, data: bytes, count: int) -> list[Input]:
    folder.mkdir()
    first = folder / "0.jpg"
    first.write_bytes(data)
    for i in range(1, count):
        shutil.copyfile(first, folder / f"{i}.jpg")
    return find_inputs([str(folder)]).inputs
