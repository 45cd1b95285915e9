"""A data set → what is trained on and what validates. `test/` is never part of either."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from fer_core.data.dataset import Dataset
from fer_core.data.near_copies import near_copies, near_copy_groups
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.training.sections import DataConfig

WEIGHT_CAP: Final = 3.0
"""The most that a class weighs with "capped": Disgust's full weight is 9.4."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """The two parts of `train/`.

    Attributes:
        train: What the network learns from.
        validation: What chooses the epoch, the learning rate, the temperature and the threshold.
        class_weights: (7,) float32, the loss's factor for each class; averages 1 over `train`.
        train_rows: (m,) int64: where the images of `train` stand in the whole data set.
        validation_rows: The same of `validation`.
        withheld: Rows that teachers must not have learned from: validation, and what is left out
            of training as copies of `test/`.
        left_out: How many images each word of `DataConfig.drop` leaves out; some have several.
    """

    train: Dataset
    validation: Dataset
    class_weights: NDArray[np.float32]
    train_rows: NDArray[np.int64]
    validation_rows: NDArray[np.int64]
    withheld: NDArray[np.int64]
    left_out: dict[str, int]

    @property
    def sizes(self) -> dict[str, int]:
        """How many images are learned from and how many validate, as a card's data says."""
        return {"learned_from": len(self.train), "validated_on": len(self.validation)}


def partition(dataset: Dataset, config: DataConfig, seed: int) -> TrainingData:
    """Cuts the validation part from `train/`, or takes the data set's own `validation/`.

    Raises:
        DataError: if a class has too few images to stand in both parts.
    """
    dropped = {name: _to_drop(dataset, name) for name in config.drop}
    copies = [name for name in dropped if name.endswith("test_copies")]
    rows = np.flatnonzero((dataset.splits == "train") & ~np.any([*dropped.values()], axis=0))
    own = np.flatnonzero(dataset.splits == "validation")
    if len(own):
        _require(dataset.labels[rows], 1, "train/")
        _require(dataset.labels[own], 1, "validation/")
        train, validation = rows, own
    else:
        train, validation = _cut(dataset, rows, config, seed)
    return TrainingData(
        dataset.where(_mask(train, len(dataset))),
        dataset.where(_mask(validation, len(dataset))),
        class_weights(dataset.labels[train], config.class_weights),
        train,
        validation,
        np.concatenate([validation, *(np.flatnonzero(dropped[name]) for name in copies)]),
        {name: int(mask.sum()) for name, mask in dropped.items()},
    )


def _cut(
    dataset: Dataset, rows: NDArray[np.int64], config: DataConfig, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows that are learned from, and those that validate."""
    part = dataset.where(_mask(rows, len(dataset)))
    folds = round(1 / config.validation)
    _require(part.labels, folds, "train/")
    # By class, and copies stay together: otherwise validation would be partly a memory test.
    seed = seed if config.split_seed is None else config.split_seed
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    near = config.groups == "near_copies"
    groups = near_copy_groups(part.images) if near else part.copy_groups
    train, validation = next(splitter.split(part.images, part.labels, groups))
    return rows[train], rows[validation]


def _require(labels: NDArray[np.int64], least: int, folder: str) -> None:
    counts = np.bincount(labels, minlength=len(EMOTIONS))
    if counts.min() < least:
        lacking = [f"{EMOTIONS[i]} ({n})" for i, n in enumerate(counts) if n < least]
        raise DataError(
            f"{folder} needs at least {least} images of every class, because a network answers all "
            f"seven. Too few: {', '.join(lacking)}. Add images of them; to evaluate a finished "
            "network, fewer classes will do."
        )


def unlike_training(data: TrainingData) -> Dataset:
    """The validation faces that are no near copies of one that was learned from.

    A network recalls those: a temperature or threshold chosen on them is overconfident. With
    `DataConfig.groups` "near_copies" there are none.

    Returns:
        All of `data.validation` if a class would be left without images.
    """
    kept = data.validation.where(~near_copies(data.validation.images, data.train.images))
    return kept if np.bincount(kept.labels, minlength=len(EMOTIONS)).all() else data.validation


def class_weights(labels: NDArray[np.int64], kind: str) -> NDArray[np.float32]:
    """(7,) factors of the loss; see `DataConfig.class_weights`."""
    counts = np.maximum(np.bincount(labels, minlength=len(EMOTIONS)), 1)
    if kind == "none":
        return np.ones(len(EMOTIONS), dtype=np.float32)
    weights = len(labels) / (len(EMOTIONS) * counts)
    if kind == "square_root":
        weights = np.sqrt(weights)
    if kind == "capped":
        weights = np.minimum(weights, WEIGHT_CAP)
    weights *= len(labels) / (weights * counts).sum()
    return weights.astype(np.float32)


def _to_drop(dataset: Dataset, name: str) -> NDArray[np.bool_]:
    """Which images of `train/` a word of `DataConfig.drop` means."""
    train = dataset.splits == "train"
    groups = dataset.copy_groups
    if name == "constant":
        flat = dataset.images.reshape(len(dataset), -1)
        return np.asarray(train & (flat.min(axis=1) == flat.max(axis=1)))
    if name == "conflicting":
        pairs = np.unique(np.stack([groups[train], dataset.labels[train]]), axis=1)
        numbers, labels_each = np.unique(pairs[0], return_counts=True)
        return np.asarray(train & np.isin(groups, numbers[labels_each > 1]))
    copies = np.asarray(train & np.isin(groups, groups[~train]))
    if name == "near_test_copies":
        copies[train] |= near_copies(dataset.images[train], dataset.images[~train])
    return copies


def _mask(indices: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    mask = np.zeros(n, dtype=bool)
    mask[indices] = True
    return mask
