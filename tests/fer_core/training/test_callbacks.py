"""Averaged weights: what is kept, what goes on, and what batch norms then know."""

from __future__ import annotations

import numpy as np
import pytest
from training_tools import build_tiny

from fer_core.training import architecture
from fer_core.training.callbacks import WeightAverage, estimate_statistics
from fer_core.training.phase import make_optimizer
from fer_core.training.sections import PhaseConfig

FACES = np.random.default_rng(0).integers(0, 256, (48, 48, 48), dtype=np.uint8)
LABELS = np.eye(7, dtype=np.float32)[np.arange(48) % 7]
PHASE = PhaseConfig("p", epochs=2, ema=0.5, learning_rate=1e-3, optimizer="adamw", clip_norm=1.0)


@pytest.fixture(scope="module")
def network():
    import keras

    keras.utils.set_random_seed(1)
    return build_tiny(
        size=48, width=1.0, dense=8, dropout=0.0, weights="none", batch_norm_momentum=None
    )


def _norm(network):
    return architecture.backbone(network).get_layer("norm")


def test_statistics_are_those_of_the_images(network):
    convolution = architecture.backbone(network).get_layer("convolution")
    norm = _norm(network)
    estimate_statistics(network, FACES)
    values = np.asarray(convolution(FACES[..., None].astype(np.float32) / 127.5 - 1))
    np.testing.assert_allclose(norm.moving_mean, values.mean(axis=(0, 1, 2)), atol=1e-3)
    np.testing.assert_allclose(norm.moving_variance, values.var(axis=(0, 1, 2)), atol=1e-3)
    assert norm.momentum == 0.999


def test_statistics_of_batches_are_averaged(network, monkeypatch: pytest.MonkeyPatch):
    estimate_statistics(network, FACES)
    whole = np.asarray(_norm(network).moving_mean)
    monkeypatch.setattr("fer_core.training.callbacks._BATCH", 16)
    estimate_statistics(network, FACES)
    np.testing.assert_allclose(_norm(network).moving_mean, whole, atol=1e-5)


def test_the_average_is_validated_and_lent_while_the_raw_weights_go_on(network):
    import keras

    model = keras.Model(network.inputs, network.outputs)
    validation = (FACES[..., None].astype(np.float32), LABELS)
    average = WeightAverage(network, FACES, model, validation, 48)
    optimizer = make_optimizer(PHASE, 3)
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
    average.set_model(model)
    kernel = network.get_layer("probabilities").kernel
    seen = []
    for _ in range(3):
        model.train_on_batch(FACES[..., None].astype(np.float32), LABELS)
        seen.append(np.array(kernel))
    raw, logs = network.get_weights(), {"loss": 1.0}

    average.on_epoch_end(0, logs)
    assert set(logs) == {"loss", "val_loss", "val_accuracy"}
    for now, before in zip(network.get_weights(), raw, strict=True):
        np.testing.assert_array_equal(now, before)
    with average.applied():
        expected = 0.5 * (0.5 * seen[0] + 0.5 * seen[1]) + 0.5 * seen[2]
        np.testing.assert_allclose(kernel, expected, atol=1e-6)
        answers = network.predict(FACES[..., None].astype(np.float32), verbose=0)
        loss = -np.log((answers * LABELS).sum(axis=1)).mean()
        assert logs["val_loss"] == pytest.approx(float(loss), rel=1e-3)
    np.testing.assert_array_equal(kernel, seen[2])
