"""A float LiteRT file → the same network in 8-bit integers, its ranges measured on real faces.

Post-training static quantization (Jacob et al. 2018, "Quantization and Training of Neural Networks
for Efficient Integer-Arithmetic-Only Inference"): one scale for each output channel of a weight,
one for each activation. Made from the LiteRT file itself, so that both are one network.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from fer_core.errors import ModelError
from fer_core.labels import EMOTIONS
from fer_core.store.class_names import with_class_names

CALIBRATION_FACES: Final = 512
"""With half as many, probabilities are as far off on average: 0.014 on 1,200 validation faces."""

# Ranges are averaged over batches. With single faces they come out too narrow: on 1,200 validation
# faces, probabilities are 0.031 off on average instead of 0.014.
_BATCH: Final = 16
_BITS: Final = 8


def to_int8(litert: bytes, faces: NDArray[np.uint8]) -> bytes:
    """Quantizes convolutions, additions, pooling and dense layers.

    Upscaling and scaling of the pixels, and the softmax, stay in float32: a probability keeps its
    resolution, and the input is the float file's, (n, 48, 48, 1) float32 gray, 0-255.

    Args:
        litert: A float file of `fer_core.export.convert.to_litert`.
        faces: (n, 48, 48) uint8, n at least 1: training faces, on which ranges are measured.

    Raises:
        ModelError: the quantizer is not installed.
    """
    try:
        from litert_quantizer import Quantizer  # noqa: PLC0415
    except ImportError as error:
        raise ModelError(
            "The quantizer is not installed. Run: pip install -r requirements-dev.txt"
        ) from error
    signature, name = _signature(litert)
    inputs = faces[..., None].astype(np.float32)
    batches = [{name: inputs[i : i + _BATCH]} for i in range(0, len(inputs), _BATCH)]
    with _silence():
        quantizer = Quantizer(litert, quantization_recipe=_recipe())
        ranges = quantizer.calibrate({signature: batches}, num_threads=1)
        return with_class_names(bytes(quantizer.quantize(ranges).quantized_model), EMOTIONS)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """The quantizer shows its progress, thousands of steps of it, and its interpreter warns."""
    with (
        Path(os.devnull).open("w") as sink,
        contextlib.redirect_stderr(sink),
        contextlib.redirect_stdout(sink),
    ):
        yield


def _signature(litert: bytes) -> tuple[str, str]:
    """The names of the network's one signature and of its one input."""
    signatures = Interpreter(model_content=litert).get_signature_list()
    ((signature, ends),) = signatures.items()
    (name,) = ends["inputs"]
    return str(signature), str(name)


def _recipe() -> Any:
    from litert_quantizer.qtyping import TFLOperationName as Op  # noqa: PLC0415
    from litert_quantizer.recipe_manager import AlgorithmName, RecipeManager  # noqa: PLC0415

    recipe = RecipeManager()
    for operation in (Op.CONV_2D, Op.DEPTHWISE_CONV_2D, Op.ADD, Op.MEAN, Op.FULLY_CONNECTED):
        recipe.add_static_config(".*", operation, _BITS, _BITS)  # weights by channel
    for scope, operation in ((".*to_minus_one.*", Op.ADD), (".*", Op.INPUT), (".*", Op.OUTPUT)):
        recipe.add_quantization_config(scope, operation, algorithm_key=AlgorithmName.NO_QUANTIZE)
    return recipe.get_quantization_recipe()
