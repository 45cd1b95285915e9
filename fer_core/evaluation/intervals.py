"""95 % intervals: Wilson's for a share, the stratified bootstrap for everything else."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.evaluation.estimates import Estimate

Counts = NDArray[np.int64]
"""(..., 7, 7) confusion matrices, true labels as rows."""

Figure = Callable[[Counts], NDArray[np.float64]]
"""(..., 7, 7) matrices → (...) or (..., 7) figures, one for each matrix (and class)."""

Z: Final = 1.959964  # 97.5 % quantile of the normal distribution: a two-sided 95 % interval
REPLICATES: Final = 2000  # keeps the ends of an interval within about 0.1 points from run to run
SEED: Final = 20260  # the same matrix always gets the same interval


def wilson(successes: float, n: int) -> Estimate | None:
    """The share successes / n with the score interval of Wilson (1927), JASA 22:209-212.

    `successes` is a whole number, or the mean of several networks' numbers on the same n images.
    Unlike the normal approximation it stays inside [0, 1] and has a width at 0 and at n.

    Returns:
        None where n is 0.
    """
    if n == 0:
        return None
    share, z2 = successes / n, Z * Z
    center = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    # At 0 and n the ends are exact in theory; rounding must not push them past the value.
    return Estimate(share, max(0.0, min(center - half, share)), min(1.0, max(center + half, share)))


def resample(counts: Counts) -> Counts:
    """Draws matrices as if each class's images had been drawn again with replacement.

    A row of a confusion matrix is all that a figure knows of its class, so that drawing the row
    from a multinomial is the stratified bootstrap (Efron & Tibshirani 1993, chapters 8 and 13).

    Returns:
        (REPLICATES, 7, 7) matrices with the row sums of `counts`.
    """
    supports = counts.sum(axis=1)
    shares = counts / np.maximum(supports, 1)[:, None]
    shares[supports == 0, 0] = 1.0  # an absent class: zero draws from any distribution
    rng = np.random.default_rng(SEED)
    return rng.multinomial(supports, shares, size=(REPLICATES, len(counts)))


def bootstrap(value: float, replicates: NDArray[np.float64]) -> Estimate:
    """`value` with the percentile interval of its (r,) bootstrap replicates.

    The interval is widened to hold the value, where a skewed figure of few images would leave it.
    """
    low, high = np.quantile(replicates, (0.025, 0.975)).tolist()
    return Estimate(value, min(low, value), max(high, value))
