"""(n, 48, 48) faces → (n, 7) probabilities, through LiteRT."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from fer_core.errors import ModelError
from fer_core.labels import EMOTIONS
from fer_core.recognition.litert import new_interpreter, run
from fer_core.recognition.pool import Pool
from fer_core.types import FACE_SIDE, Probabilities

INPUT_SHAPE: Final = (FACE_SIDE, FACE_SIDE, 1)
MAX_BATCH: Final = 32
"""Larger batches gain nothing per face and keep their memory."""


class Classifier:
    """A network behind one method that several threads may call.

    An interpreter serves one thread at a time. All share the model's bytes.

    Args:
        model: A LiteRT flatbuffer: input (n, 48, 48, 1) float32 gray 0-255, output (n, 7).
        threads: Per call. One is best for one face.

    Raises:
        ModelError: the bytes are not such a model.
    """

    def __init__(self, model: bytes, *, threads: int = 1) -> None:
        self._interpreters = Pool(partial(_new_interpreter, model, threads))

    def predict(self, crops: NDArray[np.uint8]) -> Probabilities:
        """Classifies faces.

        Args:
            crops: (n, 48, 48) uint8 gray, as `cropping.face_crop` cuts them; n may be 0.

        Returns:
            (n, 7) float32 in the order of `EMOTIONS`; each row sums to 1.

        Raises:
            ValueError: for any other shape.
        """
        if crops.ndim != 3 or crops.shape[1:] != INPUT_SHAPE[:2]:
            raise ValueError(f"Faces have the shape (n, 48, 48). Received: {crops.shape}")
        if len(crops) == 0:
            return np.zeros((0, len(EMOTIONS)), dtype=np.float32)
        faces = crops[..., None].astype(np.float32)
        with self._interpreters.borrow() as interpreter:
            parts = [
                np.asarray(run(interpreter, faces[start : start + MAX_BATCH])[0], np.float32)
                for start in range(0, len(faces), MAX_BATCH)
            ]
        return np.concatenate(parts)


def _new_interpreter(model: bytes, threads: int) -> Interpreter:
    interpreter = new_interpreter(model, threads)
    _check_shapes(interpreter)
    return interpreter


def _check_shapes(interpreter: Interpreter) -> None:
    source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    shapes = tuple(source["shape"][1:]), tuple(target["shape"][1:])
    if shapes != (INPUT_SHAPE, (len(EMOTIONS),)) or source["dtype"] != np.float32:
        raise ModelError(
            f"The network takes {source['dtype'].__name__} {shapes[0]} and answers {shapes[1]}. "
            f"Expected: float32 {INPUT_SHAPE} and ({len(EMOTIONS)},)."
        )
