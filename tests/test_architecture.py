"""The direction of imports, read from every file: `pages → ui → fer_core ← scripts`.

Also: the app never imports TensorFlow, and no file knows more of the machine than it should.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]

MAY_IMPORT = {
    "pages": {"ui", "fer_core"},
    "ui": {"ui", "fer_core"},
    "fer_core": {"fer_core"},
    "scripts": {"fer_core"},
}
EXEMPT = {
    # Keras has no words for handing bytes to another process, nor for a process's own devices.
    "fer_core/distribution.py": {"jax"},
    "fer_core/distribution_messages.py": {"jax"},
    # The benchmark measures the app from outside, through Streamlit's own test harness.
    "scripts/benchmark.py": {"scripts"},
    "scripts/benchmarks": {"scripts"},
    "scripts/benchmarks/app.py": {"streamlit", "ui"},
    "scripts/benchmarks/runtime_probe.py": {"tensorflow"},
    # The live page's pipeline is measured from outside, too: by WebRTC clients, in processes of
    # their own. What it takes is split up by what each file does; the script itself knows no app.
    "scripts/bench_live.py": {"scripts"},
    "scripts/live_bench": {"scripts", "aiortc"},
    "scripts/live_bench/client.py": {"ui"},
    "scripts/live_bench/hosting.py": {"ui", "streamlit_webrtc"},
    "scripts/live_bench/launch.py": {"streamlit"},
    "scripts/live_bench/server.py": {"ui"},
}
"""What a file, or every file of a folder, may import besides."""
FRONT_END = {"streamlit", "streamlit_webrtc", "aiortc"}
# Keras's backend-neutral API throughout: nothing but EXEMPT names a backend.
BACKENDS = {"tensorflow", "tf", "jax", "torch"}
KERAS_MODULES = {
    "fer_core.ablation_costs",
    "fer_core.ablation_runs",
    "fer_core.architecture",
    "fer_core.averaging",
    "fer_core.batches",
    "fer_core.callbacks",
    "fer_core.distribution",
    "fer_core.distribution_callbacks",
    "fer_core.distribution_messages",
    "fer_core.export",
    "fer_core.optimizers",
    "fer_core.packaging",
    "fer_core.plain_cnn",
    "fer_core.run_folder",
    "fer_core.runtimes",
    "fer_core.training",
    "fer_core.teaching",
}
"""What builds, trains or exports a network, and the modules that these own."""


def layer_of(path: str) -> str | None:
    """ "pages" for the app's entry too; None for tests and whatever else is no layer."""
    if path == "app.py":
        return "pages"
    first = path.split("/", maxsplit=1)[0]
    return first if first in MAY_IMPORT else None


