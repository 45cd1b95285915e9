"""Other runtimes for a finished model: its network in 8-bit integers, and in ONNX.

Each file is compared with the Keras network on every test face before it is shipped, and the card
says what was found. Neither is the app's runtime: the first is for phones and small boards, the
second for browsers and servers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.data.dataset import Dataset
from fer_core.errors import DataError, ModelError
from fer_core.export import agreement
from fer_core.export.agreement import Agreement
from fer_core.export.convert import to_onnx
from fer_core.export.on_validation import require_data_of
from fer_core.export.quantize import CALIBRATION_FACES, to_int8
from fer_core.labels import EMOTIONS
from fer_core.recognition.classifier import MAX_BATCH, Classifier
from fer_core.store.card_changes import change_card, require_same_network
from fer_core.store.class_names import ONNX_PROPERTY, from_lines, require_class_names
from fer_core.store.files import replace_bytes
from fer_core.store.model_files import (
    INT8_SUFFIX,
    KERAS_SUFFIX,
    NETWORK_SUFFIX,
    ONNX_SUFFIX,
    ModelCard,
    file_record,
    load_model,
    model_file,
    verified_bytes,
)
from fer_core.training.architecture import predict
from fer_core.types import Probabilities

LARGEST_LOSS: Final = 0.01
"""Of accuracy, at which an 8-bit network is still shipped."""

RUNTIMES: Final = {
    NETWORK_SUFFIX: "LiteRT float32",
    INT8_SUFFIX: "LiteRT int8",
    ONNX_SUFFIX: "ONNX",
}


class OnnxClassifier:
    """Answers as `Classifier` does, through ONNX Runtime: for proofs and benchmarks.

    Args:
        model: An ONNX file: input (n, 48, 48, 1) float32 gray 0-255, output (n, 7).
        threads: Per call.

    Raises:
        ModelError: ONNX Runtime is not installed, refuses the bytes, or finds other class names
            in them than `EMOTIONS`.
    """

    def __init__(self, model: bytes, *, threads: int = 1) -> None:
        try:
            import onnxruntime  # noqa: PLC0415 - a tool for development
        except ImportError as error:
            raise ModelError(
                "ONNX Runtime is not installed. Run: pip install -r requirements-dev.txt"
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        try:
            self._session = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its exceptions share no base class
            raise ModelError(f"The model file is not an ONNX network ({error}).") from error
        self._input = self._session.get_inputs()[0].name
        names = self._session.get_modelmeta().custom_metadata_map.get(ONNX_PROPERTY)
        require_class_names(names and from_lines(names), EMOTIONS, "The ONNX file")

    def predict(self, crops: NDArray[np.uint8]) -> Probabilities:
        """(n, 48, 48) uint8 gray faces → (n, 7) float32; n is at least 1."""
        faces = crops[..., None].astype(np.float32)
        parts = [
            self._session.run(None, {self._input: faces[start : start + MAX_BATCH]})[0]
            for start in range(0, len(faces), MAX_BATCH)
        ]
        return np.concatenate(parts)


@dataclass(frozen=True, slots=True)
class RuntimeCheck:
    """What a model's file answered for the test faces.

    Attributes:
        runtime: As in `RUNTIMES`.
        shipped: Whether the file stands beside the others.
        bytes: Its size.
        accuracy: Over all of `test/`.
        keras_accuracy: Of the Keras network on the same faces.
        agreement: With the Keras network.
    """

    runtime: str
    shipped: bool
    bytes: int
    accuracy: float
    keras_accuracy: float
    agreement: Agreement

    def to_dict(self) -> dict[str, Any]:
        values = dataclasses.asdict(self)
        values |= values.pop("agreement")
        return {k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in values.items()}

    def in_words(self) -> str:
        found = self.agreement
        return (
            f"{self.runtime}: {self.bytes / 1e6:.1f} MB, accuracy {self.accuracy:.2%} (Keras "
            f"{self.keras_accuracy:.2%}) on {found.faces:,} faces, same answer on "
            f"{found.same_answer:.2%}, largest difference {found.largest_difference:.1e}; "
            f"{'shipped' if self.shipped else 'left out'}."
        )


def add_runtimes(
    model: str | Path, dataset: Dataset, suffixes: tuple[str, ...], report: Callable[[str], None]
) -> ModelCard:
    """Makes, checks, and writes a finished model's further files, and enters them in its card.

    Args:
        model: Stem, or path of one of the model's files; needs its `.keras` file.
        dataset: What the model was trained on: `train/` calibrates, `test/` checks.
        suffixes: Of `INT8_SUFFIX` and `ONNX_SUFFIX`; the float LiteRT file is checked always.
        report: Is told each finding in a sentence.

    Raises:
        ModelError: a file of the model is missing or altered, a tool is not installed, or a
            float runtime disagrees with the Keras network.
        DataError: the data set is another one, or has no test faces.
    """
    card, litert = load_model(model)
    test = _test_faces(card, dataset)
    path = model_file(model, KERAS_SUFFIX)
    verified_bytes(card, path)
    try:
        network = keras.models.load_model(path, compile=False)
    except Exception as error:  # whatever the parts of a file make Keras raise
        raise ModelError(
            f"{path.name} is not a Keras network ({error}). Export the model again."
        ) from error
    reference = predict(network, test.images)
    makers: dict[str, Callable[[], bytes]] = {
        NETWORK_SUFFIX: lambda: litert,
        INT8_SUFFIX: lambda: to_int8(litert, _calibration_faces(dataset)),
        ONNX_SUFFIX: lambda: to_onnx(network),
    }
    for suffix in (NETWORK_SUFFIX, *suffixes):
        data = makers[suffix]()
        classifier = OnnxClassifier(data) if suffix == ONNX_SUFFIX else Classifier(data)
        answers = classifier.predict(test.images)
        check = _check(suffix, len(data), test.labels, reference, answers)
        report(check.in_words())
        card = _enter(card, path.parent, suffix, data, check)
    return card


def _test_faces(card: ModelCard, dataset: Dataset) -> Dataset:
    require_data_of(f"The model {card.stem}", card.data.get("sha256"), dataset)
    test = dataset.where(dataset.is_test)
    if not len(test):
        raise DataError("There are no images under test/ to compare the runtimes on.")
    return test


def _calibration_faces(dataset: Dataset) -> NDArray[np.uint8]:
    faces = dataset.images[dataset.splits == "train"]
    chosen = np.random.default_rng(0).permutation(len(faces))[:CALIBRATION_FACES]
    return np.asarray(faces[chosen], dtype=np.uint8)


def _check(
    suffix: str,
    size: int,
    labels: NDArray[np.int64],
    reference: Probabilities,
    answers: Probabilities,
) -> RuntimeCheck:
    """Raises `ModelError` if a float runtime disagrees; an 8-bit one is judged by accuracy."""
    found = agreement.compare(reference, answers)
    accuracy, expected = (float((p.argmax(axis=1) == labels).mean()) for p in (answers, reference))
    shipped = suffix != INT8_SUFFIX or abs(accuracy - expected) <= LARGEST_LOSS
    if suffix != INT8_SUFFIX:
        agreement.require(found, RUNTIMES[suffix])
    return RuntimeCheck(RUNTIMES[suffix], shipped, size, accuracy, expected, found)


def _enter(
    card: ModelCard, folder: Path, suffix: str, data: bytes, check: RuntimeCheck
) -> ModelCard:
    """Writes the file if it is shipped, removes an older one if not; then the card."""
    require_same_network(card, folder)
    path, record = folder / f"{card.stem}{suffix}", {}
    if not check.shipped:
        path.unlink(missing_ok=True)
    elif suffix != NETWORK_SUFFIX:  # which is where it came from
        replace_bytes(path, data)
        record = {suffix: file_record(path)}

    def entered(now: ModelCard) -> ModelCard:
        files = {**now.files, **record}
        if not check.shipped:
            files.pop(suffix, None)
        runtimes = {**now.runtimes, suffix: check.to_dict()}
        return dataclasses.replace(now, files=files, runtimes=runtimes)

    return change_card(card, folder, entered)
