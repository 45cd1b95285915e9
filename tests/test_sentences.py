"""What the app and the library say: each sentence stands once, and names only what exists."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("fer_core", "ui", "pages")
LEAST_WORDS = 4
"""Of a sentence; what is put in at run time is not counted."""
HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for what is put in at run time."""


def texts(source: str) -> Iterator[str]:
    """Every text of a file but its docstrings; an f-string as one, with a `HOLE` for each value."""
    tree = ast.parse(source)
    others = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [v.value if isinstance(v, ast.Constant) else HOLE for v in node.values]
            others |= {id(value) for value in node.values}
            yield "".join(map(str, parts))
        elif id(node) in others or not isinstance(node, ast.Constant):
            continue
        elif isinstance(node.value, str):
            yield node.value


def sentences(text: str) -> Iterator[str]:
    for sentence in re.split(r"(?<=[.!?])\s+", text.replace("**", "")):
        words = re.findall(r"[A-Za-z]\w+", sentence)
        if sentence.endswith((".", "!", "?")) and len(words) >= LEAST_WORDS:
            yield sentence


SAID = {
    path.relative_to(ROOT).as_posix(): list(texts(path.read_text(encoding="utf-8")))
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
}
"""Each file's texts. Read as the tests are collected: Python 3.11 fails to parse while a thread of
another test does (python/cpython#106905)."""


def test_a_sentence_is_seen_whole_and_without_what_is_put_in() -> None:
    source = '''def f():
    """A docstring is not said to anybody."""
    return f"{x} cannot be read here ({y})." + "Two words." + "One text " "in two parts, once."
'''
    found = {sentence for text in texts(source) for sentence in sentences(text)}
    assert found == {f"{HOLE} cannot be read here ({HOLE}).", "One text in two parts, once."}


def test_each_sentence_stands_once() -> None:
    places = defaultdict(list)
    for path, said in SAID.items():
        for sentence in (sentence for text in said for sentence in sentences(text)):
            places[sentence].append(path)
    assert len(places) > 300, "the walk over the files has gone blind"
    assert {sentence: where for sentence, where in places.items() if len(where) > 1} == {}


@pytest.mark.parametrize("room", ROOMS)
def test_commands_and_files_that_a_sentence_names_exist(room: str) -> None:
    """A way on that leads nowhere is none."""
    named = re.compile(r"\b(?:(?:scripts|docs|configs)/[\w/.-]*\w|requirements[\w-]*\.txt)")
    said = " ".join(text for path, each in SAID.items() if path.startswith(room) for text in each)
    assert [name for name in set(named.findall(said)) if not (ROOT / name).exists()] == []
    modules = set(re.findall(r"-m (scripts[\w.]*)", said))
    assert [m for m in modules if not (ROOT / m.replace(".", "/")).exists()] == []


def test_a_command_names_the_interpreter_by_one_function() -> None:
    """Plain `python` has no libraries after `make app`: `fer_core.errors.command` knows better."""
    by_hand = re.compile(r"\bpython (?:-m )?scripts\b|`scripts/")
    found = [(path, text) for path, said in SAID.items() for text in said if by_hand.search(text)]
    assert found == []


def test_environment_variables_that_a_sentence_names_are_described() -> None:
    described = "".join(
        path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")]
    )
    everything = " ".join(text for said in SAID.values() for text in said)
    said = set(re.findall(r"\bFER_[A-Z_]+\b", everything))
    assert "FER_ICE_SERVERS" in said
    assert [name for name in said if name not in described] == []


def test_problems_reach_a_page_through_one_door() -> None:
    """`ui/problems.py` takes the folders out of an error's message."""
    drawn = re.compile(r"st\.(?:error|warning|info)\([^\n]*\b(?:error|problem|fault)\b")
    paths = [path for room in ("ui", "pages") for path in (ROOT / room).rglob("*.py")]
    others = [path for path in paths if path.name != "problems.py"]
    assert [path.name for path in others if drawn.search(path.read_text(encoding="utf-8"))] == []
