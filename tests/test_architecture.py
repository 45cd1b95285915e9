"""The direction of imports, read from each file: `pages → ui → fer_core ← scripts`; and rooms."""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

MAY_IMPORT = {
    "pages": {"ui", "fer_core"},
    "ui": {"ui", "fer_core"},
    "fer_core": {"fer_core"},
    "scripts": {"scripts", "fer_core"},
}
LAYERS = [
    {"errors", "labels"},
    {"types"},
    {"images"},
    {"store"},
    {"recognition", "data"},
    {"video", "evaluation"},
    {"batch"},
    {"training"},
    {"export"},
]
"""The rooms of the core: a file imports its own and those above it in this list. The public entry,
`fer_core/__init__.py`, is no room: nothing in the core imports it."""
APP_MAY_REACH = {
    "errors", "labels", "types", "images", "store", "recognition", "video", "batch", "evaluation",
    "data",
}  # fmt: skip
HEAVY = {
    "keras": {"fer_core/training", "fer_core/export", "scripts"},
    # Keras has no words for handing bytes to another process, nor for a process's own devices.
    "jax": {"fer_core/training/distributed"},
    # Keras's backend-neutral API throughout, but for one kernel and a benchmark of backends.
    "tensorflow": {
        "scripts/benchmarks/runtime_probe.py", "fer_core/training/networks/fused_norms.py",
    },
    "tf": set(),
    "torch": set(),
    "sklearn": {"fer_core/evaluation", "fer_core/training", "fer_core/export"},
    "scipy": {"fer_core/evaluation", "fer_core/data/near_copies.py"},
    "plotly": {"ui/charts", "ui/evaluation/view.py"},
    # The benchmarks measure the app from outside: through Streamlit's own test harness, and by
    # WebRTC clients in processes of their own.
    "streamlit": {
        "app.py", "pages", "ui", "scripts/benchmarks/app.py", "scripts/live_bench/bench.py",
        "scripts/benchmarks/visitor.py",
    },
    "streamlit_webrtc": {"ui/live", "scripts/live_bench/hosting.py"},
    "aiortc": {"ui/live", "scripts/live_bench"},
    "ray": set(),  # fer_core/batch/cluster.py imports it by name, once it is asked for
    # In the `app` extra: the library imports it only once a film is read.
    "av": {"ui/live", "scripts/live_bench", "scripts/benchmarks/film", "fer_core/video/film"},
}  # fmt: skip
"""Where a library that is slow to import, or belongs to one side, may be imported."""
WITHOUT_STREAMLIT = {
    "ui/charts", "ui/live/pipeline", "ui/live/webrtc/ice.py", "ui/live/webrtc/limits.py",
    "ui/live/webrtc/probe.py",
}  # fmt: skip
"""Of `ui`, what knows no Streamlit."""
STREAMLIT_ALL_THE_SAME = {"ui/charts/draw.py"}
MOST_FILES, MOST_LINES = 12, 300
"""In a room, an empty `__init__.py` not counted; in a file."""
PAGES_ROOMS = {"ui.live", "ui.films", "ui.photos", "ui.evaluation"}
"""Each is one page's own; what two pages use has a room besides, such as `ui.recorded`."""
SCRIPTS_USE_UI = {
    "scripts": {"ui.charts"},
    "scripts/benchmarks/app.py": {"ui"},
    "scripts/live_bench/client.py": {"ui"},
    "scripts/live_bench/hosting.py": {"ui"},
    "scripts/live_bench/server.py": {"ui"},
}
"""Charts are drawn into files by scripts as well; the other three measure the app's own parts."""


def layer_of(path: str) -> str | None:
    """ "pages" for the app's entry too; None for tests and whatever else is no layer."""
    if path == "app.py":
        return "pages"
    first = path.split("/", maxsplit=1)[0]
    return first if first in MAY_IMPORT else None


@functools.cache
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


def within(path: str, places: set[str]) -> bool:
    """Whether a file is one of the places, or lies in one."""
    return any(path == place or path.startswith(f"{place}/") for place in places)


def room_of(module: str) -> int | None:
    """The layer of a module of the core, counted from the top; None for what has none."""
    parts = module.split(".")
    if parts[0] != "fer_core" or len(parts) < 2:
        return None
    return next((i for i, layer in enumerate(LAYERS) if parts[1] in layer), None)


def rises(module: str, imported: str) -> bool:
    """Whether a module of the core imports from a room that does not stand above its own."""
    own, other = room_of(module), room_of(imported)
    if own is None or other is None or module.split(".")[1] == imported.split(".")[1]:
        return False
    return other >= own


def anothers(module: str, imported: str) -> bool:
    """Whether a file of a page's room, or of one that pages share, imports another page's room."""
    room, other = (".".join(name.split(".")[:2]) for name in (module, imported))
    return other in PAGES_ROOMS and room != other and room in {*PAGES_ROOMS, "ui.recorded"}


def faults(path: str, source: str) -> list[str]:
    """What in a file runs against the rules, as "path imports module"."""
    layer = layer_of(path)
    if layer is None:
        return []
    module = path.removesuffix(".py").replace("/", ".")
    return [
        f"{path} imports {imported}"
        for imported in sorted(imports_of(path, source))
        if not _layer_allows(path, layer, imported)
        or not _library_allows(path, _top(imported))
        or rises(module, imported)
        or anothers(module, imported)
    ]


def _layer_allows(path: str, layer: str, imported: str) -> bool:
    top = _top(imported)
    if top not in {*MAY_IMPORT, "app", "tests"} or top in MAY_IMPORT[layer]:
        return True
    allowed = {
        m for place, modules in SCRIPTS_USE_UI.items() if within(path, {place}) for m in modules
    }
    return layer == "scripts" and any(f"{imported}.".startswith(f"{m}.") for m in allowed)


