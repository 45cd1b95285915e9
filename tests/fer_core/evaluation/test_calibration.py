import numpy as np
import pytest

from fer_core.evaluation.calibration import (
    Adjustment,
    adjust_logits,
    choose_adjustment,
    class_prior,
    fit_temperature,
    fold_adjustment,
    neutral_excess,
    unsure_threshold,
)
from fer_core.labels import NEUTRAL
from fer_core.recognition.answers.ways import rescale


def _overconfident(temperature: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1.5, (20_000, 7))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (true.cumsum(axis=1) > rng.random((len(true), 1))).argmax(axis=1)
    return labels, rescale(true, 1 / temperature)


@pytest.mark.parametrize("temperature", [0.7, 1.0, 2.0])
def test_the_temperature_that_distorted_the_answers_is_found(temperature: float):
    assert fit_temperature(*_overconfident(temperature)) == pytest.approx(temperature, rel=0.05)


def test_rescaling_keeps_the_answer_and_the_sum():
    _, answers = _overconfident(1.0)
    softer = rescale(answers, 3.0)
    np.testing.assert_allclose(softer.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(softer.argmax(axis=1), answers.argmax(axis=1))
    assert softer.max(axis=1).mean() < answers.max(axis=1).mean()


@pytest.mark.parametrize("bias", [0.8, 0.0, -0.5])
def test_the_excess_that_distorted_neutral_is_taken_back(bias: float):
    labels, answers = _overconfident(1.0)
    biased = answers * np.exp(bias * np.eye(7)[NEUTRAL])
    excess = neutral_excess(labels, (biased / biased.sum(axis=1, keepdims=True)).astype("f4"))
    lowered = biased * np.exp(-excess * np.eye(7)[NEUTRAL])
    answered = (lowered.argmax(axis=1) == NEUTRAL).sum()
    assert answered == pytest.approx((labels == NEUTRAL).sum(), abs=1)
    assert excess == pytest.approx(bias, abs=0.1)


@pytest.mark.parametrize("labels", [[0, 1, 2], [NEUTRAL] * 3])
def test_where_nothing_can_be_learned_of_neutral_it_is_left(labels: list[int]):
    answers = np.full((3, 7), 1 / 7, np.float32)
    assert neutral_excess(np.array(labels), answers) == 0.0


def test_four_of_five_faces_reach_the_threshold():
    _, answers = _overconfident(1.0)
    assert (answers.max(axis=1) >= unsure_threshold(answers)).mean() == pytest.approx(0.8, abs=0.01)


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
    prior = class_prior(targets, np.array([1, 1, 2], np.float32))
    np.testing.assert_allclose(prior, [0.5, 0.5, 0, 0, 0, 0, 0])


@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0])
def test_adjusted_answers_sum_to_one_and_divide_by_the_prior(tau: float):
    answers = np.stack([PRIOR, np.full(7, 1 / 7)]).astype(np.float32)
    result = adjust_logits(answers, PRIOR, tau)
    np.testing.assert_allclose(result.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(result[0, 0] / result[0, 1], 4 ** (1 - tau), rtol=1e-5)


def test_a_tau_that_helps_is_chosen():
    chosen = choose_adjustment(*_faces(), PRIOR, 1.0)
    assert chosen.tau >= 0.8
    assert chosen.balanced_accuracy[1] > chosen.balanced_accuracy[0]


@pytest.mark.parametrize(("largest", "prior"), [(0.3, PRIOR), (1.0, np.full(7, 1 / 7))])
def test_tau_stays_within_bounds_and_at_nothing_where_nothing_helps(largest, prior):
    chosen = choose_adjustment(*_faces(), prior, largest)
    assert chosen.tau == (0.3 if largest == 0.3 else 0.0)


def test_folded_into_the_last_layer_it_is_the_same():
    import keras

    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [keras.Input((5,)), keras.layers.Dense(7, activation="softmax", name="probabilities")]
    )
    faces = np.random.default_rng(1).normal(size=(20, 5)).astype(np.float32)
    before = np.asarray(network.predict(faces, verbose=0))
    fold_adjustment(network, Adjustment(0.6, tuple(PRIOR), (0, 0), (0, 0)))
    after = np.asarray(network.predict(faces, verbose=0))
    np.testing.assert_allclose(after, adjust_logits(before, PRIOR, 0.6), atol=1e-6)
