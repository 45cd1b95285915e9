"""What a phase trains: the head, the backbone, its batch norms."""

import keras
import numpy as np
import pytest

from fer_core.training import architecture
from fer_core.training.networks import mobilenet_v2


@pytest.fixture
def network():
    return mobilenet_v2.build(size=32, width=0.35, dense=8)


@pytest.mark.parametrize(
    ("base", "batch_norms", "changed"),
    [(False, True, set()), (True, False, {"kernel"}), (True, True, {"kernel", "moving_mean"})],
    ids=["head", "backbone", "backbone and batch norms"],
)
def test_what_fit_changes(network, base, batch_norms, changed):
    architecture.set_trainable(network, base=base, batch_norms=batch_norms)
    trained = keras.Model(network.inputs, network.outputs)
    # Eagerly: to trace MobileNetV2 takes longer than all of this.
    trained.compile("adam", "categorical_crossentropy", run_eagerly=True)
    before = _weights(network)
    faces = np.random.default_rng(1).uniform(0, 255, (8, 48, 48, 1))
    trained.fit(faces, np.eye(7)[np.arange(8) % 7], epochs=1, batch_size=8, verbose=0)
    after = _weights(network)
    assert {name for name in before if not np.array_equal(before[name], after[name])} == changed


def _weights(network):
    backbone = architecture.backbone(network)
    return {
        "kernel": keras.ops.convert_to_numpy(backbone.get_layer("Conv1").kernel),
        "moving_mean": keras.ops.convert_to_numpy(backbone.get_layer("bn_Conv1").moving_mean),
    }
