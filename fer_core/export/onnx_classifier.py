"""(n, 48, 48) faces → (n, 7) probabilities, through ONNX Runtime.

For proofs and benchmarks: the app's runtime is LiteRT, and ONNX Runtime is a tool for development.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ModelError
from fer_core.types import Probabilities

MAX_BATCH = 32


class OnnxClassifier:
    """Answers as `fer_core.recognition.classifier.Classifier` does.

    Args:
        model: An ONNX file: input (n, 48, 48, 1) float32 gray 0-255, output (n, 7).
        threads: Per call.

    Raises:
        ModelError: where ONNX Runtime is not installed or refuses the bytes.
    """

    def __init__(self, model: bytes, *, threads: int = 1) -> None:
        try:
            import onnxruntime  # noqa: PLC0415
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

    def predict(self, crops: NDArray[np.uint8]) -> Probabilities:
        """(n, 48, 48) uint8 gray faces → (n, 7) float32; n is at least 1."""
        faces = crops[..., None].astype(np.float32)
        parts = [
            self._session.run(None, {self._input: faces[start : start + MAX_BATCH]})[0]
            for start in range(0, len(faces), MAX_BATCH)
        ]
        return np.concatenate(parts)
