"""`scripts/check_data.py` as a program: its tables, its JSON and its exit status."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_data import write_dataset

from fer_core.data.dataset import DATA_VARIABLE
from fer_core.data.findings import LintReport
from fer_core.labels import EMOTIONS
from scripts.check_data import as_text

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/check_data.py"


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    return write_dataset(tmp_path, train_each=1, test_each=1)


def check(*args: object, data: object = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={**os.environ, DATA_VARIABLE: str(data)},
    )


def empty_a_file(root: Path) -> None:
    (root / "train/fear/empty.png").touch()


def remove_a_class(root: Path) -> None:
    shutil.rmtree(root / "train/fear")


def remove_train(root: Path) -> None:
    shutil.rmtree(root / "train")


def remove_test(root: Path) -> None:
    shutil.rmtree(root / "test")


@pytest.mark.parametrize(
    ("breaks", "status", "code", "result"),
    [
        (lambda root: None, 0, None, "clean"),
        (empty_a_file, 1, "zero_byte", "warnings"),
        (remove_a_class, 3, "missing_class", "evaluation_only"),
        (remove_train, 3, "missing_split", "evaluation_only"),
    ],
)
def test_the_exit_status_grades_the_data(faces, breaks, status, code, result) -> None:
    breaks(faces)
    run = check(faces, "--json")
    report = json.loads(run.stdout)
    assert (run.returncode, report["result"]) == (status, result)
    assert [finding["code"] for finding in report["findings"]] == ([code] if code else [])


def test_the_environment_names_the_data_set(faces: Path, tmp_path: Path) -> None:
    assert check("--json", data=faces).stdout == check(faces, "--json").stdout
    assert "There is no data set at" in check(tmp_path / "absent", data=faces).stdout
    run = check()
    assert (run.returncode, run.stdout) == (2, "")
    assert DATA_VARIABLE in run.stderr and "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("breaks", "status", "says"),
    [
        (lambda root: None, 0, "Clean."),
        (remove_test, 1, "for training, with warnings, and not for evaluation"),
        (remove_train, 3, "for evaluation, not for training"),
        (lambda root: [remove_train(root), remove_test(root)], 2, "Unusable"),
    ],
)
def test_the_last_line_says_what_the_data_are_good_for(faces, breaks, status, says) -> None:
    breaks(faces)
    run = check(faces)
    assert run.returncode == status
    assert says in run.stdout.splitlines()[-1]


def test_the_tables_name_every_finding_and_class(faces: Path) -> None:
    empty_a_file(faces)
    run = check(faces)
    assert run.returncode == 1
    for words in (*EMOTIONS, "zero_byte", "train/fear/empty.png", "Usable, with warnings."):
        assert words in run.stdout


@pytest.mark.parametrize(
    ("images", "copies", "says"),
    [(1, 1, "1 readable image, 1 exact copy"), (2000, 0, "2,000 readable images, 0 exact copies")],
)
def test_one_is_no_plural(images: int, copies: int, says: str) -> None:
    assert as_text(LintReport("x", images, copies, {}, ())).splitlines()[0] == f"x: {says}"


def test_a_path_without_data_is_a_message_and_no_traceback(tmp_path: Path) -> None:
    run = check(tmp_path / "absent")
    assert run.returncode == 2
    assert "There is no data set at" in run.stdout
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("path", ["train/{}/1.png", "train/fear/{}.png", "test/{}"])
def test_no_name_commands_the_terminal(faces: Path, path: str) -> None:
    file = faces / path.format("\x1b[2J\u202e\nClean.")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    output = check(faces).stdout
    assert "\\x1b[2J\\u202e\\nClean." in output
    assert not {"\x1b", "\u202e"} & set(output)
    assert "Clean." not in output.splitlines()


def test_nor_does_the_name_of_the_data_set(faces: Path) -> None:
    odd = faces.rename(faces.with_name("\x1b[2J\u202e"))
    run = check(odd)
    assert run.stdout.startswith("\\x1b[2J\\u202e: ")
    absent = check(f"{odd}-absent")
    assert "\\x1b[2J" in absent.stdout and "\x1b" not in absent.stdout + absent.stderr
