"""Runtimes of one network side by side: speed, cold start and memory, each in its own process."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from fer_core.errors import ModelError
from fer_core.store.model_files import (
    INT8_SUFFIX,
    KERAS_SUFFIX,
    NETWORK_SUFFIX,
    ONNX_SUFFIX,
    load_card,
    model_file,
    verified_bytes,
)
from scripts.benchmarks.pictures import faces

PROBE: Final = Path(__file__).with_name("runtime_probe.py")
ROUNDS: Final = 3
RUNTIMES: Final = {
    "LiteRT float32": ("litert", NETWORK_SUFFIX),
    "LiteRT int8": ("litert", INT8_SUFFIX),
    "ONNX Runtime": ("onnx", ONNX_SUFFIX),
    "Keras tf.function": ("tf_function", KERAS_SUFFIX),
    "Keras model.predict": ("keras_predict", KERAS_SUFFIX),
}


def measure(model: str) -> dict[str, Any]:
    """Runtime → its figures, medians of rounds in which every runtime has its turn.

    A runtime whose file the model does not have says so.

    Raises:
        ModelError: If a file is altered, or a runtime does not start.
    """
    card = load_card(model)
    rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in RUNTIMES}
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "faces.npy"
        np.save(table, faces(32)[..., None].astype(np.float32))
        for _ in range(ROUNDS):
            for name, (runtime, suffix) in RUNTIMES.items():
                if suffix in card.files:
                    path = model_file(model, suffix)
                    verified_bytes(card, path)
                    rounds[name].append(_probe(runtime, path, table))
    return {name: _median(found) or "the model has no such file" for name, found in rounds.items()}


def _probe(runtime: str, path: Path, table: Path) -> dict[str, Any]:
    command = [sys.executable, str(PROBE), runtime, str(path), str(table)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(f"{path.name} did not run: {reason}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _median(rounds: list[Any]) -> Any:
    """Figure by figure, through nested dictionaries."""
    if rounds and isinstance(rounds[0], dict):
        return {name: _median([found[name] for found in rounds]) for name in rounds[0]}
    return round(statistics.median(rounds), 3) if rounds else None
