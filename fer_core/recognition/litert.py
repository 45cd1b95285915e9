"""LiteRT's interpreter: made of a model's bytes, and run on inputs of changing size."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from fer_core.errors import ModelError


def new_interpreter(model: bytes, threads: int = 1) -> Interpreter:
    """An interpreter, which may be used by one thread at a time (see `pool.Pool`).

    Raises:
        ModelError: the bytes are no LiteRT flatbuffer.
    """
    try:
        interpreter = Interpreter(model_content=model, num_threads=threads)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ModelError(f"The model file is not a LiteRT network ({error}).") from error
    return interpreter


def run(interpreter: Interpreter, values: NDArray[np.float32]) -> list[NDArray[Any]]:
    """The outputs for the one input, in the model's order. Memory is laid out anew for a new size:
    2 ms for a frame of a video."""
    source = interpreter.get_input_details()[0]
    if tuple(source["shape"]) != values.shape:
        interpreter.resize_tensor_input(source["index"], values.shape)
        interpreter.allocate_tensors()
    interpreter.set_tensor(source["index"], values)
    interpreter.invoke()
    return [interpreter.get_tensor(target["index"]) for target in interpreter.get_output_details()]
