"""Mixup (Zhang et al. 2018) and CutMix (Yun et al. 2019): each face of a batch with another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Mixing:
    """What share of a face is another's is drawn from a Beta distribution for each face.

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
