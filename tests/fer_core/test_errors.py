"""What an error's message tells somebody to type."""

import sys
from pathlib import Path

import pytest

from fer_core.errors import command


@pytest.mark.parametrize(
    ("interpreter", "words"),
    [
        ("{here}/.venv/bin/python", ".venv/bin/python scripts/train.py --run x"),
        ("{here}/my env/bin/python", "'my env/bin/python' scripts/train.py --run x"),
        ("/usr/bin/python3", "python scripts/train.py --run x"),
        ("{here}-old/.venv/bin/python", "python scripts/train.py --run x"),
        ("", "python scripts/train.py --run x"),
        (None, "python scripts/train.py --run x"),
    ],
)
def test_a_command_names_the_interpreter_that_has_the_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interpreter: str | None, words: str
) -> None:
    (tmp_path / "scripts").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", interpreter and interpreter.format(here=tmp_path))
    assert command("scripts/train.py --run x") == words


@pytest.mark.parametrize("folder", ["elsewhere", "gone"])
def test_where_there_are_no_scripts_no_interpreter_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / folder)
    monkeypatch.setattr(sys, "executable", f"{tmp_path / folder}/.venv/bin/python")
    if folder == "gone":
        (tmp_path / folder).rmdir()
    assert command("scripts/train.py") == "python scripts/train.py"
