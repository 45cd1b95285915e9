"""The weights of a TensorFlow.js graph model: its JSON manifest and its binary file → arrays.

The format is that of tensorflowjs_converter: the JSON's `weightsManifest` lists groups, each with
the paths of its binary files and its weights in order; their bytes follow one another without gaps,
little-endian. Weights quantised to float16 are widened; 8- and 16-bit integers become
scale·integer + min. A manifest that stands alone, a list of groups, is read like one in a JSON.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ModelError
from fer_core.store.assets import find_asset

_TYPES: Final = {
    "float32": "<f4",
    "float16": "<f2",
    "int32": "<i4",
    "uint8": "<u1",
    "uint16": "<u2",
}


def pinned(hashes: Mapping[str, str]) -> Path:
    """Finds a model's files in the folder that FER_ASSETS names: their content is third-party.

    Args:
        hashes: SHA-256 by file name, the JSON file first.

    Returns:
        The JSON file.

    Raises:
        ModelError: if one is not there, or is another file.
    """
    found = {name: find_asset(name) for name in hashes}
    for name, path in found.items():
        if path is None or hashlib.sha256(path.read_bytes()).hexdigest() != hashes[name]:
            raise ModelError(f"{name} is not there, or is another file than the pinned one")
    manifest = found[next(iter(hashes))]
    assert manifest is not None
    return manifest


def read_weights(manifest: Path) -> dict[str, NDArray[Any]]:
    """Reads every weight of the model whose JSON file is `manifest`.

    Returns:
        Its weights by name, in the manifest's order: floating-point ones as float32.

    Raises:
        ModelError: if a file cannot be read, or holds something else.
    """
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
        groups = content if isinstance(content, list) else content["weightsManifest"]
        weights: dict[str, NDArray[Any]] = {}
        for group in groups:
            packed = b"".join((manifest.parent / name).read_bytes() for name in group["paths"])
            weights |= _split(packed, group["weights"])
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
        packing = entry.get("quantization", {})
        stored = packing.get("dtype", entry["dtype"])
        if stored not in _TYPES:
            raise ValueError(f"{entry['name']} is stored as {stored}, which is not read here")
        kind = np.dtype(_TYPES[stored])
        count = math.prod(entry["shape"])
        values = np.frombuffer(content, kind, count, offset).reshape(entry["shape"])
        if "scale" in packing:
            values = values * np.float32(packing["scale"]) + np.float32(packing["min"])
        weights[entry["name"]] = values.astype(np.float32 if values.dtype.kind == "f" else np.int32)
        offset += count * kind.itemsize
    if offset != len(content):
        raise ValueError(f"its weights take {offset:,} bytes. Received: {len(content):,}")
    return weights
