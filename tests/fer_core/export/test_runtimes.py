"""Further runtimes of a finished model: made from its files, checked, entered in its card."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from fer_core.data.dataset import Dataset
from fer_core.errors import DataError, ModelError
from fer_core.export import runtimes
from fer_core.export.convert import to_litert, to_onnx
from fer_core.export.quantize import to_int8
from fer_core.export.runtimes import OnnxClassifier, add_runtimes
from fer_core.labels import EMOTIONS
from fer_core.recognition.classifier import Classifier
from fer_core.store.card_changes import save_card
from fer_core.store.class_names import class_names
from fer_core.store.model_files import (
    INT8_SUFFIX,
    ONNX_SUFFIX,
    ModelCard,
    file_record,
    list_models,
    load_card,
    load_model,
    verified_bytes,
)
from fer_core.training.architecture import predict
from fer_core.training.networks.mobilenet_v2 import build


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """The real architecture, small, its batch norms' statistics no longer their first ones."""
    keras.utils.set_random_seed(5)
    made = build(size=32, width=0.35, dense=16, dropout=0.3, batch_norm_momentum=0.9)
    for layer in made.get_layer("backbone").layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights([gamma, beta + 0.1, mean + 0.05, variance * 1.5])
    return made


@pytest.fixture(scope="module")
def litert(network: keras.Model) -> bytes:
    return to_litert(network)


@pytest.fixture
def model(network: keras.Model, litert: bytes, dataset: Dataset, tmp_path: Path) -> Path:
    """A finished model's files; returns the LiteRT one."""
    network.save(tmp_path / "small.keras")
    path = tmp_path / "small.tflite"
    path.write_bytes(litert)
    card = ModelCard(
        stem="small",
        title="A small test network",
        summary="Made by the tests.",
        created="2026-01-01",
        emotions=EMOTIONS,
        input={"shape": [None, 48, 48, 1]},
        files={
            suffix: file_record(tmp_path / f"small{suffix}") for suffix in (".keras", ".tflite")
        },
        data={"sha256": dataset.fingerprint},
    )
    save_card(card, tmp_path)
    return path


@pytest.mark.slow
def test_onnx_answers_as_the_network_does_in_inference(
    network: keras.Model, dataset: Dataset
) -> None:
    faces = dataset.images[:40]  # more than one batch
    answers = OnnxClassifier(to_onnx(network)).predict(faces)
    assert answers.dtype == np.float32
    np.testing.assert_allclose(answers, predict(network, faces), atol=1e-4)


@pytest.mark.slow
def test_onnx_runtime_is_told_to_send_nothing() -> None:
    code = "import fer_core.export, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "1"


def test_onnx_carries_its_class_names(network: keras.Model) -> None:
    import onnx

    data = to_onnx(network)
    made = onnx.load_from_string(data)
    assert {p.key: p.value.split() for p in made.metadata_props} == {"class_names": [*EMOTIONS]}
    onnx.helper.set_model_props(made, {"class_names": "happy\nsad\n"})
    with pytest.raises(ModelError, match="Received: happy, sad"):
        OnnxClassifier(made.SerializeToString())
    del made.metadata_props[:]
    OnnxClassifier(made.SerializeToString())  # as older exports are


@pytest.mark.slow
def test_int8_has_8_bit_weights_by_channel_and_the_same_contract(
    litert: bytes, dataset: Dataset
) -> None:
    faces = dataset.images[dataset.splits == "train"][:48]
    small = to_int8(litert, faces)
    assert len(small) < 0.5 * len(litert)
    Classifier(small)  # refuses another input or output
    assert class_names(small) == EMOTIONS
    tensors = Interpreter(model_content=small).get_tensor_details()
    scales = [
        len(tensor["quantization_parameters"]["scales"])
        for tensor in tensors
        if tensor["dtype"] == np.int8 and len(tensor["shape"]) == 4 and tensor["shape"][0] == 16
    ]
    assert 16 in scales, "the first convolution has 16 channels, and a scale for each"
    difference = np.abs(Classifier(small).predict(faces) - Classifier(litert).predict(faces))
    assert 0 < difference.mean() < 0.05


