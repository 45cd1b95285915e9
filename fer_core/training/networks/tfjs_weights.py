"""The weights of a TensorFlow.js graph model: its JSON manifest and its binary file → arrays.

The format is that of tensorflowjs_converter: the JSON's `weightsManifest` lists groups, each with
the paths of its binary files and its weights in order; their bytes follow one another without gaps,
little-endian. Weights quantised to float16 are widened; 8- and 16-bit integers with a scale are not
read, since nothing here needs them.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ModelError

_TYPES: Final = {"float32": "<f4", "float16": "<f2", "int32": "<i4"}


def read_weights(manifest: Path) -> dict[str, NDArray[Any]]:
    """Reads every weight of the model whose JSON file is `manifest`.

    Returns:
        Its weights by name, in the manifest's order: floating-point ones as float32.

    Raises:
        ModelError: if a file cannot be read, or holds something else.
    """
    try:
        groups = json.loads(manifest.read_text(encoding="utf-8"))["weightsManifest"]
        weights: dict[str, NDArray[Any]] = {}
        for group in groups:
            content = b"".join((manifest.parent / name).read_bytes() for name in group["paths"])
            weights |= _split(content, group["weights"])
        return weights
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{manifest} is not the JSON of a TensorFlow.js model beside its binary files "
            f"({error})."
        ) from error


def _split(content: bytes, entries: list[dict[str, Any]]) -> dict[str, NDArray[Any]]:
    """Cuts a group's bytes into its weights."""
    weights, offset = {}, 0
    for entry in entries:
        stored = entry.get("quantization", {}).get("dtype", entry["dtype"])
        if stored not in _TYPES or "scale" in entry.get("quantization", {}):
            raise ValueError(f"{entry['name']} is stored as {stored}, which is not read here")
        kind = np.dtype(_TYPES[stored])
        count = math.prod(entry["shape"])
        values = np.frombuffer(content, kind, count, offset).reshape(entry["shape"])
        weights[entry["name"]] = values.astype(np.float32 if kind.kind == "f" else np.int32)
        offset += count * kind.itemsize
    if offset != len(content):
        raise ValueError(f"its weights take {offset:,} bytes. Received: {len(content):,}")
    return weights
