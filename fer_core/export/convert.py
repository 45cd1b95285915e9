"""A Keras network → a LiteRT or ONNX file, and the proof that both answer alike.

Keras 3.15 traces `export(format="onnx")`, and SavedModels, with batch norms in training mode: such
a file disagrees with its network by up to 0.6 in probability. Its LiteRT exporter asks for
inference, and so does `to_onnx`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import warnings
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ModelError
from fer_core.export import agreement
from fer_core.export.agreement import TOLERANCE, Agreement
from fer_core.labels import EMOTIONS, NEUTRAL
from fer_core.recognition.classifier import Classifier
from fer_core.store.class_names import ONNX_PROPERTY, as_lines, with_class_names
from fer_core.training import architecture
from fer_core.training.architecture import predict
from fer_core.types import FACE_SIDE


def to_litert(network: keras.Model) -> bytes:
    """The LiteRT file of a network of `networks.mobilenet_v2`, with its class names."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        # The exporter prints the signature of every call.
        with Path(os.devnull).open("w") as sink, contextlib.redirect_stdout(sink):
            network.export(path, format="litert", verbose=False)
        return with_class_names(path.read_bytes(), EMOTIONS)


def to_onnx(network: keras.Model) -> bytes:
    """The ONNX file of a network of `networks.mobilenet_v2`: same input, output and class names.

    Raises:
        ModelError: the converter is not installed.
    """
    face = keras.Input((FACE_SIDE, FACE_SIDE, 1), name="face")
    inference = keras.Model(face, network(face, training=False), name="inference")
    inference(np.zeros((1, FACE_SIDE, FACE_SIDE, 1), np.float32))  # Keras exports what was called
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras's patch for NumPy 2 asks for `np.object`
        path = Path(folder) / "model.onnx"
        try:
            import onnx  # noqa: PLC0415 - a tool for development

            inference.export(path, format="onnx", verbose=False)
        except ImportError as error:
            raise ModelError(
                f"The ONNX converter is not installed ({error}). Run: pip install -r "
                "requirements-dev.txt"
            ) from error
        made = onnx.load(path)
        onnx.helper.set_model_props(made, {ONNX_PROPERTY: as_lines(EMOTIONS)})
        return bytes(made.SerializeToString())


def prove_agreement(
    network: keras.Model, litert: bytes, faces: NDArray[np.uint8], *, tolerance: float = TOLERANCE
) -> Agreement:
    """Compares the two on real faces, (n, 48, 48) uint8.

    Raises:
        ModelError: a probability differs by more than `tolerance`.
    """
    answers = Classifier(litert).predict(faces)
    found = agreement.compare(predict(network, faces), answers, tolerance=tolerance)
    return agreement.require(found, "LiteRT", tolerance=tolerance)


def with_temperature(network: keras.Model, temperature: float) -> keras.Model:
    """Folds a temperature into the last layer, so that every runtime answers calibrated.

    softmax((Wx + b) / T) = softmax((W/T) x + b/T). Changes `network` and returns it.
    """
    last = network.get_layer("probabilities")
    last.set_weights([w / temperature for w in last.get_weights()])
    return network


def with_neutral_lowered(network: keras.Model, excess: float) -> keras.Model:
    """Lowers Neutral's logit in the last layer. Changes `network` and returns it."""
    last = network.get_layer("probabilities")
    kernel, bias = last.get_weights()
    bias[NEUTRAL] -= excess
    last.set_weights([kernel, bias])
    return network


def input_size(network: keras.Model) -> int:
    """The side to which the network upscales a face, in pixels."""
    return int(architecture.backbone(network).input_shape[1])
