"""Our training beside the stock pipeline: the same network, recipe, faces, machine and run.

Faces are generated: speed does not depend on what they show. Full fine-tuning is measured in steps,
by turns, after the first ones. The frozen phase is worked out for FER-2013's size from what was
measured: pooled features once and then twenty epochs of the head, against twenty epochs of the
whole network.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from fer_core.datasets import load_dataset
from fer_core.run_folder import RunFolder
from fer_core.training import fit
from fer_core.training_config import TrainingConfig, load_config
from scripts.benchmarks import stock_training
from scripts.benchmarks.pictures import ROOT, write_train_folder
from scripts.benchmarks.stopwatch import Stopwatch

FACES_EACH: Final = 240
"""Of each class; 1,680 in all, 24 steps of 64 once validation is cut off."""
ROUNDS: Final = 2
FER_2013: Final = 25_800
"""Faces to learn from, without the validation part."""


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
    """Seconds of the seed recipe's twenty frozen epochs on FER-2013, worked out."""
    epochs = load_config(ROOT / "configs" / "seed.toml").phases[0].epochs
    config = _recipe("seed.toml", 0, epochs)
    batch = config.phases[0].batch_size
    watch = _ours(folder, runs / "frozen", config)
    images = 7 * FACES_EACH
    feature_s = (watch.steps[0][1] - watch.messages[-1]) / images
    step_s, epoch_s = _steps_and_epochs(watch)
    ours = FER_2013 * feature_s + epochs * (FER_2013 / batch * step_s + epoch_s)
    speed, _ = stock_training.measure(folder, config, config.phases[0]).speed(batch)
    stock = epochs * FER_2013 / speed
    return {
        "features_images_per_s": round(1 / feature_s, 1),
        "head_images_per_s": round(batch / step_s, 1),
        "validation_and_checkpoint_s_per_epoch": round(epoch_s, 2),
        "stock_images_per_s": round(speed, 1),
        "seconds_for_20_epochs_of_fer_2013": {"ours": round(ours), "stock": round(stock)},
        "ratio": round(stock / ours, 1),
    }


def _steps_and_epochs(watch: Stopwatch) -> tuple[float, float]:
    """Median seconds of a step within an epoch, and between the steps of two epochs."""
    within, between = [], []
    for (before, start, _), (after, end, _) in zip(watch.steps, watch.steps[1:], strict=False):
        crosses = abs(before - round(before)) < 1e-9
        (between if crosses else within).append(end - start)
        assert after > before
    return statistics.median(within), statistics.median(between)
