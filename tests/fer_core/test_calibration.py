import numpy as np
import pytest

from fer_core.calibration import fit_temperature, rescale, unsure_threshold


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


def test_four_of_five_faces_reach_the_threshold():
    _, answers = _overconfident(1.0)
    assert (answers.max(axis=1) >= unsure_threshold(answers)).mean() == pytest.approx(0.8, abs=0.01)
