"""A figure with its 95 % interval: Wilson's for a share, the stratified bootstrap for all others.

Also: how figures stand in JSON.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Json = Mapping[str, Any]
Counts = NDArray[np.int64]
"""(..., 7, 7) confusion matrices, true labels as rows."""

Z: Final = 1.959964  # 97.5 % quantile of the normal distribution: a two-sided 95 % interval
REPLICATES: Final = 2000  # keeps the ends of an interval within about 0.1 points from run to run
MOST: Final = 10**15
"""What a figure or a count of a report may be: NumPy and the charts take it."""
SEED: Final = 20260  # the same matrix always gets the same interval


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval.

    Attributes:
        value: A share in [0, 1], or a ratio of at least 0.
        low: Lower end of the interval, at most `value`; None in a report that has no intervals.
        high: Upper end, at least `value`; None if `low` is.
    """

    value: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        low, high = self.interval or (self.value, self.value)
        check_ascending("an estimate is 0 ≤ low ≤ value ≤ high", 0.0, low, self.value, high)

    @property
    def interval(self) -> tuple[float, float] | None:
        return None if self.low is None or self.high is None else (self.low, self.high)

    def to_dict(self) -> dict[str, float | None]:
        return asdict(self)


def check_ascending(expected: str, *numbers: float) -> None:
    """Raises ValueError, which begins with `expected`, unless the numbers are finite and ascend."""
    if not all(map(math.isfinite, numbers)) or list(numbers) != sorted(numbers):
        raise ValueError(f"{expected}. Received: {' ≤ '.join(map(str, numbers))}")


def check_parts(n: int, *parts: int, least: int = 1) -> None:
    """Raises ValueError unless n faces are at least so many, and each part is some of them."""
    if n < least or not all(0 <= part <= n for part in parts):
        words = f"of n faces, n ≥ {least}, each count is 0 ≤ count ≤ n"
        raise ValueError(f"{words}. Received: n = {n}, {', '.join(map(str, parts))}")


def wilson(successes: float, n: int) -> Estimate | None:
    """The share successes / n with the score interval of Wilson (1927), JASA 22:209-212.

    `successes` is a whole number, or the mean of several networks' numbers on the same n images.
    Unlike the normal approximation it stays inside [0, 1] and has a width at 0 and at n.

    Returns:
        None if n is 0.
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

    Without one if it has no width: a few faces, each class all right or all wrong, resample to
    themselves, which says nothing of how far the figure may be off.
    """
    low, high = percentiles(value, replicates)
    return Estimate(value, low, high) if low < high else Estimate(value)


def percentiles(value: float, replicates: NDArray[np.float64]) -> tuple[float, float]:
    """The ends of the percentile interval of a value's (r,) bootstrap replicates.

    Widened to hold the value, which a skewed figure of few images would leave.
    """
    low, high = np.quantile(replicates, (0.025, 0.975)).tolist()
    return min(low, value), max(high, value)


def flat(name: str, estimate: Estimate | None) -> dict[str, float | None]:
    """The figure as `name`, `name_low` and `name_high`: plain numbers, all null for None."""
    ends = (None, None) if estimate is None else (estimate.low, estimate.high)
    value = None if estimate is None else estimate.value
    return {name: value, f"{name}_low": ends[0], f"{name}_high": ends[1]}


def read_flat(data: Json, name: str) -> Estimate | None:
    """The inverse of `flat`; a report without the ends of the interval is accepted.

    Raises KeyError, TypeError or ValueError, as all readers here, if `data` is damaged.
    """
    ends = data.get(f"{name}_low"), data.get(f"{name}_high")
    return read_estimate({"value": data[name], "low": ends[0], "high": ends[1]})


def read_estimate(data: Json | None) -> Estimate | None:
    """The inverse of `Estimate.to_dict`, with null, or null for the value, for None."""
    if data is None or data["value"] is None:
        return None
    low, high = (read_optional(data.get(end)) for end in ("low", "high"))
    return Estimate(read_number(data["value"]), low, high)


def read_optional(value: Any) -> float | None:
    return None if value is None else read_number(value)


def read_number(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not -MOST <= value <= MOST:
        words = f"a figure is a number from {-MOST:.0e} to {MOST:.0e}"
        raise TypeError(f"{words}. Received: {str(value)[:80]!r}")
    return float(value)


def read_count(value: Any) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or not 0 <= value <= MOST:
        words = f"a count is a whole number from 0 to {MOST:.0e}"
        raise TypeError(f"{words}. Received: {str(value)[:80]!r}")
    return int(value)
