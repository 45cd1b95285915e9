import numpy as np
import pytest

from fer_core.evaluation.logit_adjustment import Adjustment, adjusted, choose, fold, prior_of

PRIOR = np.array([0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])


def _faces(n: int = 7000, noise: float = 1.5):
    """Balanced labels, and a network that has learned PRIOR besides what the faces show."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 7
    logits = 2 * np.eye(7)[labels] + rng.normal(0, noise, (n, 7)) + 2 * np.log(PRIOR)
    powers = np.exp(logits)
    return labels, (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def test_prior_counts_targets_by_their_weights():
    targets = np.eye(7, dtype=np.float32)[[0, 0, 1]]
    prior = prior_of(targets, np.array([1, 1, 2], np.float32))
    np.testing.assert_allclose(prior, [0.5, 0.5, 0, 0, 0, 0, 0])


@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0])
def test_adjusted_answers_sum_to_one_and_divide_by_the_prior(tau: float):
    answers = np.stack([PRIOR, np.full(7, 1 / 7)]).astype(np.float32)
    result = adjusted(answers, PRIOR, tau)
    np.testing.assert_allclose(result.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(result[0, 0] / result[0, 1], 4 ** (1 - tau), rtol=1e-5)


def test_a_tau_that_helps_is_chosen():
    chosen = choose(*_faces(), PRIOR, 1.0)
    assert chosen.tau >= 0.8
    assert chosen.balanced_accuracy[1] > chosen.balanced_accuracy[0]


@pytest.mark.parametrize(("largest", "prior"), [(0.3, PRIOR), (1.0, np.full(7, 1 / 7))])
def test_tau_stays_within_bounds_and_at_nothing_where_nothing_helps(largest, prior):
    chosen = choose(*_faces(), prior, largest)
    assert chosen.tau == (0.3 if largest == 0.3 else 0.0)


def test_folded_into_the_last_layer_it_is_the_same():
    import keras

    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [keras.Input((5,)), keras.layers.Dense(7, activation="softmax", name="probabilities")]
    )
    faces = np.random.default_rng(1).normal(size=(20, 5)).astype(np.float32)
    before = np.asarray(network.predict(faces, verbose=0))
    fold(network, Adjustment(0.6, tuple(PRIOR), (0, 0), (0, 0)))
    after = np.asarray(network.predict(faces, verbose=0))
    np.testing.assert_allclose(after, adjusted(before, PRIOR, 0.6), atol=1e-6)