def _library_allows(path: str, library: str) -> bool:
    if library in ("streamlit", "streamlit_webrtc") and within(path, WITHOUT_STREAMLIT):
        return path in STREAMLIT_ALL_THE_SAME
    return library not in HEAVY or within(path, HEAVY[library])


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


for file in python_files():  # now: Python 3.11 fails to parse while a thread of a test does
    imports_of(*file)


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
        ("ui/live/streamer.py", "from ..frame import run", True),
        ("ui/frame.py", "import pages.live", False),
        ("ui/frame.py", "def f():\n    import keras", False),
        ("ui/frame.py", "import plotly.graph_objects as go", False),
        ("ui/charts/history.py", "import plotly.graph_objects as go", True),
        ("ui/charts/history.py", "import streamlit as st", False),
        ("ui/charts/draw.py", "import streamlit as st", True),
        ("ui/live/pipeline/session.py", "import streamlit as st", False),
        ("ui/live/webrtc/probe.py", "import streamlit_webrtc", False),
        ("ui/live/webrtc/probe.py", "import aiortc", True),
        ("ui/live/summary.py", "from ui.recorded import player", True),
        ("ui/live/summary.py", "from ui.films import words", False),
        ("ui/recorded/outputs.py", "from ui.live.study import Study", False),
        ("ui/films/results.py", "from ui import live", False),
        ("fer_core/video/record.py", "from ui.widgets import card", False),
        ("fer_core/video/record.py", "from ... import ui", False),
        ("fer_core/video/record.py", "from fer_core.recognition.drawing import annotate", True),
        ("fer_core/video/record.py", "from fer_core.evaluation import estimates", False),
        (
            "fer_core/recognition/photos.py",
            "from fer_core.recognition.pool import Pool",
            True,
        ),
        ("fer_core/recognition/photos.py", "from fer_core.video.tracking import Tracker", False),
        ("fer_core/recognition/photos.py", "from fer_core.data.dataset import Dataset", False),
        (
            "fer_core/store/assets.py",
            "from fer_core.recognition.pool import Pool",
            False,
        ),
        ("fer_core/types.py", "from fer_core.labels import EMOTIONS", True),
        ("fer_core/labels.py", "from fer_core.types import Box", False),
        ("fer_core/evaluation/metrics.py", "from sklearn import metrics", True),
        ("fer_core/evaluation/metrics.py", "from keras import ops", False),
        ("fer_core/video/record.py", "import scipy", False),
        ("fer_core/training/fit.py", "import keras", True),
        ("fer_core/training/fit.py", "import tensorflow as tf", False),
        ("fer_core/training/fit.py", "import jax", False),
        ("fer_core/training/fit.py", "from fer_core.export.convert import to_litert", False),
        ("fer_core/training/distributed/messages.py", "import jax", True),
        ("fer_core/training/distributed/messages.py", "import tensorflow as tf", False),
        ("scripts/train.py", "from fer_core.training.fit import fit", True),
        ("scripts/train.py", "from scripts.cli import parse_with_data", True),
        ("scripts/train.py", "import streamlit", False),
        ("scripts/train.py", "import ui.frame", False),
        ("scripts/evaluate.py", "from ui.charts.evaluation import confusion_heatmap", True),
        ("scripts/live_bench/server.py", "from ui.live.pipeline import service", True),
        ("scripts/live_bench/server.py", "import pages.live", False),
        ("scripts/live_bench/client.py", "import aiortc", True),
        ("scripts/live_bench/camera.py", "from ui.live.pipeline import service", False),
        ("tests/conftest.py", "import keras, ui, scripts", True),
    ],
)
def test_the_rules_see_what_they_should(path: str, source: str, allowed: bool) -> None:
    assert (faults(path, source) == []) is allowed


def test_no_room_and_no_file_outgrows_its_limit() -> None:
    rooms: dict[str, list[str]] = {}
    long = []
    for path, source in python_files():
        lines = len(source.splitlines())
        if lines > MOST_LINES:
            long.append(f"{path}: {lines} lines")
        if source.strip():
            rooms.setdefault(str(Path(path).parent), []).append(path)
    full = {room: len(files) for room, files in rooms.items() if len(files) > MOST_FILES}
    assert not long
    assert not full


def test_every_room_of_the_core_has_its_layer() -> None:
    rooms = {
        path.split("/")[1].removesuffix(".py")
        for path, _ in python_files()
        if path.startswith("fer_core/")
    }
    assert rooms - {"__init__"} <= set.union(*LAYERS)


def test_the_app_reaches_only_its_rooms() -> None:
    """Neither training nor export, so that nothing on a page can import Keras."""
    app = {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path, _ in python_files()
        if layer_of(path) in ("pages", "ui")
    }
    modules = reachable(app)
    assert "fer_core.recognition.recognizer" in modules, "the walk over the imports has gone blind"
    rooms = {module.split(".")[1] for module in modules if module.startswith("fer_core.")}
    assert rooms <= APP_MAY_REACH


def test_tables_leave_through_one_door() -> None:
    """`store/tables.py` guards cells against formulas; a run's own folder has figures only."""
    doors = {"fer_core/store/tables.py", "fer_core/training/run_folder.py"}
    writers = re.compile(r"csv\.(writer|DictWriter)\(|\.to_csv\(|savetxt\(")
    assert {path for path, source in python_files() if writers.search(source)} <= doors


def test_test_modules_have_names_of_their_own() -> None:
    """pytest imports them by their last name alone, and refuses a second of that name."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
