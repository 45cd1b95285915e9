"""`scripts/predict.py` as a program, on the sample portrait and a small network."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from fer_core.labels import EMOTIONS

ROOT = Path(__file__).resolve().parents[2]
PORTRAIT = ROOT / "ui/assets/eileen_collins.jpg"


@pytest.fixture
def predict(
    make_model: Callable[..., Path], tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    model = make_model()

    def run(*args: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "scripts/predict.py"), "--model", str(model)]
        return subprocess.run(
            [*command, *map(str, args)], capture_output=True, text=True, check=False, cwd=tmp_path
        )

    return run


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    file = tmp_path / "blank.png"
    Image.new("RGB", (200, 200), "white").save(file)
    return file


def test_a_face_has_its_box_answer_and_confidence(predict) -> None:
    run = predict(PORTRAIT, "--json")
    assert run.returncode == 0, run.stderr
    document = json.loads(run.stdout)
    (photo,) = document["photos"]
    (face,) = photo["faces"]
    with Image.open(PORTRAIT) as picture:
        width, height = picture.size
    box = face["box"]
    assert 0 <= box["x"] < box["x"] + box["width"] <= width
    assert 0 <= box["y"] < box["y"] + box["height"] <= height
    assert face["answer"] in EMOTIONS
    assert face["confidence"] == max(face["probabilities"].values())
    assert document["model"] == "small"
    assert document["detector"] in ("YuNet", "Haar cascade")


def test_text_and_json_say_the_same(predict) -> None:
    face = json.loads(predict(PORTRAIT, "--json").stdout)["photos"][0]["faces"][0]
    text = predict(PORTRAIT).stdout
    assert f"{PORTRAIT}: 1 face\n" in text
    box = face["box"]
    for words in (face["answer"], f"{face['confidence']:.0%}", f"{box['width']}x{box['height']}"):
        assert words in text


def test_no_face_is_said_and_is_no_failure(predict, blank: Path) -> None:
    run = predict(blank)
    assert (run.returncode, run.stdout) == (0, f"{blank}: no faces\n")


def test_a_bad_file_is_one_line_and_the_others_go_on(predict, blank: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("hello")
    bad = ("empty.jpg", "text.jpg", "absent.jpg", ".")
    run = predict(*bad, blank)
    assert run.returncode == 1
    # LiteRT writes a line of its own when it starts.
    lines = [line for line in run.stderr.splitlines() if not line.startswith("INFO:")]
    assert [line.split(":")[0] for line in lines] == list(bad)
    assert f"{blank}: no faces" in run.stdout
    assert "Traceback" not in run.stderr


def test_bad_files_stand_in_the_json_too(predict, blank: Path) -> None:
    run = predict("absent.jpg", blank, "--json")
    photos = json.loads(run.stdout)["photos"]
    assert run.returncode == 1
    assert "No such file" in photos[0]["problem"]
    assert photos[1]["faces"] == []


def test_annotated_copies_overwrite_nothing(predict, tmp_path: Path) -> None:
    before = PORTRAIT.read_bytes()
    out = tmp_path / "new/out"
    assert predict(PORTRAIT, PORTRAIT, "--out", out).returncode == 0
    names = sorted(path.name for path in out.iterdir())
    assert names == ["eileen_collins.annotated-2.jpg", "eileen_collins.annotated.jpg"]
    with Image.open(PORTRAIT) as original, Image.open(out / names[0]) as copy:
        assert copy.size == original.size
        assert copy.convert("RGB").tobytes() != original.convert("RGB").tobytes()
    assert PORTRAIT.read_bytes() == before


def test_a_missing_model_is_one_line(predict, blank: Path) -> None:
    run = predict(blank, "--model", "no_such_model")
    assert run.returncode == 2
    assert "Stopped: " in run.stderr
    assert "Traceback" not in run.stderr