def imports_of(path: str, source: str) -> set[str]:
    """Every module that a file imports, anywhere in it: "fer_core.labels", "numpy" …

    `from a import b` yields both "a" and "a.b": b may be a module.
    """
    package = path.split("/")[:-1]
    found = set()
    for node in ast.walk(ast.parse(source, path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found.add(module)
            found.update(f"{module}.{alias.name}".lstrip(".") for alias in node.names)
    return found


def faults(path: str, source: str) -> list[str]:
    """What in a file runs against the rules, as "path imports module"."""
    layer = layer_of(path)
    if layer is None:
        return []
    module = path.removesuffix(".py").replace("/", ".")
    forbidden = set(BACKENDS)
    if layer in ("fer_core", "scripts"):
        forbidden |= FRONT_END
    if layer != "scripts" and module not in KERAS_MODULES:
        forbidden |= {"keras"}
    project = {*MAY_IMPORT, "app", "tests"}
    forbidden |= project - MAY_IMPORT[layer]
    for part in (path, *(folder.as_posix() for folder in PurePosixPath(path).parents)):
        forbidden -= EXEMPT.get(part, set())
    return [f"{path} imports {m}" for m in sorted(imports_of(path, source)) if _top(m) in forbidden]


def _top(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def python_files() -> Iterator[tuple[str, str]]:
    """(path from the root, source) of every file of the four layers."""
    for path in [
        ROOT / "app.py",
        *(p for layer in MAY_IMPORT for p in (ROOT / layer).rglob("*.py")),
    ]:
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def reachable(starts: set[str]) -> set[str]:
    """The project's modules that `starts` import, directly or through others."""
    graph = {}
    for path, source in python_files():
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        graph[name] = imports_of(path, source)
    found: set[str] = set()
    left = set(starts)
    while left:
        found |= left
        # Importing a.b runs a's __init__ as well.
        names = {m for module in left for m in graph[module]}
        names |= {_top(module) for module in left}
        left = (names & set(graph)) - found
    return found


@pytest.mark.parametrize("path", [path for path, _ in python_files()])
def test_a_file_imports_only_in_its_direction(path: str) -> None:
    assert faults(path, (ROOT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("path", "source", "allowed"),
    [
        ("pages/live.py", "from ui import widgets", True),
        ("pages/live.py", "from fer_core.labels import EMOTIONS", True),
        ("pages/live.py", "import pages.photos", False),
        ("pages/live.py", "from scripts import train", False),
        ("app.py", "from ui import frame", True),
        ("app.py", "import keras", False),
        ("ui/live/session.py", "from ..frame import run", True),
        ("ui/frame.py", "import pages.live", False),
        ("ui/frame.py", "def f():\n    import keras", False),
        ("fer_core/charts.py", "import plotly.graph_objects as go", True),
        ("fer_core/charts.py", "import streamlit as st", False),
        ("fer_core/charts.py", "from ui.widgets import card", False),
        ("fer_core/charts.py", "from .. import ui", False),
        ("fer_core/charts.py", "from keras import ops", False),
        ("fer_core/training.py", "import keras", True),
        ("fer_core/training.py", "import tensorflow as tf", False),
        ("fer_core/training.py", "import jax", False),
        ("fer_core/distribution.py", "import jax", True),
        ("fer_core/distribution.py", "import tensorflow as tf", False),
        ("scripts/train.py", "from fer_core.training import fit", True),
        ("scripts/train.py", "import streamlit", False),
        ("scripts/train.py", "import ui.frame", False),
        ("scripts/train.py", "from scripts import benchmark", False),
        ("scripts/live_bench/server.py", "from ui.live import pipeline", True),
        ("scripts/live_bench/server.py", "import pages.live", False),
        ("scripts/live_bench/client.py", "import aiortc", True),
        ("scripts/live_bench/camera.py", "from ui.live import pipeline", False),
        ("scripts/bench_live.py", "from ui.live import pipeline", False),
        ("tests/conftest.py", "import keras, ui, scripts", True),
    ],
)
def test_the_rules_see_what_they_should(path: str, source: str, allowed: bool) -> None:
    assert (faults(path, source) == []) is allowed


def test_nothing_the_app_reaches_can_import_keras() -> None:
    app = {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path, _ in python_files()
        if layer_of(path) in ("pages", "ui")
    }
    modules = reachable(app)
    assert "fer_core.recognizer" in modules, "the walk over the imports has gone blind"
    assert modules & KERAS_MODULES == set()


def test_keras_modules_exist_and_need_keras_or_jax() -> None:
    """Keeps the list short: a module on it that no longer imports Keras leaves it."""
    sources = dict(python_files())
    for module in KERAS_MODULES:
        path = module.replace(".", "/") + ".py"
        assert {"keras", "jax"} & {_top(m) for m in imports_of(path, sources[path])}, path


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
    return [name for name in names if name not in KERAS_MODULES]


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


NOT_OURS = {".git", ".venv", ".cache", "runs", "__pycache__", "node_modules", ".ipynb_checkpoints",
            ".mypy_cache", ".ruff_cache", ".pytest_cache"}  # fmt: skip
BINARY = {".keras", ".tflite", ".jpg", ".png", ".onnx", ".h5", ".zip", ".y4m", ".webp"}
MACHINE = re.compile(
    r"\.\./shared\b|/work/|/opt/pypi|/opt/wheels"
    r"|pypi\.org|pythonhosted\.org|anaconda\.org|npmjs\.|index-url|find-links",
)
MAY_KNOW_THE_MACHINE = {"tests/test_architecture.py"}


def texts() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*")):
        relative = path.relative_to(ROOT)
        if not NOT_OURS & set(relative.parts) and path.is_file() and path.suffix not in BINARY:
            yield relative.as_posix(), path.read_text(encoding="utf-8", errors="replace")


def test_no_file_knows_this_machine() -> None:
    """Neither where its inputs lie nor where its packages come from."""
    found = {
        f"{path}: {match.group()}"
        for path, text in texts()
        if path not in MAY_KNOW_THE_MACHINE
        for match in MACHINE.finditer(text)
    }
    assert found == set()


def test_only_ci_names_the_shared_folder() -> None:
    naming = {
        path
        for path, text in texts()
        if re.search(r"shared/(models|data|design)|\$\{?shared\b", text)
        and path not in MAY_KNOW_THE_MACHINE
    }
    assert naming == {".ci/run"}
