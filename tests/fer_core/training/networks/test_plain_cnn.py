"""The plain network: its contract, its parts, its precision, and that it learns."""

import keras
import numpy as np
import pytest
from small_data import patterned_face

from fer_core.errors import TrainingError
from fer_core.training.architecture import backbone
from fer_core.training.networks.mobilenet_v2 import build as build_mobilenet
from fer_core.training.networks.plain_cnn import build
from fer_core.training.networks.registry import computing_in


def test_it_has_the_contract_and_the_layers_of_the_other_network():
    network = build()
    assert network.input_shape == (None, 48, 48, 1)
    answers = network.predict(np.full((3, 48, 48, 1), 200, np.uint8), verbose=0)
    assert answers.shape == (3, 7)
    assert answers.sum(axis=1) == pytest.approx(1, abs=1e-5)
    names = {"face", "backbone", "pooled", "dense", "dropout", "probabilities"}
    for one in (network, build_mobilenet(size=32, width=0.35, weights="none")):
        assert names <= {layer.name for layer in one.layers}
    convolutions = [x for x in backbone(network).layers if isinstance(x, keras.layers.Conv2D)]
    assert [x.filters for x in convolutions] == [32, 32, 64, 64, 128, 128, 256, 256]
    assert backbone(network).output_shape == (None, 3, 3, 256)


@pytest.mark.parametrize("asked", [{"size": 96}, {"weights": "imagenet"}])
def test_what_it_does_not_have_is_refused(asked):
    with pytest.raises(TrainingError, match="Received"):
        build(**asked)


def test_it_learns():
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(1)
    labels = np.tile(np.arange(7), 30)
    faces = np.stack([patterned_face(label, rng) for label in labels])[..., None]
    network = build(width=0.25, dense=32, dropout=0.0)
    network.compile(keras.optimizers.AdamW(3e-3), "sparse_categorical_crossentropy")
    network.fit(faces, labels, epochs=8, batch_size=30, verbose=0)
    right = network.predict(faces, verbose=0).argmax(axis=1) == labels
    assert right.mean() > 0.8  # chance is 0.14


def test_it_computes_in_bfloat16_between_pixels_and_probabilities(tmp_path):
    with computing_in("mixed_bfloat16"):
        network = build(width=0.25, dense=8)
    assert keras.config.dtype_policy().name == "float32"
    kinds = {layer.name: layer.compute_dtype for layer in network.layers}
    assert kinds["backbone"] == kinds["dense"] == "bfloat16"
    assert kinds["to_minus_one_to_one"] == kinds["probabilities"] == "float32"
    assert {weight.dtype for weight in network.weights} == {"float32"}
    network.save(tmp_path / "plain.keras")
    again = keras.models.load_model(tmp_path / "plain.keras")
    faces = np.random.default_rng(1).integers(0, 256, (3, 48, 48, 1)).astype(np.float32)
    answers = again.predict(faces, verbose=0)
    assert answers.dtype == np.float32
    np.testing.assert_array_equal(answers, network.predict(faces, verbose=0))
