"""Finished runs → a bank of views (`teaching.bank`). Stopped at any moment, it goes on from there.

The faces are taken in shards. Each becomes a file of views and answers beside the bank's place;
when all are there, they are joined. A kill loses one shard's work, half a minute.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.data.dataset import Dataset
from fer_core.errors import TrainingError
from fer_core.labels import EMOTIONS
from fer_core.store.files import replace_file, replace_text
from fer_core.store.model_files import file_record
from fer_core.training.architecture import predict
from fer_core.training.callbacks import Reporter
from fer_core.training.run_folder import RunFolder
from fer_core.training.sections import AugmentationConfig
from fer_core.training.teaching.answers import learned_from
from fer_core.training.teaching.bank import BankMaking, read_bank, views_of, write_bank

SHARD: Final = 512
"""Faces whose views are made and answered at a time."""


def make_bank(
    runs: Sequence[RunFolder],
    dataset: Dataset,
    path: Path,
    reporter: Reporter,
    *,
    augmentation: AugmentationConfig,
    views: int,
    seed: int,
    shard: int = SHARD,
) -> None:
    """Writes a bank of the faces that the runs learned from, unless it is there.

    Args:
        path: The bank's file. What is done of it lies in a folder of that name with `.making`.
        augmentation: Of the student; its `of_views` makes the views.
        views: How many of each face.
        seed: Of the views.

    Raises:
        TrainingError: if a run is not finished or was trained on another data set, or another
            bank is being made at this place.
    """
    unseen, names = learned_from(runs, dataset)
    digests = tuple(str(file_record(run.path / "model.keras")["sha256"]) for run in runs)
    making = BankMaking(dataset.fingerprint, names, digests, augmentation.of_views, views, seed)
    if path.is_file() and read_bank(path, dataset).making == making:
        return
    rows = np.flatnonzero(~unseen)
    folder = _folder(path, making)
    networks: list[keras.Model] = []  # loaded once they are needed
    starts = range(0, len(rows), shard)
    parts = [folder / f"part-{number:04d}.npz" for number in range(len(starts))]
    for part, start in zip(parts, starts, strict=True):
        if part.is_file():
            continue
        networks = networks or [run.load_network("model.keras") for run in runs]
        some = rows[start : start + shard]
        _answer(part, networks, views_of(dataset.images[some], some, making))
        done = min(start + shard, len(rows))
        reporter.message(f"{done:,} of {len(rows):,} faces have {views} views and their answers.")
    answers = np.concatenate([_read(part, "answers") for part in parts])
    write_bank(path, making, rows, unseen, answers, _pieces(parts))
    shutil.rmtree(folder)


def _folder(path: Path, making: BankMaking) -> Path:
    """The folder of the shards; refuses one of another bank's."""
    folder = path.with_name(f"{path.name}.making")
    note = folder / "making.json"
    if note.is_file() and note.read_text(encoding="utf-8") != making.to_json():
        raise TrainingError(
            f"{folder} holds the beginning of another bank: other teachers, views or data. Choose "
            "another --out, or remove that folder."
        )
    replace_text(note, making.to_json())
    return folder


def _answer(part: Path, networks: Sequence[keras.Model], views: NDArray[np.uint8]) -> None:
    """Writes (m, k, 48, 48) views with the (m, k, 7) average of what the networks answer."""
    flat = views.reshape(-1, *views.shape[2:])
    answers = np.mean([predict(network, flat) for network in networks], axis=0, dtype=np.float32)
    answers = answers.reshape(*views.shape[:2], len(EMOTIONS))
    replace_file(part, lambda beside: np.savez(beside, views=views, answers=answers))


def _pieces(parts: Sequence[Path]) -> Iterator[NDArray[np.uint8]]:
    for part in parts:
        yield _read(part, "views")


def _read(part: Path, name: str) -> NDArray[Any]:
    with np.load(part, allow_pickle=False) as arrays:
        return np.asarray(arrays[name])
