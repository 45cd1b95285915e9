"""What somebody names → the files that are read."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from fer_core.batch.inputs import find_inputs, read_list


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        *("b.jpg", "a.JPG", "notes.txt", ".hidden.jpg", "film.mp4", "old.gif", "no_ending"),
        *("sub/c.png", "sub/deep/d.webp", ".git/e.jpg", "out/f.jpg", "x[1].jpg"),
    ):
        file = tmp_path / "in" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"12345")
    (tmp_path / "in/up").symlink_to(tmp_path / "in", target_is_directory=True)
    monkeypatch.chdir(tmp_path / "in")
    return tmp_path / "in"


FLAT = ["a.JPG", "b.jpg", "film.mp4", "old.gif", "x[1].jpg"]


@pytest.mark.parametrize(
    ("named", "recursive", "expected"),
    [
        (["."], False, [f"./{name}" for name in FLAT]),
        (
            ["."],
            True,
            ["./a.JPG", "./b.jpg", "./film.mp4", "./old.gif", "./sub/c.png", "./sub/deep/d.webp",
             "./x[1].jpg"],
        ),
        (["*.jpg"], False, ["b.jpg", "x[1].jpg"]),
        (["**/*.webp", "notes.txt"], False, ["./sub/deep/d.webp", "notes.txt"]),
        (["sub/**"], False, ["sub/c.png", "sub/deep/d.webp"]),
        (["x[1].jpg"], False, ["x[1].jpg"]),
        (["sub", "b.jpg", "./b.jpg", "*.jpg"], False, ["sub/c.png", "b.jpg", "x[1].jpg"]),
        (["absent.jpg", "no*such"], False, ["absent.jpg", "no*such"]),
        (["a\0b"], False, ["a\0b"]),
    ],
)  # fmt: skip
def test_what_is_named_is_found_in_order(
    tree: Path, named: Sequence[str], recursive: bool, expected: Sequence[str]
) -> None:
    found = find_inputs(named, recursive=recursive, leave_out=Path("out"))
    assert [item.path for item in found.inputs] == list(expected)


def test_what_is_passed_over_or_named_twice_is_counted(tree: Path) -> None:
    found = find_inputs([".", "b.jpg", "b.jpg"])
    assert found.repeated == 2
    assert find_inputs(["sub/**"]).repeated == 0
    assert found.passed_over == 4  # notes.txt, .hidden.jpg, no_ending, and the link to a folder


def test_a_folder_without_pictures_and_one_that_cannot_be_read_are_problems(tree: Path) -> None:
    (tree / "empty").mkdir()
    (first,) = find_inputs(["empty"]).inputs
    assert (
        first.path == "empty" and "no picture" in first.problem and "--recursive" in first.problem
    )
    (second,) = find_inputs(["empty"], recursive=True).inputs
    assert "--recursive" not in second.problem


def test_size_and_time_tell_whether_a_file_changed(tree: Path) -> None:
    before = find_inputs(["b.jpg"]).inputs
    assert before[0].size == 5
    os.utime("b.jpg", ns=(0, before[0].changed + 1))
    assert find_inputs(["b.jpg"]).inputs != before
    assert find_inputs(["absent"]).inputs[0].size == -1


@pytest.mark.parametrize(
    ("data", "paths"),
    [
        (b"a.jpg\nb c.jpg\r\n\n*.jpg\n", ["a.jpg", "b c.jpg", "*.jpg"]),
        (b"a\nb.jpg\0c.jpg\0", ["a\nb.jpg", "c.jpg"]),
        (b"a\xff.jpg", [os.fsdecode(b"a\xff.jpg")]),
        (b"", []),
    ],
)
def test_lists_hold_a_path_a_line_or_zero_bytes_between(
    data: bytes, paths: list[str], tmp_path: Path
) -> None:
    (tmp_path / "list").write_bytes(data)
    assert read_list(io.BytesIO(data)) == read_list(tmp_path / "list") == paths


def test_a_listed_path_is_no_pattern(tree: Path) -> None:
    assert [item.path for item in find_inputs([], ["*.jpg", "sub"]).inputs] == [
        "*.jpg",
        "sub/c.png",
    ]