@pytest.mark.slow
def test_files_and_figures_are_entered_in_the_card(model: Path, dataset: Dataset) -> None:
    said: list[str] = []
    before = model.read_bytes()
    card = add_runtimes(model, dataset, (INT8_SUFFIX, ONNX_SUFFIX), said.append)
    assert load_card(model) == card
    assert [line.split(":")[0] for line in said] == ["LiteRT float32", "LiteRT int8", "ONNX"]
    assert set(card.runtimes) == {".tflite", INT8_SUFFIX, ONNX_SUFFIX}
    for suffix, found in card.runtimes.items():
        assert found["faces"] == 84
        assert found["shipped"] == (suffix in card.files)
        if found["shipped"]:
            data = verified_bytes(card, model.with_name(f"small{suffix}"))
            assert found["bytes"] == len(data)
    for suffix in (".tflite", ONNX_SUFFIX):
        assert card.runtimes[suffix]["largest_difference"] <= 1e-3
        assert card.runtimes[suffix]["clear_disagreements"] == 0
    assert model.read_bytes() == before
    assert list_models(model.parent) == ["small"]
    assert load_model(model.with_name("small.int8.tflite"))[1] == before


@pytest.mark.slow
@pytest.mark.parametrize(("loss", "shipped"), [(0.0, True), (0.5, False)])
def test_an_inaccurate_8_bit_network_is_reported_and_left_out(
    model: Path, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, loss: float, shipped: bool
) -> None:
    reference = Classifier(model.read_bytes()).predict(
        dataset.where(dataset.splits != "train").images
    )
    # As if the network were right everywhere, and the 8-bit one on all but a share of the faces.
    labels = reference.argmax(axis=1)
    wrong = int(loss * len(labels))

    class EightBits:
        def __init__(self, data: bytes) -> None: ...

        def predict(self, faces: np.ndarray) -> np.ndarray:
            answers = reference.copy()
            answers[:wrong] = np.roll(answers[:wrong], 1, axis=1)
            return answers

    test = dataset.splits != "train"
    relabelled = dataclasses.replace(dataset, labels=dataset.labels.copy())
    relabelled.labels[test] = labels
    monkeypatch.setattr(runtimes, "to_int8", lambda *_: b"8 bits")
    made = {b"8 bits": EightBits}
    monkeypatch.setattr(runtimes, "Classifier", lambda data: made.get(data, Classifier)(data))
    path = model.with_name("small.int8.tflite")
    path.write_bytes(b"an older one")
    card = add_runtimes(model, relabelled, (INT8_SUFFIX,), lambda _: None)
    found = card.runtimes[INT8_SUFFIX]
    assert found["shipped"] == shipped == (INT8_SUFFIX in card.files) == path.exists()
    assert found["accuracy"] == pytest.approx(1 - wrong / len(labels), abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        ("other data", ModelError, "trained on another data set"),
        ("no test faces", DataError, "no images under test"),
        ("altered network", ModelError, "was altered"),
        ("disagreement", ModelError, "differs from the Keras network"),
        ("text", ModelError, "small.keras is not a Keras network.*Export the model again"),
    ],
)
def test_what_cannot_be_added_to_leaves_the_card_as_it_was(
    model: Path, dataset: Dataset, fault: str, error: type[Exception], message: str
) -> None:
    card = load_card(model)
    data = dataset
    if fault == "other data":
        data = dataset.where(np.arange(len(dataset)) > 0)
    if fault == "no test faces":
        data = dataset.where(dataset.splits == "train")
        save_card(dataclasses.replace(card, data={"sha256": data.fingerprint}), model.parent)
    if fault == "altered network":
        keras_file = model.with_suffix(".keras")
        keras_file.write_bytes(keras_file.read_bytes()[:-1] + b"!")
    if fault == "disagreement":
        keras.utils.set_random_seed(6)
        other = build(size=32, width=0.35, dense=16, dropout=0.3, weights="none")
        other.save(model.with_suffix(".keras"))
    if fault == "text":
        model.with_suffix(".keras").write_text("hello")
    if fault in ("disagreement", "text"):
        files = {**card.files, ".keras": file_record(model.with_suffix(".keras"))}
        save_card(dataclasses.replace(card, files=files), model.parent)
    before = load_card(model)
    with pytest.raises(error, match=f"(?s){message}"):
        add_runtimes(model, data, (ONNX_SUFFIX,), lambda _: None)
    assert load_card(model) == before
    assert not model.with_name("small.onnx").exists()


@pytest.mark.parametrize("data", [b"", b"not a network"])
def test_other_bytes_are_no_onnx_network(data: bytes) -> None:
    with pytest.raises(ModelError, match="not an ONNX network"):
        OnnxClassifier(data)
