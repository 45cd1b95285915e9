"""The face ResNet: it computes what the published graph's operations do, and trains from there."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from fer_core.errors import TrainingError
from fer_core.store.assets import find_asset
from fer_core.training import architecture
from fer_core.training.networks.face_resnet import BLOCKS, MANIFEST, MEANS, build
from fer_core.training.networks.registry import settle
from fer_core.training.networks.tfjs_weights import read_weights
from fer_core.training.sections import ModelConfig

SIZE = 118
"""Its sides, 118, 56, 27, 13, 6, 3, 1, ask for padding before an addition as 150's do."""


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of the published one's form with weights of its own, in 8 bits."""
    rng = np.random.default_rng(2)
    folder = tmp_path_factory.mktemp("weights")
    entries, content, channels = [], b"", 3

    def add(name: str, values: np.ndarray) -> None:
        nonlocal content
        low, scale = float(values.min()), float(np.ptp(values)) / 255 or 1.0
        entries.append(
            {
                "name": name,
                "shape": [*values.shape],
                "dtype": "float32",
                "quantization": {"dtype": "uint8", "scale": scale, "min": low},
            }
        )
        content += np.round((values - low) / scale).astype(np.uint8).tobytes()

    def add_convolution(name: str, side: int, before: int, after: int, gain: float) -> None:
        add(f"{name}/conv/filters", rng.normal(0, 0.01, (side, side, before, after)))
        add(f"{name}/conv/bias", rng.normal(0, 1e-4, after))
        slope = gain / (0.01 * np.sqrt(side**2 * before))
        add(f"{name}/scale/weights", slope * rng.uniform(0.8, 1.2, after))
        add(f"{name}/scale/biases", rng.normal(0, 0.2, after))

    add_convolution("conv32_down", 7, 3, 32, gain=3)
    channels = 32
    for name, filters, _ in BLOCKS:
        add_convolution(f"{name}/conv1", 3, channels, filters, gain=1)
        add_convolution(f"{name}/conv2", 3, filters, filters, gain=0.5)
        channels = filters
    path = folder / MANIFEST
    path.write_text(json.dumps([{"paths": ["faces.bin"], "weights": entries}]))
    (folder / "faces.bin").write_bytes(content)
    return path


def graph(weights: dict, faces: np.ndarray) -> np.ndarray:
    """The published network's own operations: (n, 48, 48) faces → (n, 256) pooled features."""
    ops = keras.ops
    x = ops.image.resize(faces[..., None].astype(np.float32), (SIZE, SIZE))
    x = (ops.concatenate([x] * 3, axis=-1) - np.array(MEANS, np.float32)) / 256

    def convolved(x, name, strides=1):
        padding = "same" if strides == 1 else "valid"
        x = ops.conv(x, weights[f"{name}/conv/filters"], strides, padding)
        x = x + weights[f"{name}/conv/bias"]
        return x * weights[f"{name}/scale/weights"] + weights[f"{name}/scale/biases"]

    x = ops.max_pool(ops.relu(convolved(x, "conv32_down", 2)), 3, 2)
    for name, _, halves in BLOCKS:
        y = ops.relu(convolved(x, f"{name}/conv1", 2 if halves else 1))
        y = convolved(y, f"{name}/conv2")
        if halves:
            x = ops.average_pool(x, 2, 2)
            rows, channels = x.shape[1] - y.shape[1], y.shape[3] - x.shape[3]
            y = ops.pad(y, ((0, 0), (0, rows), (0, rows), (0, 0)))
            x = ops.pad(x, ((0, 0), (0, 0), (0, 0), (0, channels)))
        x = ops.relu(x + y)
    return ops.convert_to_numpy(ops.mean(x, axis=(1, 2)))


def features(network: keras.Model, faces: np.ndarray, *, training: bool = False) -> np.ndarray:
    model = architecture.feature_model(network)
    seen = model([faces[..., None].astype(np.float32)], training=training)
    return keras.ops.convert_to_numpy(seen)


@pytest.mark.slow
@pytest.mark.parametrize("source", ["made up", "published"])
def test_it_computes_what_the_graph_does_and_goes_on_so(source, made_up: Path, faces):
    path = made_up if source == "made up" else find_asset(MANIFEST)
    if path is None:
        pytest.skip(f"{MANIFEST} is not on this machine")
    weights = "dlib" if source == "published" else str(path)
    network = build(size=SIZE, weights=weights, batch_norm_momentum=0.9)
    expected = graph(read_weights(path), faces)
    scale = expected.std()
    assert scale > 0.01
    np.testing.assert_allclose(features(network, faces), expected, atol=1e-3 * scale, rtol=1e-3)
    settle(network, ModelConfig(architecture="face_resnet", weights=weights), faces, seed=1)
    np.testing.assert_allclose(features(network, faces), expected, atol=5e-3 * scale, rtol=5e-3)
    norms = architecture.norms_of(architecture.backbone(network))
    assert len(norms) == 29
    assert {norm.momentum for norm in norms} == {0.9}
    # And the layers train: over the same faces, batch statistics are those that it holds.
    trained = features(network, faces, training=True)
    assert np.abs(trained - expected).max() < 0.2 * scale


def test_pinned_weights_are_no_others(made_up: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FER_ASSETS", str(made_up.parent))
    with pytest.raises(TrainingError, match="not there, or is another file than the pinned one"):
        build(size=SIZE)
