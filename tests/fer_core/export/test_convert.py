"""What is folded into the last layer changes the answers as it says."""

import keras
import numpy as np
import pytest

from fer_core.export.convert import with_neutral_lowered, with_temperature
from fer_core.labels import NEUTRAL
from fer_core.recognition.answers.ways import rescale


@pytest.fixture
def network():
    keras.utils.set_random_seed(1)
    last = keras.layers.Dense(7, activation="softmax", name="probabilities")
    return keras.Sequential([keras.Input((4,)), last])


@pytest.fixture
def inputs():
    return np.random.default_rng(1).normal(size=(20, 4)).astype(np.float32)


def _answers(network, inputs):
    return network.predict(inputs, verbose=0)


def test_a_temperature_divides_the_logits(network, inputs):
    expected = rescale(_answers(network, inputs), 2.0)
    np.testing.assert_allclose(
        _answers(with_temperature(network, 2.0), inputs), expected, atol=1e-6
    )


def test_neutral_alone_is_lowered(network, inputs):
    before = np.log(_answers(network, inputs))
    after = np.log(_answers(with_neutral_lowered(network, 0.5), inputs))
    change = (after - after[:, :1]) - (before - before[:, :1])
    np.testing.assert_allclose(change, np.tile(-0.5 * np.eye(7)[NEUTRAL], (20, 1)), atol=1e-5)
