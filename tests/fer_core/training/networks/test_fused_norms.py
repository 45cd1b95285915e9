"""The kernel in the place of Keras's own batch norm: the same outputs, gradients and statistics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from fer_core.training.networks.fused_norms import fuse

pytestmark = pytest.mark.skipif(
    keras.config.backend() != "tensorflow", reason="only TensorFlow has the kernel"
)
RNG = np.random.default_rng(1)
VALUES = RNG.normal(3, 2, (4, 6, 6, 5)).astype(np.float32)
ANSWERS = RNG.normal(0, 1, VALUES.shape).astype(np.float32)


def norm(fused: bool, **options: Any) -> keras.layers.BatchNormalization:
    layer = keras.layers.BatchNormalization(momentum=0.9, **options)
    layer.build((None, *VALUES.shape[1:]))
    rng = np.random.default_rng(2)
    for weight in layer.weights:
        weight.assign(rng.uniform(0.5, 2, weight.shape))
    if fused:
        fuse([layer])
    return layer


def model(fused: bool) -> keras.Model:
    inputs = keras.Input(VALUES.shape[1:])
    return keras.Model(inputs, norm(fused)(inputs))


@pytest.mark.parametrize("training", [True, False])
def test_outputs_and_statistics_are_those_of_keras(training: bool) -> None:
    ours, theirs = norm(fused=True), norm(fused=False)
    expected = theirs(VALUES, training=training)
    np.testing.assert_allclose(ours(VALUES, training=training), expected, atol=1e-5)
    for weight, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(weight, other, rtol=1e-5)


def test_a_step_is_the_one_that_keras_takes() -> None:
    ours, theirs = model(fused=True), model(fused=False)
    for each in (ours, theirs):
        each.compile(keras.optimizers.SGD(0.1), "mse")
        for _ in range(3):
            each.train_on_batch(VALUES, ANSWERS)
    for weight, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(weight, other, rtol=1e-4)


def test_what_is_saved_is_keras_s_own(tmp_path: Path) -> None:
    ours = model(fused=True)
    ours.save(tmp_path / "a.keras")
    again = keras.models.load_model(tmp_path / "a.keras")
    assert type(again.layers[-1]) is keras.layers.BatchNormalization
    np.testing.assert_allclose(again(VALUES, training=False), ours(VALUES, training=False))


@pytest.mark.parametrize(
    "options", [{"renorm": True}, {"scale": False}, {"axis": 1}, {"dtype": "mixed_bfloat16"}]
)
def test_a_layer_that_the_kernel_does_not_serve_stays(options: dict[str, Any]) -> None:
    assert "call" not in vars(norm(fused=True, **options))


def test_a_frozen_layer_answers_by_its_moving_statistics() -> None:
    layer = norm(fused=True)
    layer.trainable = False
    expected = layer(VALUES, training=False)
    np.testing.assert_array_equal(layer(VALUES, training=True), expected)
