"""Tests, corrections and intervals against scipy and published examples."""

import numpy as np
import pytest
from scipy.stats import binom

from fer_core.evaluation.paired import Draws, holm, mcnemar


def events(text: str) -> np.ndarray:
    """ "101 011" → two rows."""
    return np.array([[int(c) for c in row] for row in text.split()])


@pytest.mark.parametrize(
    ("treated", "control", "more", "fewer", "p"),
    [
        ("0000", "0000", 0, 0, 1.0),
        ("1111", "1111", 0, 0, 1.0),
        ("1" * 6, "0" * 6, 6, 0, 2 * 0.5**6),
        ("0" * 6, "1" * 6, 0, 6, 2 * 0.5**6),
        ("1110", "0001", 3, 1, 0.625),  # 2 * (1 + 4) / 16
        ("10", "01", 1, 1, 1.0),
        # Two networks on each side: an image votes once, and not at all where they cancel.
        ("111 111", "000 000", 3, 0, 0.25),
        ("10 01", "01 10", 0, 0, 1.0),
        ("11 01", "00 11", 1, 0, 1.0),
    ],
)
def test_mcnemar(treated, control, more, fewer, p):
    result = mcnemar(events(treated), events(control))
    assert (result.more, result.fewer) == (more, fewer)
    assert result.p == pytest.approx(p)


def test_one_pair_of_networks_is_the_textbook_test():
    rng = np.random.default_rng(1)
    treated, control = rng.integers(0, 2, (1, 500)), rng.integers(0, 2, (1, 500))
    b, c = ((treated > control).sum(), (treated < control).sum())
    expected = min(1.0, 2 * binom.cdf(min(b, c), b + c, 0.5))
    assert mcnemar(treated, control).p == pytest.approx(expected)


def test_the_same_answers_twice_are_no_more_evidence_than_once():
    rng = np.random.default_rng(2)
    treated, control = rng.integers(0, 2, (1, 300)), rng.integers(0, 2, (1, 300))
    once, twice = mcnemar(treated, control), mcnemar(treated.repeat(2, 0), control.repeat(2, 0))
    assert once == twice


@pytest.mark.parametrize(
    ("p_values", "expected"),
    [
        ([], []),
        ([0.03], [0.03]),
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # Wikipedia's worked example
        ([0.9, 0.8], [1.0, 1.0]),
        ([0.02, 0.02], [0.04, 0.04]),
        ([0.001, 0.5, 0.04], [0.003, 0.5, 0.08]),
    ],
)
def test_holm(p_values, expected):
    assert holm(p_values) == pytest.approx(tuple(expected))


def test_the_draws_keep_each_class_and_pair_the_networks():
    labels = np.repeat([0, 3, 6], [5, 20, 40])
    draws = Draws.of(labels, 2)
    for label, count in ((0, 5), (3, 20), (6, 40)):
        assert (draws.images[:, labels == label].sum(axis=1) == count).all()
    assert np.allclose(draws.seeds.sum(axis=1), 1)
    again = Draws.of(labels, 2)
    assert (draws.images == again.images).all()
    assert (draws.seeds == again.seeds).all()


def test_means_spread_as_the_binomial_does():
    values = np.zeros((1, 400))
    values[0, :100] = 1
    means = Draws.of(np.zeros(400, int), 1).means(values)
    assert means.mean() == pytest.approx(0.25, abs=0.002)
    assert means.std() == pytest.approx(np.sqrt(0.25 * 0.75 / 400), rel=0.1)


def test_seeds_that_differ_widen_the_spread():
    labels = np.zeros(400, int)
    alike, apart = np.full((2, 400), 0.5), np.stack([np.zeros(400), np.ones(400)])
    draws = Draws.of(labels, 2)
    assert draws.means(alike).std() == pytest.approx(0, abs=1e-6)
    assert draws.means(apart).std() == pytest.approx(np.sqrt(1 / 8), rel=0.1)


def test_matrices_of_the_draws_have_the_true_one_as_their_mean():
    labels, answers = np.array([0, 0, 0, 6, 6]), np.array([[0, 6, 0, 6, 6]])
    matrices = Draws.of(labels, 1).confusions(labels, answers)
    assert matrices.shape[1:] == (1, 7, 7)
    assert matrices[:, 0, 0].sum(axis=1) == pytest.approx(3)
    assert matrices[:, 0, 0, 6].mean() == pytest.approx(1, abs=0.1)
    assert (matrices[:, 0, 6, 6] == 2).all()
