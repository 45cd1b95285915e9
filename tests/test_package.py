"""The package as others install it: what its wheel holds, what it needs, and the README's lines."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from test_architecture import imports_of, python_files, within

import fer_core
from fer_core.store.model_files import CARD_SUFFIX, DEFAULT_MODEL, MODELS, NETWORK_SUFFIX

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PORTRAIT = ROOT / "ui" / "assets" / "eileen_collins.jpg"
README_LINES = re.search(
    r"```python\n(from fer_core import Recognizer.*?)```",
    (ROOT / "README.md").read_text(encoding="utf-8"),
    re.DOTALL,
)
HAS_UV = importlib.util.find_spec("uv") is not None


def run(*command: object, cwd: Path = ROOT, home: Path | None = None) -> str:
    """What a command prints, without this project's variables in its environment.

    Args:
        home: Another home folder; what it says on the error output then counts, too.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("FER_", "PYTHONPATH"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**environment, "HOME": str(home or Path.home())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + (done.stderr if home else "")


def install(environment: Path, *what: object) -> None:
    """Installs into an environment, by uv if it is there, as the Makefile does."""
    python = environment / "bin" / "python"
    if HAS_UV:
        run(sys.executable, "-m", "uv", "pip", "install", "--python", python, *what)
    else:
        run(sys.executable, "-m", "pip", "--python", python, "install", *what)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    if HAS_UV:
        run(sys.executable, "-m", "uv", "build", "--wheel", "--out-dir", folder, ROOT)
    else:
        run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, ROOT)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_the_library_and_the_default_network(wheel: Path) -> None:
    assert wheel.name.startswith(f"fer_expressions-{fer_core.__version__}-py3-none-any")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        network = archive.read(f"fer_core/models/{DEFAULT_MODEL}{NETWORK_SUFFIX}")
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "fer_core").rglob("*.py")}
    model = {f"fer_core/models/{DEFAULT_MODEL}{s}" for s in (NETWORK_SUFFIX, CARD_SUFFIX)}
    assert names == modules | model | {"fer_core/py.typed"}
    assert network == (MODELS / f"{DEFAULT_MODEL}{NETWORK_SUFFIX}").read_bytes()


def test_the_readmes_lines_run_anywhere_without_tensorflow(wheel: Path, tmp_path: Path) -> None:
    assert README_LINES is not None
    venv.create(tmp_path / "environment")
    install(tmp_path / "environment", wheel)
    program = (
        f"data = open({str(PORTRAIT)!r}, 'rb').read()\n{README_LINES[1]}\n"
        "import importlib.util, fer_core\n"
        "Recognizer.load()\n"
        "print(fer_core.__file__, len(faces), faces[0].emotion)\n"
        "print([name for name in ('tensorflow', 'keras', 'streamlit', 'sklearn', 'ui', 'scripts')"
        " if importlib.util.find_spec(name)])"
    )
    python = tmp_path / "environment" / "bin" / "python"
    said = run(python, "-c", program, cwd=tmp_path, home=tmp_path).splitlines()
    found, needless = (line for line in said if line.startswith(("[", str(tmp_path))))
    file, count, emotion = found.split()
    assert Path(file).is_relative_to(tmp_path / "environment")
    assert (count, emotion) == ("1", "happy")
    assert needless == "[]"
    (haar,) = (line for line in said if "Haar cascade" in line)  # though it is loaded twice
    assert str(tmp_path / ".cache") in haar and "fetch_asset" in haar


def test_an_editable_install_finds_the_checkout_from_anywhere(tmp_path: Path) -> None:
    venv.create(tmp_path / "environment")
    install(tmp_path / "environment", "--no-deps", "--editable", ROOT)
    program = (
        "import importlib.util as u\n"
        "print(*(u.find_spec(m).origin for m in ('fer_core', 'ui.frame', 'scripts.cli')))"
    )
    found = run(tmp_path / "environment" / "bin" / "python", "-c", program, cwd=tmp_path).split()
    files = ("fer_core/__init__.py", "ui/frame.py", "scripts/cli.py")
    assert found == [str(ROOT / file) for file in files]


def test_the_exact_versions_are_among_those_that_the_package_accepts() -> None:
    pinned = {
        requirement.name: requirement
        for file in ("requirements.txt", "requirements-dev.txt")
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines()
        if (text := line.split("#")[0].strip()) and not text.startswith("-r")
        for requirement in [Requirement(text)]
    }
    extras = PROJECT["optional-dependencies"]
    for text in [*PROJECT["dependencies"], *extras["app"], *extras["train"], *extras["dev"]]:
        accepted = Requirement(text)
        if accepted.name == PROJECT["name"]:
            continue
        (pin,) = pinned[accepted.name].specifier
        assert pin.operator == "==" and pin.version in accepted.specifier, text
    assert not {"tensorflow", "keras"} & {Requirement(text).name for text in extras["app"]}


OTHER_NAMES = {"PIL": "pillow", "cv2": "opencv-python-headless", "sklearn": "scikit-learn"}
COMES_WITH = {"pandas": "streamlit", "aioice": "aiortc"}
"""Imported here and required by that one, which could not do without it."""
OPTIONAL = {"jax", "litert-quantizer", "onnx", "onnxruntime"}
"""Imported in functions that say what to install."""
OF_THE_APP = {"av"}
"""Likewise in the core, for films; the app cannot do without it."""


def _needed(*places: str) -> set[str]:
    """The distributions that the files of these rooms import."""
    modules = {
        imported.split(".")[0]
        for path, source in python_files()
        if within(path, set(places))
        for imported in imports_of(path, source)
    }
    ours = {"fer_core", "ui", "pages", "scripts"}
    names = modules - ours - sys.stdlib_module_names
    names = {OTHER_NAMES.get(name, name).replace("_", "-") for name in names}
    return {COMES_WITH.get(name, name) for name in names} - OPTIONAL


LIBRARY = ("__init__.py", "errors.py", "images", "labels.py", "types.py", "store", "recognition",
           "video")  # fmt: skip


@pytest.mark.parametrize(
    ("places", "extra"),
    [
        (tuple(f"fer_core/{room}" for room in LIBRARY), None),
        (("app.py", "pages", "ui", "fer_core/data", "fer_core/evaluation"), "app"),
        (("fer_core",), "train"),
    ],
    ids=["library", "app", "train"],
)
def test_what_is_imported_is_required(places: tuple[str, ...], extra: str | None) -> None:
    texts = [*PROJECT["dependencies"]]
    texts += PROJECT["optional-dependencies"][extra] if extra else []
    needed = _needed(*places) - (set() if extra == "app" else OF_THE_APP)
    assert "numpy" in needed, "the walk over the imports has gone blind"
    assert needed <= {Requirement(text).name for text in texts}
