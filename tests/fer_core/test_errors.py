"""What an error's message tells somebody to type."""

import sys
from pathlib import Path

import pytest

from fer_core.errors import command

HERE = Path("/home/ada/faces")


@pytest.mark.parametrize(
    ("interpreter", "words"),
    [
        (f"{HERE}/.venv/bin/python", ".venv/bin/python scripts/train.py --run x"),
        ("/usr/bin/python3", "python scripts/train.py --run x"),
        (f"{HERE}-old/.venv/bin/python", "python scripts/train.py --run x"),
        ("", "python scripts/train.py --run x"),
    ],
)
def test_a_command_names_the_interpreter_that_has_the_libraries(
    monkeypatch: pytest.MonkeyPatch, interpreter: str, words: str
) -> None:
    monkeypatch.setattr(Path, "cwd", lambda: HERE)
    monkeypatch.setattr(sys, "executable", interpreter)
    assert command("scripts/train.py --run x") == words
