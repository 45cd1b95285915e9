"""Finished runs answer for every training image; a student learns these answers."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.data.dataset import Dataset
from fer_core.errors import TrainingError
from fer_core.labels import EMOTIONS
from fer_core.training.architecture import predict
from fer_core.training.callbacks import Reporter
from fer_core.training.config import TrainingConfig
from fer_core.training.partition import TrainingData, partition
from fer_core.training.run_folder import RunFolder
from fer_core.training.sections import DataConfig
from fer_core.training.teaching.targets import SoftTargets


def teach(runs: Sequence[RunFolder], dataset: Dataset, reporter: Reporter) -> SoftTargets:
    """Averages the answers of the runs' networks, each over a face and its mirror image.

    Raises:
        TrainingError: if a run is not finished, or was trained on another data set.
    """
    unseen, names = learned_from(runs, dataset)
    rows = np.flatnonzero(dataset.splits == "train")
    faces = dataset.images[rows]
    answers = np.zeros((len(dataset), len(EMOTIONS)), dtype=np.float32)
    for run in runs:
        keras.utils.clear_session()  # the teacher before this one
        network = run.load_network("model.keras")
        for views in (faces, faces[:, :, ::-1]):
            answers[rows] += predict(network, views) / (2 * len(runs))
        reporter.message(f"{run.path} has answered for {len(rows):,} faces.")
    return SoftTargets(answers, unseen, dataset.fingerprint, names)


def learned_from(
    runs: Sequence[RunFolder], dataset: Dataset
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """(n,) flags of the images from which none of the runs learned, and what each run is.

    Raises:
        TrainingError: if a folder holds no run, an unfinished one, or one on another data set.
    """
    unseen = np.ones(len(dataset), dtype=bool)
    parts: dict[tuple[DataConfig, int], TrainingData] = {}
    names = []
    for run in runs:
        record = run.record()
        if record["data_sha256"] != dataset.fingerprint:
            raise TrainingError(
                f"{run.path} learned from other data. Give the --data that it was trained on."
            )
        if not (run.path / "model.keras").is_file():
            raise TrainingError(
                f"{run.path} holds a run that has not ended. Go on with it by scripts/train.py "
                "--resume; it can teach when it is done."
            )
        config = TrainingConfig.from_dict(record["config"])
        key = (config.data, config.seed)
        if key not in parts:
            parts[key] = partition(dataset, config.data, config.seed)
        unseen[parts[key].train_rows] = False
        names.append(f"{run.path.name}: {config.title}, seed {config.seed}")
    return unseen, tuple(names)
