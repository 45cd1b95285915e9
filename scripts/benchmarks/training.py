"""Our training beside the stock pipeline: the same network, recipe, faces, machine and run.

Faces are generated: speed does not depend on what they show. Full fine-tuning is measured in
steps, by turns, after the first ones. The frozen phase is measured at FER-2013's size: pooled
features once and then twenty epochs of the head, against twenty epochs of the whole network.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from fer_core.data.dataset import Dataset, load_dataset
from fer_core.labels import EMOTIONS
from fer_core.training.config import TrainingConfig, load_config
from fer_core.training.fit import fit
from fer_core.training.run_folder import RunFolder
from fer_core.types import FACE_SIDE
from scripts.benchmarks import stock_training
from scripts.benchmarks.pictures import ROOT, write_train_folder
from scripts.benchmarks.stock_training import Stopwatch

FACES_EACH: Final = 240
"""Of each class; 1,680 in all, 24 steps of 64 once validation is cut off."""
ROUNDS: Final = 2
FER_2013: Final = 28_709
"""Images of its train/."""


def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = write_train_folder(Path(name) / "data", FACES_EACH)
        return {
            "full": _full(folder, Path(name)),
            "frozen": _frozen(folder, Path(name)),
        }


def _recipe(name: str, phase: int, epochs: int) -> TrainingConfig:
    """One phase of a recipe, for so many epochs, from random weights: speed is the same."""
    config = load_config(ROOT / "configs" / name)
    chosen = replace(config.phases[phase], epochs=epochs, schedule="constant", early_stopping=0)
    return replace(
        config,
        phases=(chosen,),
        model=replace(config.model, weights="none"),
        data=replace(config.data, drop=()),
    )


def _ours(folder: Path, run: Path, config: TrainingConfig) -> Stopwatch:
    watch = Stopwatch()
    fit(config, load_dataset(folder), RunFolder(run), watch, resume=False)
    return watch


def _full(folder: Path, runs: Path) -> dict[str, Any]:
    """Images a second of fine-tuning the whole network at 96 pixels, medians over the rounds."""
    config = _recipe("strong.toml", -1, epochs=1)
    batch = config.phases[0].batch_size
    ours, stock = [], []
    for turn in range(ROUNDS):
        ours.append(_ours(folder, runs / f"full-{turn}", config).speed(batch))
        stock.append(stock_training.measure(folder, config, config.phases[0]).speed(batch))
    result = {}
    for i, unit in enumerate(("images_per_s", "images_per_cpu_s")):
        a, b = (statistics.median(speed[i] for speed in found) for found in (ours, stock))
        result[unit] = {"ours": round(a, 1), "stock": round(b, 1), "ratio": round(a / b, 2)}
    return result


def _frozen(folder: Path, runs: Path) -> dict[str, Any]:
    """Seconds of the seed recipe's twenty frozen epochs on as many faces as FER-2013 has.

    Ours are measured whole; the stock pipeline's are worked out from the speed of one epoch.
    """
    epochs = load_config(ROOT / "configs" / "seed.toml").phases[0].epochs
    config = _recipe("seed.toml", 0, epochs)
    watch = Stopwatch()
    fit(config, _noise(FER_2013), RunFolder(runs / "frozen"), watch, resume=False)
    ours = watch.steps[-1][1] - watch.messages[-1]  # the last message: features are computed
    head = watch.steps[-1][1] - watch.steps[0][1]
    speed, _ = stock_training.measure(folder, config, config.phases[0]).speed(
        config.phases[0].batch_size
    )
    stock = epochs * FER_2013 * (1 - config.data.validation) / speed
    return {
        "seconds_for_20_epochs": {"ours": round(ours, 2), "stock": round(stock, 2)},
        "of_which_after_the_features": round(head, 2),
        "stock_images_per_s": round(speed, 1),
        "ratio": round(stock / ours, 2),
    }


def _noise(faces: int) -> Dataset:
    """Training images whose labels mean nothing."""
    rng = np.random.default_rng(1)
    return Dataset(
        images=rng.integers(0, 256, (faces, FACE_SIDE, FACE_SIDE), dtype=np.uint8),
        labels=np.arange(faces, dtype=np.int64) % len(EMOTIONS),
        splits=np.full(faces, "train"),
        paths=tuple(f"train/{i}.png" for i in range(faces)),
    )
