"""What an import loads, in a fresh interpreter: the app never TensorFlow."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from test_architecture import ROOT, layer_of, python_files


def imported_by(statements: str) -> set[str]:
    """The top-level modules in a fresh interpreter after `statements`."""
    code = f"{statements}\nimport sys\nprint('MODULES', *{{m.split('.')[0] for m in sys.modules}})"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(run.stdout.rsplit("MODULES", 1)[1].split())


def importable(layers: tuple[str, ...]) -> list[str]:
    names = (
        path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path, _ in python_files()
        if path != "app.py" and layer_of(path) in layers
    )
    return [name for name in names if not name.startswith(("fer_core.training", "fer_core.export"))]


@pytest.mark.parametrize(
    "statements",
    [
        "import fer_core",
        "from fer_core import Recognizer, decode_image",
        "\n".join(f"import {name}" for name in importable(("fer_core",))),
        "\n".join(f"import {name}" for name in importable(("ui",))),
    ],
    ids=["the package", "the recognizer", "all of fer_core", "all of ui"],
)
def test_tensorflow_stays_out(statements: str) -> None:
    loaded = imported_by(statements)
    assert "fer_core" in loaded
    assert loaded & {"tensorflow", "keras", "jax", "torch"} == set()


def test_analysing_a_face_leaves_tensorflow_out(make_model: Callable[..., Path]) -> None:
    """Not only the imports at the top: the whole way of a photo."""
    loaded = imported_by(
        "import numpy\n"
        "from fer_core import Recognizer\n"
        f"recognizer = Recognizer.load({str(make_model())!r})\n"
        "recognizer.analyze(numpy.zeros((120, 160, 3), numpy.uint8))"
    )
    assert "ai_edge_litert" in loaded
    assert loaded & {"tensorflow", "keras"} == set()
