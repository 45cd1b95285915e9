"""Two networks on the same images: differences with paired intervals, McNemar's test, a verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ReportError
from fer_core.evaluation.estimates import REPLICATES, SEED, percentiles
from fer_core.evaluation.predictions import Predictions
from fer_core.labels import EMOTIONS, NEUTRAL

Verdict = Literal["better", "worse", "undecided"]
LEVEL: Final = 0.05
_POWER: Final = 0.8416  # 80 % quantile of the normal distribution
_LEVEL: Final = 1.9600

Labels = NDArray[np.int64]
Draw = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Difference:
    """First network minus second, in [-1, 1], with its paired 95 % interval.

    Attributes:
        value: 0.01 is one point of a share; of the Neutral-bias index, a hundredth of it.
    """

    value: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two networks on n images.

    Attributes:
        n: Images that both answered for.
        only_first, only_second: Images that only the one gets right.
        p: McNemar's exact test (1947), two-sided.
        accuracy, balanced_accuracy, neutral_bias: Differences; None if there are no images, or no
            neutral ones.
        recall: Difference for each expression that has images.
        needed: So many images would tell a difference as large as this one apart from chance four
            times out of five; None if there is no difference at all.
    """

    n: int
    only_first: int
    only_second: int
    p: float
    accuracy: Difference | None
    balanced_accuracy: Difference | None
    neutral_bias: Difference | None
    recall: dict[str, Difference]
    needed: int | None

    @property
    def verdict(self) -> Verdict:
        """Whether the first network is better: by McNemar's test on which ones are right."""
        if self.p >= LEVEL or self.only_first == self.only_second:
            return "undecided"
        return "better" if self.only_first > self.only_second else "worse"


def common(
    first: Predictions, second: Predictions, keep: Sequence[str] | None = None
) -> tuple[Labels, Labels, Labels, list[str]]:
    """Labels, both networks' answers, and paths of the images that both answered for.

    Args:
        keep: Only these paths.

    Raises:
        ReportError: they have none in common, or disagree about a label.
    """
    rows = {path: i for i, path in enumerate(second.paths)}
    wanted = None if keep is None else set(keep)
    pairs = [
        (i, rows[path])
        for i, path in enumerate(first.paths)
        if path in rows and (wanted is None or path in wanted)
    ]
    left, right = (
        (np.array(each, dtype=np.int64) for each in zip(*pairs, strict=True))
        if pairs
        else (np.zeros(0, np.int64), np.zeros(0, np.int64))
    )
    labels = first.labels[left]
    if not pairs or (labels != second.labels[right]).any():
        raise ReportError(
            "These two models did not answer for the same images with the same labels: they cannot "
            "be compared face by face. Evaluate both on the same data."
        )
    answers = first.probabilities.argmax(axis=1)[left], second.probabilities.argmax(axis=1)[right]
    return labels, *answers, [first.paths[i] for i in left]


def compare(labels: Labels, first: Labels, second: Labels) -> Comparison:
    """Compares two networks' (n,) answers for images with (n,) labels; n is at least 1.

    Intervals: the stratified bootstrap of pairs. What a pair contributes is one of three values, so
    that each class is drawn from a multinomial.
    """
    gains = (first == labels).astype(np.int64) - (second == labels)
    neutral = (first == NEUTRAL).astype(np.int64) - (second == NEUTRAL)
    supports = np.bincount(labels, minlength=len(EMOTIONS))
    there = supports > 0
    gained, of_neutral = (_by_class(labels, signs, supports) for signs in (gains, neutral))
    n = len(labels)

    def per_class(sums: NDArray[np.float64]) -> NDArray[np.float64]:
        return sums / np.maximum(supports, 1)

    only_first, only_second = int((gains > 0).sum()), int((gains < 0).sum())
    recall = _differences(gained, per_class)
    bias = None
    if supports[NEUTRAL]:
        bias = _difference(of_neutral, lambda sums: sums.sum(axis=-1) / supports[NEUTRAL])
    return Comparison(
        n,
        only_first,
        only_second,
        _mcnemar(only_first, only_second),
        _difference(gained, lambda sums: sums.sum(axis=-1) / n),
        _difference(gained, lambda sums: per_class(sums)[..., there].mean(axis=-1)),
        bias,
        {name: recall[i] for i, name in enumerate(EMOTIONS) if there[i]},
        images_needed(only_first, only_second, n),
    )


def images_needed(only_first: int, only_second: int, n: int) -> int | None:
    """How many images would show a difference like this one, at 5 % and with a power of 80 %.

    Connor (1987), "Sample size for testing differences in proportions for the paired-sample
    design", Biometrics 43:207-211.
    """
    differing, difference = (only_first + only_second) / n, (only_first - only_second) / n
    if difference == 0:
        return None
    spread = _LEVEL * math.sqrt(differing) + _POWER * math.sqrt(differing - difference**2)
    return math.ceil((spread / difference) ** 2)


Sums = tuple[NDArray[np.float64], NDArray[np.float64]]
"""(7,) sums by class, and their (r, 7) bootstrap replicates."""


def _by_class(labels: Labels, signs: Labels, supports: Labels) -> Sums:
    rng = np.random.default_rng(SEED)
    counts = np.array(
        [[((labels == k) & (signs == s)).sum() for s in (1, -1, 0)] for k in range(len(EMOTIONS))]
    )
    shares = counts / np.maximum(supports, 1)[:, None]
    shares[supports == 0] = (0, 0, 1)
    draws = rng.multinomial(supports, shares, size=(REPLICATES, len(EMOTIONS)))
    return (counts[:, 0] - counts[:, 1]).astype(float), (draws[..., 0] - draws[..., 1]).astype(
        float
    )


def _difference(sums: Sums, figure: Draw) -> Difference:
    value = float(figure(sums[0]))
    return Difference(value, *percentiles(value, figure(sums[1])))


def _differences(sums: Sums, figure: Draw) -> list[Difference]:
    values, replicates = figure(sums[0]).tolist(), figure(sums[1])
    return [
        Difference(value, *percentiles(value, replicates[:, i])) for i, value in enumerate(values)
    ]


def _mcnemar(only_first: int, only_second: int) -> float:
    """The exact test needs no more than the smaller tail of a fair coin's throws."""
    n, k = only_first + only_second, min(only_first, only_second)
    # In logarithms: the binomial coefficients of thousands of throws are beyond any float.
    tail = math.fsum(
        math.exp(math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) - n * math.log(2))
        for i in range(k + 1)
    )
    return min(1.0, 2 * tail) if n else 1.0
