"""No file of the repository knows more of the machine than it should."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

NOT_OURS = {".git", ".venv", ".cache", "runs", "__pycache__", "node_modules", ".ipynb_checkpoints",
            ".mypy_cache", ".ruff_cache", ".pytest_cache"}  # fmt: skip
BINARY = {".keras", ".tflite", ".jpg", ".png", ".onnx", ".h5", ".zip", ".y4m", ".webp"}
MACHINE = re.compile(
    r"\.\./shared\b|/work/|/opt/pypi|/opt/wheels"
    r"|pypi\.org|pythonhosted\.org|anaconda\.org|npmjs\.|index-url|find-links",
)
MAY_KNOW_THE_MACHINE = {"tests/test_repository.py"}


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
