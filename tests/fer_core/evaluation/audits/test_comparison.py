"""Two networks side by side: figures against SciPy and against a plain bootstrap."""

from __future__ import annotations

import numpy as np
import pytest
from made_figures import probabilities_of

from fer_core.errors import ReportError
from fer_core.evaluation.audits.comparison import common, compare, images_needed
from fer_core.evaluation.metrics import evaluate_split
from fer_core.evaluation.paired import mcnemar
from fer_core.evaluation.predictions import Predictions

RNG = np.random.default_rng(8)
LABELS = RNG.integers(0, 7, 900)


def answers(share: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.where(rng.random(900) < share, LABELS, rng.integers(0, 7, 900))


def predictions(given: np.ndarray, labels: np.ndarray = LABELS, start: int = 0) -> Predictions:
    paths = tuple(f"{i}.png" for i in range(start, start + len(given)))
    return Predictions(paths, labels, probabilities_of(given))


@pytest.mark.parametrize("shares", [(0.6, 0.6), (0.8, 0.5), (0.3, 0.7)])
def test_figures_are_those_of_the_two_reports_and_of_scipys_test(shares) -> None:
    first, second = answers(shares[0], 1), answers(shares[1], 2)
    found = compare(LABELS, first, second)
    one, two = (evaluate_split(LABELS, probabilities_of(given)) for given in (first, second))
    for name in ("accuracy", "balanced_accuracy"):
        expected = getattr(one, name).value - getattr(two, name).value
        assert getattr(found, name).value == pytest.approx(expected)
    bias = one.neutral_bias_index.value - two.neutral_bias_index.value
    assert found.neutral_bias.value == pytest.approx(bias)
    for name, difference in found.recall.items():
        recalls = (split.per_class[name].recall.value for split in (one, two))
        assert difference.value == pytest.approx(next(recalls) - next(recalls))
    test = mcnemar((first == LABELS)[None].astype(int), (second == LABELS)[None].astype(int))
    assert (found.only_first, found.only_second) == (test.more, test.fewer)
    assert found.p == pytest.approx(test.p, rel=1e-9)


def test_intervals_are_a_bootstraps_over_pairs() -> None:
    first, second = answers(0.7, 1), answers(0.6, 2)
    found = compare(LABELS, first, second).accuracy
    assert found is not None
    gains = (first == LABELS).astype(float) - (second == LABELS)
    rng = np.random.default_rng(0)
    plain = [gains[rng.integers(0, 900, 900)].mean() for _ in range(2000)]
    assert (found.low, found.high) == pytest.approx(np.quantile(plain, (0.025, 0.975)), abs=0.005)


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [((0.9, 0.5), "better"), ((0.5, 0.9), "worse"), ((0.6, 0.6), "undecided")],
)
def test_the_verdict(shares, verdict) -> None:
    found = compare(LABELS, answers(shares[0], 1), answers(shares[1], 2))
    assert found.verdict == verdict
    assert found.accuracy.excludes_zero == (verdict != "undecided")


def test_a_network_is_not_better_than_itself() -> None:
    found = compare(LABELS, LABELS, LABELS)
    assert (found.p, found.needed, found.verdict) == (1.0, None, "undecided")


def test_images_that_are_needed() -> None:
    """Connor's formula: 10 % against 5 % discordant of 1,000 are decided by a few hundred."""
    assert images_needed(100, 50, 1000) == 469
    assert images_needed(101, 100, 1000) > 1_000_000
    assert images_needed(5, 5, 100) is None


def test_only_common_images_are_compared() -> None:
    first = predictions(LABELS[:600], LABELS[:600])
    second = predictions(LABELS[300:], LABELS[300:], start=300)
    labels, one, two, paths = common(first, second)
    assert (len(labels), paths[0], paths[-1]) == (300, "300.png", "599.png")
    assert (one == two).all()
    assert common(first, second, keep=["301.png", "x"])[3] == ["301.png"]


@pytest.mark.parametrize("kind", ["other images", "other labels"])
def test_what_cannot_be_compared_is_said(kind: str) -> None:
    other = predictions(LABELS, start=5000)
    if kind == "other labels":
        other = predictions(LABELS, (LABELS + 1) % 7)
    with pytest.raises(ReportError, match="cannot be compared"):
        common(predictions(LABELS), other)


def test_an_absent_class_has_no_difference() -> None:
    some = LABELS != 6
    found = compare(LABELS[some], LABELS[some], LABELS[some])
    assert "neutral" not in found.recall and found.neutral_bias is None
