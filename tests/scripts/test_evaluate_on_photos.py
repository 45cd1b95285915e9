"""`scripts/evaluate.py --photos` as a program, on the sample portrait and a small network."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from fer_core.images import decode
from fer_core.recognition.recognizer import Recognizer

ROOT = Path(__file__).resolve().parents[2]
PORTRAIT = ROOT / "ui/assets/eileen_collins.jpg"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def model(make_model: Callable[..., Path]) -> Path:
    return make_model()


@pytest.fixture
def evaluate(model: Path) -> Run:
    def run(*args: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "scripts/evaluate.py"), "--model", str(model)]
        return subprocess.run(
            [*command, "--photos", *map(str, args)], capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture
def answer(model: Path) -> str:
    """What the small network says of the portrait."""
    (face,) = Recognizer.load(model).analyze(decode(PORTRAIT.read_bytes()))
    return face.emotion


def put(photos: Path, folder: str, *names: str) -> None:
    (photos / folder).mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copyfile(PORTRAIT, photos / folder / name)


def test_counts_right_answers_photos_without_a_face_and_what_is_no_photo(
    evaluate: Run, answer: str, tmp_path: Path
) -> None:
    wrong = "sad" if answer != "sad" else "angry"
    put(tmp_path, answer.capitalize(), "a.jpg", "b.JPG")
    put(tmp_path, wrong, "c.jpg")
    put(tmp_path, "drafts", "not a class.jpg")
    Image.new("RGB", (200, 200), "white").save(tmp_path / wrong / "wall.png")
    (tmp_path / wrong / "cut off.jpg").write_bytes(PORTRAIT.read_bytes()[:900])
    (tmp_path / wrong / "notes.txt").write_text("no photograph")

    run = evaluate(tmp_path, "--json")

    assert run.returncode == 1, run.stderr  # one file could not be read
    document = json.loads(run.stdout)
    report = document["report"]
    assert report["n"] == 3
    assert report["accuracy"]["value"] == pytest.approx(2 / 3)
    assert report["per_class"][answer]["recall"] == 1
    assert report["per_class"][wrong]["recall"] == 0
    by_name = {Path(photo["file"]).name: photo for photo in document["photos"]}
    assert set(by_name) == {"a.jpg", "b.JPG", "c.jpg", "wall.png", "cut off.jpg"}
    (face,) = by_name["a.jpg"]["faces"]
    assert (by_name["a.jpg"]["label"], face["emotion"]) == (answer, answer)
    assert by_name["wall.png"]["faces"] == []
    assert "problem" not in by_name["wall.png"]
    assert "damaged" in by_name["cut off.jpg"]["problem"]
    assert document["model"] == "small"
    assert {finding["code"] for finding in document["left_out"]} == {"unknown_class", "other_file"}


def test_the_table_says_the_same(evaluate: Run, answer: str, tmp_path: Path) -> None:
    put(tmp_path, answer, "a.jpg")
    Image.new("RGB", (200, 200), "white").save(tmp_path / answer / "wall.png")
    run = evaluate(tmp_path)
    assert run.returncode == 0, run.stderr
    assert "Evaluated over 1 of 7 expressions" in run.stdout
    head, row, total = run.stdout.splitlines()[:3]
    assert head.split()[:4] == ["expression", "photos", "no", "face"]
    assert row.split()[:4] == [answer, "2", "1", "100.0%"]
    assert "of 1 face, found by" in total


@pytest.mark.parametrize(
    ("folder", "name", "words"),
    [("drafts", "a.jpg", "drafts: 1 file"), ("{}", "IMG_1.tiff", "IMG_1.tiff")],
)
def test_what_is_passed_over_is_said_and_counts(
    evaluate: Run, answer: str, tmp_path: Path, folder: str, name: str, words: str
) -> None:
    put(tmp_path, answer, "a.jpg")
    put(tmp_path, folder.format(answer), name)
    run = evaluate(tmp_path)
    assert (run.returncode, words in run.stdout) == (1, True), run.stdout


@pytest.mark.parametrize("folder", ["missing", "."])
def test_a_folder_without_class_folders_is_explained(
    evaluate: Run, tmp_path: Path, folder: str
) -> None:
    run = evaluate(tmp_path / folder)
    assert run.returncode == 2
    assert run.stderr.startswith("Stopped:")
    assert "class folders" in run.stderr or "no data set" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("option", ["--report", "--predictions"])
def test_photographs_and_a_report_do_not_go_together(
    evaluate: Run, tmp_path: Path, option: str
) -> None:
    run = evaluate(tmp_path, option, tmp_path / "r")
    assert run.returncode == 2
    assert option in run.stderr and "--photos" in run.stderr.splitlines()[-1]
