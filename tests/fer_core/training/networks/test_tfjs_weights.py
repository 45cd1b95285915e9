"""A TensorFlow.js model's manifest and bytes → arrays."""

import json
from pathlib import Path

import numpy as np
import pytest

from fer_core.errors import ModelError
from fer_core.training.networks.tfjs_weights import read_weights

KERNEL = np.array([[0.5, -2.0, 3.0]], np.float32)
BIAS = np.array([0.1], np.float32)
AXES = np.array([1, 2], np.int32)
HALF = {"dtype": "float16", "original_dtype": "float32"}
ENTRIES = [
    {"name": "kernel", "shape": [1, 3], "dtype": "float32", "quantization": HALF},
    {"name": "bias", "shape": [], "dtype": "float32"},
    {"name": "axes", "shape": [2], "dtype": "int32"},
]
CONTENT = KERNEL.astype("<f2").tobytes() + BIAS.astype("<f4").tobytes() + AXES.tobytes()


def _write(folder: Path, entries=ENTRIES, content=CONTENT) -> Path:
    path = folder / "model.json"
    parts = {"part-1.bin": content[:7], "part-2.bin": content[7:]}
    path.write_text(json.dumps({"weightsManifest": [{"paths": [*parts], "weights": entries}]}))
    for name, part in parts.items():
        (folder / name).write_bytes(part)
    return path


def test_weights_of_several_types_and_files(tmp_path: Path):
    weights = read_weights(_write(tmp_path))
    assert [*weights] == ["kernel", "bias", "axes"]
    np.testing.assert_array_equal(weights["kernel"], KERNEL)
    assert weights["kernel"].dtype == np.float32
    assert weights["bias"].shape == ()
    assert weights["bias"] == pytest.approx(0.1)
    np.testing.assert_array_equal(weights["axes"], AXES)


def test_integers_with_a_scale_in_a_manifest_that_stands_alone(tmp_path: Path):
    packing = {"dtype": "uint8", "scale": 0.5, "min": -1.0}
    entries = [{"name": "bias", "shape": [3], "dtype": "float32", "quantization": packing}]
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps([{"paths": ["part.bin"], "weights": entries}]))
    (tmp_path / "part.bin").write_bytes(bytes([0, 3, 255]))
    bias = read_weights(path)["bias"]
    assert bias.dtype == np.float32
    np.testing.assert_allclose(bias, [-1.0, 0.5, 126.5])


@pytest.mark.parametrize(
    ("entries", "content", "said"),
    [
        (ENTRIES, CONTENT + b"1", "its weights take 18 bytes. Received: 19"),
        (ENTRIES, CONTENT[:-1], "buffer"),
        ([{**ENTRIES[1], "dtype": "string"}], b"1234", "string, which is not read here"),
        ([{"name": "bias"}], b"1", "dtype"),
    ],
    ids=["too many bytes", "too few", "a type", "no type"],
)
def test_what_is_not_such_a_file_is_refused(tmp_path: Path, entries, content, said):
    with pytest.raises(ModelError, match=said):
        read_weights(_write(tmp_path, entries, content))


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ModelError, match=r"model\.json is not the JSON"):
        read_weights(tmp_path / "model.json")
