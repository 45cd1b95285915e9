"""A Keras network → a LiteRT file, and the proof that both answer alike.

The network's own `export` is used: put through a SavedModel and TFLiteConverter, the same network
disagreed with itself by up to 0.6 in probability.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core import architecture
from fer_core.classifier import Classifier
from fer_core.errors import ModelError
from fer_core.training import predict

TOLERANCE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two runtimes of one network differ.

    Attributes:
        faces: How many were compared.
        largest_difference: Of any probability.
        same_answer: Share of faces with the same most likely expression.
    """

    faces: int
    largest_difference: float
    same_answer: float


def to_litert(network: keras.Model) -> bytes:
    """The LiteRT flatbuffer of a network of `fer_core.architecture.build`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.tflite"
        # The exporter prints the signature of every call.
        with Path(os.devnull).open("w") as sink, contextlib.redirect_stdout(sink):
            network.export(path, format="litert", verbose=False)
        return path.read_bytes()


def prove_agreement(
    network: keras.Model, litert: bytes, faces: NDArray[np.uint8], *, tolerance: float = TOLERANCE
) -> Agreement:
    """Compares the two on real faces, (n, 48, 48) uint8.

    Raises:
        ModelError: where a probability differs by more than `tolerance`.
    """
    ours, theirs = predict(network, faces), Classifier(litert).predict(faces)
    agreement = Agreement(
        len(faces),
        float(np.abs(ours - theirs).max()),
        float((ours.argmax(axis=1) == theirs.argmax(axis=1)).mean()),
    )
    if agreement.largest_difference > tolerance:
        raise ModelError(
            f"The LiteRT file differs from the Keras network by {agreement.largest_difference:.4f} "
            f"in probability on {len(faces)} faces; at most {tolerance} is accepted."
        )
    return agreement


def with_temperature(network: keras.Model, temperature: float) -> keras.Model:
    """Folds a temperature into the last layer, so that every runtime answers calibrated.

    softmax((Wx + b) / T) = softmax((W/T) x + b/T). Changes `network` and returns it.
    """
    last = network.get_layer("probabilities")
    last.set_weights([w / temperature for w in last.get_weights()])
    return network


def parameters(network: keras.Model) -> int:
    """How many weights the network has."""
    return int(network.count_params())


def input_size(network: keras.Model) -> int:
    """The side to which the network upscales a face, in pixels."""
    return int(architecture.backbone(network).input_shape[1])
