"""A data set → what is trained on and what validates. `test/` is never part of either."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from fer_core.datasets import Dataset
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.training_config import DataConfig


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """The two parts of `train/`.

    Attributes:
        train: What the network learns from.
        validation: What chooses the epoch, the learning rate, the temperature and the threshold.
        class_weights: (7,) float32, the loss's factor for each class; averages 1 over `train`.
    """

    train: Dataset
    validation: Dataset
    class_weights: NDArray[np.float32]


def prepare(dataset: Dataset, config: DataConfig, seed: int) -> TrainingData:
    """Cuts the validation part from `train/`.

    Raises:
        DataError: where a class has too few images to stand in both parts.
    """
    part = dataset.where((dataset.splits == "train") & ~_dropped(dataset, config.drop))
    counts = np.bincount(part.labels, minlength=len(EMOTIONS))
    folds = round(1 / config.validation)
    if counts.min() < folds:
        lacking = [f"{EMOTIONS[i]} ({n})" for i, n in enumerate(counts) if n < folds]
        raise DataError(
            f"train/ needs at least {folds} images of every class. Too few: {', '.join(lacking)}."
        )
    # By class, and copies stay together: otherwise validation would be partly a memory test.
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    train, validation = next(splitter.split(part.images, part.labels, part.copy_groups()))
    return TrainingData(
        part.where(_mask(train, len(part))),
        part.where(_mask(validation, len(part))),
        class_weights(part.labels[train], config.class_weights),
    )


def class_weights(labels: NDArray[np.int64], kind: str) -> NDArray[np.float32]:
    """(7,) factors of the loss; see `DataConfig.class_weights`."""
    counts = np.maximum(np.bincount(labels, minlength=len(EMOTIONS)), 1)
    if kind == "none":
        return np.ones(len(EMOTIONS), dtype=np.float32)
    weights = len(labels) / (len(EMOTIONS) * counts)
    if kind == "square_root":
        weights = np.sqrt(weights)
        weights *= len(labels) / (weights * counts).sum()
    return weights.astype(np.float32)


def _dropped(dataset: Dataset, drop: tuple[str, ...]) -> NDArray[np.bool_]:
    groups = dataset.copy_groups()
    train = dataset.splits == "train"
    dropped = np.zeros(len(dataset), dtype=bool)
    if "constant" in drop:
        flat = dataset.images.reshape(len(dataset), -1)
        dropped |= flat.min(axis=1) == flat.max(axis=1)
    if "conflicting" in drop:
        pairs = np.unique(np.stack([groups[train], dataset.labels[train]]), axis=1)
        numbers, labels_each = np.unique(pairs[0], return_counts=True)
        dropped |= np.isin(groups, numbers[labels_each > 1])
    if "test_copies" in drop:
        dropped |= train & np.isin(groups, groups[~train])
    return dropped


def _mask(indices: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    mask = np.zeros(n, dtype=bool)
    mask[indices] = True
    return mask
