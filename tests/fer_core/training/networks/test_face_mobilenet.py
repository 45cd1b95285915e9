"""The face network: it computes what the folded graph does, before and after its statistics."""

import json
from itertools import pairwise
from pathlib import Path

import keras
import numpy as np
import pytest

from fer_core.errors import TrainingError
from fer_core.store.assets import find_asset
from fer_core.training import architecture
from fer_core.training.networks import batch_norms, mobilenet_v2
from fer_core.training.networks.face_mobilenet import MANIFEST, MEANS, build
from fer_core.training.networks.registry import NETWORKS, settle
from fer_core.training.networks.tfjs_weights import read_weights
from fer_core.training.sections import ARCHITECTURES, ModelConfig

SIZE = 64
STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
CHANNELS = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
"""Of MobileNet's thirteen separable blocks and of what goes in and out of them."""


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of the published one's form with weights of its own: folded, and of any scale."""
    rng = np.random.default_rng(2)
    arrays = {"conv1/convolution/merged_input": rng.normal(0, 2e-3, (3, 3, 3, 32))}
    arrays["conv1_bn/batchnorm_1/sub"] = rng.normal(1, 1, 32)
    for i, (before, after) in enumerate(pairwise(CHANNELS), start=1):
        arrays[f"conv_dw_{i}/depthwise_kernel"] = rng.normal(0, 3, (3, 3, before, 1))
        arrays[f"conv_dw_{i}_bn/batchnorm_1/mul"] = rng.uniform(0.05, 0.2, before)
        arrays[f"conv_dw_{i}_bn/batchnorm_1/sub"] = rng.normal(1, 1, before)
        arrays[f"conv_pw_{i}/convolution/merged_input"] = rng.normal(
            0, before**-0.5, (1, 1, before, after)
        )
        arrays[f"conv_pw_{i}_bn/batchnorm_1/sub"] = rng.normal(1, 1, after)
    arrays["conv_pw_3/convolution/merged_input"][..., :5] = 0  # channels that died in training
    path = tmp_path_factory.mktemp("weights") / "faces.json"
    half = {"dtype": "float16", "original_dtype": "float32"}
    entries = [
        {"name": name, "shape": [*values.shape], "dtype": "float32", "quantization": half}
        for name, values in arrays.items()
    ]
    manifest = {"weightsManifest": [{"paths": ["faces.bin"], "weights": entries}]}
    path.write_text(json.dumps(manifest))
    (path.parent / "faces.bin").write_bytes(
        b"".join(values.astype("<f2").tobytes() for values in arrays.values())
    )
    return path


def graph(weights: dict, faces: np.ndarray) -> np.ndarray:
    """The folded graph's own operations: (n, 48, 48) faces → (n, 1024) pooled features."""
    ops = keras.ops
    x = ops.image.resize(faces[..., None].astype(np.float32), (SIZE, SIZE))
    x = ops.concatenate([x] * 3, axis=-1) - np.array(MEANS, np.float32)

    def convolved(x, kernel, name, strides=1):
        x = ops.conv(x, kernel, strides, "same")
        return ops.relu6(x + weights[f"{name}_bn/batchnorm_1/sub"])

    x = convolved(x, weights["conv1/convolution/merged_input"], "conv1", strides=2)
    for i, stride in enumerate(STRIDES, start=1):
        x = ops.depthwise_conv(x, weights[f"conv_dw_{i}/depthwise_kernel"], stride, "same")
        x = x * weights[f"conv_dw_{i}_bn/batchnorm_1/mul"]
        x = ops.relu6(x + weights[f"conv_dw_{i}_bn/batchnorm_1/sub"])
        x = convolved(x, weights[f"conv_pw_{i}/convolution/merged_input"], f"conv_pw_{i}")
    return keras.ops.convert_to_numpy(ops.mean(x, axis=(1, 2)))


def features(network: keras.Model, faces: np.ndarray) -> np.ndarray:
    model = architecture.feature_model(network)
    return keras.ops.convert_to_numpy(model([faces[..., None].astype(np.float32)], training=False))


@pytest.mark.slow
@pytest.mark.parametrize("source", ["made up", "published"])
def test_it_computes_what_the_graph_does_and_goes_on_so(source, made_up: Path, faces):
    path = made_up if source == "made up" else find_asset(MANIFEST)
    if path is None:
        pytest.skip(f"{MANIFEST} is not on this machine")
    weights = "vggface2" if source == "published" else str(path)
    network = build(size=SIZE, weights=weights, batch_norm_momentum=0.9)
    expected = graph(read_weights(path), faces)
    assert expected.std() > 0.05
    np.testing.assert_allclose(features(network, faces), expected, atol=2e-3)
    settle(network, ModelConfig(architecture="face_mobilenet", weights=weights), faces, seed=1)
    np.testing.assert_allclose(features(network, faces), expected, atol=2e-3)
    norms = [
        layer
        for layer in architecture.backbone(network).layers
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    assert len(norms) == 27
    assert {layer.momentum for layer in norms} == {0.9}
    # And the layers train: over the same faces, batch statistics are those that it holds.
    model = architecture.feature_model(network)
    trained = model([faces[..., None].astype(np.float32)], training=True)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(trained), expected, atol=0.02)


def test_kernels_have_the_size_at_which_a_network_begins(made_up: Path):
    base = architecture.backbone(build(size=SIZE, weights=str(made_up)))
    for name, fan_in in (("conv1", 27), ("conv_dw_1", 9), ("conv_pw_13", 1024)):
        kernel = keras.ops.convert_to_numpy(base.get_layer(name).weights[0])
        assert np.sqrt(np.square(kernel).mean()) == pytest.approx(np.sqrt(2 / fan_in), rel=1e-3)
    dead = keras.ops.convert_to_numpy(base.get_layer("conv_pw_3").weights[0])[..., :5]
    assert not dead.any()


def test_pinned_weights_are_no_others(made_up: Path, monkeypatch: pytest.MonkeyPatch):
    (made_up.parent / MANIFEST).write_bytes(made_up.read_bytes())
    monkeypatch.setenv("FER_ASSETS", str(made_up.parent))
    with pytest.raises(TrainingError, match="another file than the pinned one"):
        build(size=32)


def test_every_architecture_is_built():
    assert tuple(NETWORKS) == ARCHITECTURES
    with pytest.raises(TrainingError, match=r"model\.architecture is one of"):
        ModelConfig(architecture="alexnet")


def test_statistics_leave_other_parts_alone(faces):
    network = mobilenet_v2.build(size=32, width=0.35, dense=8)
    before = features(network, faces[:8])
    kernel = np.array(architecture.backbone(network).get_layer("Conv1").get_weights()[0])
    batch_norms.take_statistics(network, faces)
    np.testing.assert_allclose(features(network, faces[:8]), before, atol=1e-4)
    now = architecture.backbone(network).get_layer("Conv1").get_weights()[0]
    np.testing.assert_array_equal(now, kernel)
