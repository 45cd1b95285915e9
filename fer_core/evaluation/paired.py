"""Paired comparison of classifiers on the same images: exact tests, Holm's correction, intervals.

The tests need SciPy; nothing that the app imports may import this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from fer_core.evaluation.estimates import REPLICATES, SEED
from fer_core.labels import EMOTIONS

Labels = NDArray[np.int64]
Events = NDArray[np.int64]
"""(seeds, n) of 0 and 1, or their sums over several pairs: what happened to each image."""


@dataclass(frozen=True, slots=True)
class SignTest:
    """An exact test on images for which two treatments differ.

    Attributes:
        more: Images with more events under the treatment than under the control.
        fewer: Images with fewer.
        p: Two-sided; 1 if no image differs.
    """

    more: int
    fewer: int
    p: float


def mcnemar(treated: Events, control: Events) -> SignTest:
    """McNemar's exact test (1947), each image counted once however many networks saw it.

    An image's events are summed over the rows of both arguments, and the sign of the difference is
    its vote: under the null hypothesis either sign is as likely. With one network on each side this
    is McNemar's test itself. Counting an image once for every network would take answers to the
    same image for independent ones, and p would come out too small.

    Args:
        treated, control: (rows, n) events; row i of the one is the partner of row i of the other.
    """
    net = treated.sum(axis=0) - control.sum(axis=0)
    more, fewer = int((net > 0).sum()), int((net < 0).sum())
    differing = more + fewer
    p = float(binomtest(more, differing, 0.5).pvalue) if differing else 1.0
    return SignTest(more, fewer, p)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p values that keep the family-wise error (Holm 1979), in the order given.

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return tuple(adjusted)


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Bootstrap draws shared by all networks, so that their figures stay paired.

    Attributes:
        images: (r, n) how often each image was drawn, by class: supports stay what they are.
        seeds: (r, s) the share of each training seed, drawn with replacement. Two seeds tell
            little of how much seeds differ: such intervals are rather too narrow than too wide.
    """

    images: NDArray[np.float32]
    seeds: NDArray[np.float64]

    @classmethod
    def of(cls, labels: Labels, seeds: int) -> Draws:
        """Draws for (n,) labels and so many seeds; the same arguments give the same draws."""
        return _draws(np.asarray(labels, np.int64).tobytes(), seeds)

    def means(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """(seeds, n) values of each image → (r,) their means over drawn images and seeds."""
        sums = self.images @ values.T.astype(np.float32)
        means: NDArray[np.float64] = (sums * self.seeds).sum(axis=1) / values.shape[1]
        return means

    def confusions(self, labels: Labels, answers: Labels) -> NDArray[np.float64]:
        """(n,) labels and (seeds, n) answers → (r, seeds, 7, 7) matrices, true labels as rows."""
        cells = np.eye(len(EMOTIONS) ** 2, dtype=np.float32)
        each = [self.images @ cells[labels * len(EMOTIONS) + row] for row in answers]
        shape = (len(self.images), len(answers), len(EMOTIONS), len(EMOTIONS))
        return np.stack(each, axis=1).reshape(shape).astype(np.float64)


# Two sets of faces, all of them and those with another label than Neutral, serve every test.
@lru_cache(maxsize=2)
def _draws(labels_bytes: bytes, seeds: int) -> Draws:
    labels = np.frombuffer(labels_bytes, np.int64)
    rng = np.random.default_rng(SEED)
    images = np.zeros((REPLICATES, len(labels)), dtype=np.float32)
    for label in range(len(EMOTIONS)):
        places = np.flatnonzero(labels == label)
        if len(places):
            shares = np.full(len(places), 1 / len(places))
            images[:, places] = rng.multinomial(len(places), shares, size=REPLICATES)
    shares = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=REPLICATES) / seeds
    images.flags.writeable = shares.flags.writeable = False
    return Draws(images, shares)
