"""Batches for Keras: shuffled, augmented, weighted, and the same again after a resume."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.training.augmentation import augment, grained
from fer_core.training.distributed.devices import Shard
from fer_core.training.occlusion import cover
from fer_core.training.sections import AugmentationConfig
from fer_core.training.teaching.bank import Views

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Mixing:
    """Mixup (Zhang et al. 2018) and CutMix (Yun et al. 2019): each face of a batch with another.

    What share of a face is another's is drawn from a Beta distribution for each face.

    Attributes:
        mixup: Both parameters of it for mixup, which adds two faces; 0 for none.
        cutmix: The same for CutMix, which pastes a rectangle. With both, a batch gets either.
    """

    mixup: float = 0.0
    cutmix: float = 0.0

    @property
    def is_none(self) -> bool:
        return not (self.mixup or self.cutmix)

    def mix(
        self, faces: Floats, targets: Floats, weights: Floats, rng: np.random.Generator
    ) -> tuple[Floats, Floats, Floats]:
        """Mixes a batch.

        Args:
            faces: (n, side, side, 1) float32; left as they are.
            targets: (n, 7) float32, rows sum to 1.
            weights: (n,) float32, each face's factor in the loss.

        Returns:
            The three of them mixed. A pair's loss is the sum of both targets' losses, each with
            its own weight and share.
        """
        partner = rng.permutation(len(faces))
        if self.cutmix and (not self.mixup or rng.random() < 0.5):
            mixed, share = _paste(faces, faces[partner], self.cutmix, rng)
        else:
            share = rng.beta(self.mixup, self.mixup, len(faces)).astype(np.float32)
            kept = share[:, None, None, None]
            mixed = kept * faces + (1 - kept) * faces[partner]
        ours, theirs = share * weights, (1 - share) * weights[partner]
        total = ours + theirs
        both = ours[:, None] * targets + theirs[:, None] * targets[partner]
        return mixed, np.asarray(both / total[:, None], dtype=np.float32), total


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """(inputs, targets, weights) batches in an order that seed and epoch alone decide.

    Args:
        inputs: (n, 48, 48) uint8 faces, or (n, k) float32 features.
        targets: (n, 7) float32; with views (n, k, 7).
        weights: (n,) float32, each sample's factor in the loss.
        augmentation: For faces; None for none. Of it, `cover` and `grain` go over views, too.
        views: In the place of faces, k of each. An epoch takes one of every face; none comes again
            before all have come.
        mixing: For faces; after the augmentation.
        first_epoch: Where a resumed run goes on.
        shard: Which rows of each batch are this process's. Every process draws the whole batch:
            so it is the one that a single process would train on.
    """

    def __init__(
        self,
        inputs: NDArray[Any],
        targets: NDArray[np.float32],
        weights: NDArray[np.float32],
        *,
        batch_size: int,
        augmentation: AugmentationConfig | None,
        views: Views | None = None,
        mixing: Mixing | None = None,
        seed: int,
        first_epoch: int = 0,
        shard: Shard | None = None,
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=8)
        self._inputs, self._targets, self._weights = inputs, targets, weights
        self._batch_size = batch_size
        self._augmentation = augmentation or AugmentationConfig()
        self._views, self._mixing = views, mixing
        self._shares = targets.reshape(-1, targets.shape[-1]).mean(axis=0)
        self._seed = seed
        self._epoch = first_epoch
        self._shard = shard or Shard()
        self._used = self._shard.usable(len(inputs))
        # Faces begin at different views: else an epoch would be one draw of the augmentation.
        self._first_views = np.random.default_rng(seed).integers(0, 1 << 30, len(inputs))
        self._shuffle()

    def __len__(self) -> int:
        return math.ceil(self._used / self._batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[Any], ...]:
        batch = self._whole(index)
        rows = self._shard.rows(len(batch[0]))
        return tuple(part[rows] for part in batch)

    def _whole(self, index: int) -> tuple[NDArray[Any], ...]:
        """The batch of all processes."""
        start = index * self._batch_size
        rows = self._order[start : min(start + self._batch_size, self._used)]
        rng = np.random.default_rng((self._seed, self._epoch, index))
        inputs, targets = self._drawn(rows, rng)
        weights = self._weights[rows]
        if self._augmentation.cover:
            inputs, targets = cover(inputs, targets, self._shares, self._augmentation.cover, rng)
        if self._augmentation.grain:
            inputs = grained(inputs, self._augmentation.grain, rng)
        if inputs.ndim == 3:
            inputs = inputs[..., None].astype(np.float32)
        if self._mixing is not None and not self._mixing.is_none:
            return self._mixing.mix(inputs, targets, weights, rng)
        return inputs, targets, weights

    def _drawn(
        self, rows: NDArray[np.int64], rng: np.random.Generator
    ) -> tuple[NDArray[Any], NDArray[np.float32]]:
        """Inputs and targets of those rows, before they are covered, grained and mixed."""
        if self._views is not None:
            numbers = (self._first_views[rows] + self._epoch) % self._views.count
            return self._views.take(rows, numbers), self._targets[rows, numbers]
        inputs = self._inputs[rows]
        if not self._augmentation.is_none:
            inputs = augment(inputs, self._augmentation, rng)
        return inputs, self._targets[rows]

    def on_epoch_end(self) -> None:
        self._epoch += 1
        self._shuffle()

    def _shuffle(self) -> None:
        rng = np.random.default_rng((self._seed, self._epoch))
        self._order = rng.permutation(len(self._inputs))


def _paste(
    faces: Floats, others: Floats, alpha: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Pastes a rectangle of each other face; returns the faces and the share of each left."""
    n, side = faces.shape[:2]
    cut = np.sqrt(1 - rng.beta(alpha, alpha, n)) * side
    centres = rng.uniform(0, side, (2, n))
    low = np.clip(np.rint(centres - cut / 2), 0, side)
    high = np.clip(np.rint(centres + cut / 2), 0, side)
    along = np.arange(side)
    rows, columns = ((low[i, :, None] <= along) & (along < high[i, :, None]) for i in range(2))
    pasted = rows[:, :, None] & columns[:, None, :]
    share = 1 - pasted.mean(axis=(1, 2), dtype=np.float32)
    return np.where(pasted[..., None], others, faces), share
