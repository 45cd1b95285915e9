import numpy as np
import pytest

from fer_core.evaluation.calibration import (
    fit_temperature,
    neutral_excess,
    rescale,
    unsure_threshold,
)
from fer_core.labels import NEUTRAL


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
