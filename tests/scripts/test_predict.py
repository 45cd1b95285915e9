"""`scripts/predict.py` as a program, on the sample portrait and a small network."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from faces import answered
from films import every, write_film
from PIL import Image

from fer_core.batch.look import FilmFault, Result
from fer_core.batch.rows import may_be_a_crop
from fer_core.labels import EMOTIONS
from fer_core.recognition.photos import PhotoResult
from fer_core.store.assets import ASSETS, CACHE
from fer_core.types import Box
from scripts.cli import PIPE_CLOSED
from scripts.prediction.words import as_text, problem_of

ROOT = Path(__file__).resolve().parents[2]
PORTRAIT = ROOT / "ui/assets/eileen_collins.jpg"


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(make_model: Callable[..., Path]) -> list[str]:
    return [sys.executable, str(ROOT / "scripts/predict.py"), "--model", str(make_model())]


@pytest.fixture
def predict(command: list[str], tmp_path: Path) -> Run:
    def run(*args: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *map(str, args)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, **environment},
        )

    return run


def said(run: subprocess.CompletedProcess[str]) -> list[str]:
    """The lines of the error output; LiteRT writes one of its own when it starts."""
    return [line for line in run.stderr.splitlines() if not line.startswith("INFO:")]


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


def test_of_an_unsure_face_the_two_likeliest_are_said(
    make_model: Callable[..., Path], predict: Run
) -> None:
    make_model("hesitant", unsure_below=0.99)
    model = ["--model", "hesitant.tflite"]
    face = json.loads(predict(PORTRAIT, "--json", *model).stdout)["photos"][0]["faces"][0]
    assert face["answer"] == "unsure"
    shares = face["probabilities"]
    first, second = sorted(shares, key=shares.__getitem__, reverse=True)[:2]
    line = predict(PORTRAIT, *model).stdout.splitlines()[1]
    assert line.split("  box")[0].split() == [
        *("1", "unsure:", first, "or", second, f"{face['confidence']:.0%}")
    ]


def test_shares_and_boxes_of_sure_and_unsure_faces_stand_below_each_other() -> None:
    sure = answered(Box(0, 5, 10, 10), happy=0.9)
    unsure = answered(Box(7, 5, 10, 10), unsure_below=0.5, fear=0.4, neutral=0.35)
    _, line = as_text(PhotoResult("a.jpg", faces=(sure,))).splitlines()
    assert line == "   1  happy     90%  box x 0, y 5, 10x10"
    _, first, second = as_text(PhotoResult("a.jpg", faces=(sure, unsure))).splitlines()
    assert second == "   2  unsure: fear or neutral  40%  box x 7, y 5, 10x10"
    assert first.index("90%") == second.index("40%")


def test_what_makes_a_face_hard_to_read_is_said_beside_it() -> None:
    turned = answered(Box(0, 5, 10, 10), turn=90, happy=0.9)
    turned = replace(turned, notes=("small", "dark"))
    _, line = as_text(PhotoResult("a.jpg", faces=(turned,))).splitlines()
    assert line.endswith("box x 0, y 5, 10x10, small, dark, turned by 90°")


def test_no_face_is_said_and_is_no_failure(predict, blank: Path) -> None:
    run = predict(blank)
    assert (run.returncode, run.stdout) == (0, f"{blank}: no faces\n")


@pytest.mark.parametrize("option", [[], ["--json"], ["--out", "t.csv"]], ids=str)
def test_pictures_as_small_as_faces_are_shown_the_way_once(
    predict: Run, blank: Path, tmp_path: Path, option: list[str]
) -> None:
    Image.new("L", (48, 48), "white").save(tmp_path / "a.png")
    Image.new("L", (128, 90), "white").save(tmp_path / "b.png")
    run = predict("a.png", "b.png", blank, *option)
    assert run.returncode == 0
    (hint,) = [line for line in said(run) if "classify" in line]
    assert "2 pictures" in hint and "scripts/evaluate.py --data" in hint
    assert "evaluate.py" not in run.stdout
    assert not [line for line in said(predict(blank, PORTRAIT)) if "classify" in line]


def test_a_face_in_a_small_picture_and_a_bad_file_are_no_crop() -> None:
    small = {"size": (48, 48)}
    assert may_be_a_crop(PhotoResult("a.png", **small))
    assert not may_be_a_crop(PhotoResult("a.png", faces=(answered(happy=0.9),), **small))
    assert not may_be_a_crop(PhotoResult("a.png", problem="It is empty."))
    assert not may_be_a_crop(PhotoResult("a.png", size=(48, 129)))
    assert not may_be_a_crop(FilmFault("a.mp4", "a.mp4 cannot be read."))


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (PhotoResult("a.png", problem="It is empty."), "a.png: It is empty."),
        (FilmFault("a.mp4", "a.mp4 cannot be read."), "a.mp4 cannot be read."),
        (FilmFault("a.mp4", "The film has no frame."), "a.mp4: The film has no frame."),
        (PhotoResult("a.png", size=(9, 9)), ""),
    ],
)
def test_a_problem_names_its_file(result: Result, line: str) -> None:
    assert problem_of(result) == line


LONG = "n" * 250 + ".jpg"


@pytest.mark.parametrize("option", [[], ["--json"], ["--annotate", "copies"]], ids=str)
def test_a_bad_file_is_one_line_and_the_others_go_on(
    predict: Run, blank: Path, tmp_path: Path, option: list[str]
) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("hello")
    (tmp_path / "folder").mkdir()
    bad = ("empty.jpg", "text.jpg", "absent.jpg", "folder", "n" * 300, "~nobody.jpg")
    run = predict(*bad, blank, *option)
    assert run.returncode == 1
    assert [line.split(":")[0] for line in said(run)] == list(bad)
    assert all(len(line) < 600 for line in said(run))
    assert str(blank) in run.stdout


@pytest.mark.parametrize("name", [LONG, "Gesicht-\N{SMILING FACE WITH SUNGLASSES}-é.jpg", "~a.jpg"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_any_name_is_read_told_and_annotated(
    predict: Run, tmp_path: Path, name: str, encoding: str
) -> None:
    shutil.copy(PORTRAIT, tmp_path / name)
    run = predict(name, "--annotate", "copies", PYTHONIOENCODING=encoding)
    assert run.returncode == 0, run.stderr
    assert said(run) == []
    shown = name.encode(encoding, "backslashreplace").decode(encoding)
    assert run.stdout.startswith(f"{shown}: 1 face\n")
    (copy,) = (tmp_path / "copies").iterdir()
    assert copy.name.startswith(name[:2]) and copy.name.endswith(".annotated.jpg")


def test_a_name_that_is_no_text_is_told(predict: Run, blank: Path, tmp_path: Path) -> None:
    odd = os.fsdecode(b"a\xff.png")
    shutil.copy(blank, tmp_path / odd)
    run = predict(odd)
    assert (run.returncode, run.stdout) == (0, "a\\xff.png: no faces\n")
    assert json.loads(predict(odd, "--json").stdout)["photos"][0]["file"] == odd


def test_no_name_commands_the_terminal(predict: Run, blank: Path, tmp_path: Path) -> None:
    odd = "\x1b]0;owned\x07\u202e.png"
    shutil.copy(blank, tmp_path / odd)
    run = predict(odd, f"absent{odd}", "--annotate", "copies")
    assert run.stdout == "\\x1b]0;owned\\x07\\u202e.png: no faces\n"
    (line,) = said(run)
    assert line.startswith("absent\\x1b]0;owned\\x07\\u202e.png: ")
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["]0;owned.annotated.jpg"]
    wrong = predict(odd, f"--{odd}")
    assert wrong.returncode == 2 and "\x1b" not in wrong.stderr and "\\x1b" in wrong.stderr


def test_a_closed_pipe_is_no_fault(command: list[str], blank: Path) -> None:
    """As in `predict.py … | head -1`, long before the last photo."""
    copies = [str(blank.with_name(f"{i}.png")) for i in range(3000)]
    for copy in copies:
        os.link(blank, copy)
    run = subprocess.Popen(
        [*command, *copies],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None and run.stderr is not None
    run.stdout.readline()
    run.stdout.close()
    lines = [line for line in run.stderr.read().splitlines() if not line.startswith("INFO:")]
    assert lines == []
    assert run.wait() == PIPE_CLOSED


def test_a_folder_that_cannot_be_written_to_stops_it_before_the_first_photo(
    predict: Run, blank: Path
) -> None:
    run = predict(blank, "--annotate", blank / "copies")
    assert (run.returncode, run.stdout) == (2, "")
    assert len(said(run)) == 1 and said(run)[0].startswith("Stopped: ")


def test_a_folder_named_for_the_detector_in_vain_is_told_once(
    predict: Run, blank: Path, tmp_path: Path
) -> None:
    if any((CACHE / name).exists() for name in ASSETS):
        pytest.skip("the detector is in this checkout's cache")
    run = predict(blank, FER_ASSETS=str(tmp_path / "nothing"))
    assert run.returncode == 0
    (line,) = said(run)
    assert "FER_ASSETS" in line and "nothing" in line and "Haar cascade" in line


def test_bad_files_stand_in_the_json_too(predict, blank: Path) -> None:
    run = predict("absent.jpg", blank, "--json")
    photos = json.loads(run.stdout)["photos"]
    assert run.returncode == 1
    assert "No such file" in photos[0]["problem"]
    assert photos[1]["faces"] == []


def test_annotated_copies_overwrite_nothing(predict, tmp_path: Path) -> None:
    before = PORTRAIT.read_bytes()
    out = tmp_path / "new/out"
    other = tmp_path / "eileen_collins.JPG"
    shutil.copy(PORTRAIT, other)
    assert predict(PORTRAIT, other, "--annotate", out).returncode == 0
    assert predict(PORTRAIT, "--annotate", out).returncode == 0
    names = sorted(path.name for path in out.iterdir())
    stems = ("eileen_collins", "eileen_collins-2", "eileen_collins-3")
    assert names == sorted(f"{stem}.annotated.jpg" for stem in stems)
    with Image.open(PORTRAIT) as original, Image.open(out / names[0]) as copy:
        assert copy.size == original.size
        assert copy.convert("RGB").tobytes() != original.convert("RGB").tobytes()
    assert PORTRAIT.read_bytes() == before


def test_a_missing_model_is_one_line(predict, blank: Path) -> None:
    run = predict(blank, "--model", "no_such_model")
    assert run.returncode == 2
    assert "Stopped: " in run.stderr
    assert "Traceback" not in run.stderr


def test_a_film_is_told_written_and_left_as_it_is(predict: Run, tmp_path: Path) -> None:
    with Image.open(PORTRAIT) as picture:
        portrait = np.asarray(picture.convert("RGB"))
    film = write_film(tmp_path / "a.mp4", every(0.1, 8), lambda i: portrait[i : i + 480, :480])
    (tmp_path / "bad.mp4").write_bytes(b"nothing")
    run = predict(film, "bad.mp4", "--annotate", "out", "--end", 0.5)
    assert run.returncode == 1
    assert len(said(run)) == 1 and said(run)[0].startswith("bad.mp4 ")
    assert f"{film}: 1 face in 5 analysed frames" in run.stdout
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out/a.frames.csv").read_text())))
    assert [row["frame"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert {row["face_id"] for row in rows} == {"1"}
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {
        "a.frames.csv",
        "a.fex.csv",
        "a.json",
        "a.vtt",
        "a.boris.tsv",
        "a.summary.csv",
        "a.annotated.mp4",
    } <= written
    assert (tmp_path / "out/a.frames.csv").read_text() == (
        tmp_path / "out/a.frames.csv"
    ).read_text()
    data = json.loads(predict(film, "bad.mp4", PORTRAIT, "--json", "--rate", 1).stdout)
    assert data["films"][0]["settings"]["rate"] == 1
    assert data["films"][0]["model_sha256"]
    assert "bad.mp4" in data["films"][1]["problem"]
    assert len(data["photos"]) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name a file"),
        (["a.jpg", "--start", "3", "--end", "2"], "after its start"),
        (["a.jpg", "--resume"], "--out"),
        (["a.jpg", "--out", "t.xlsx"], ".parquet"),
        (["a.jpg", "--out", "t.csv", "--json"], "choose one"),
        (["a.jpg", "--out", "t.csv", "--workers", "0"], "at least 1"),
        (["--list", "absent.txt"], "absent.txt"),
        (["--list", os.devnull], "no file"),
    ],
    ids=str,
)
def test_what_cannot_begin_is_said_before_the_first_file(
    predict: Run, arguments: list[str], says: str
) -> None:
    run = predict(*arguments)
    assert run.returncode == 2 and run.stdout == ""
    assert says in run.stderr and "Traceback" not in run.stderr


def test_looks_and_mix_are_chosen_and_told(predict: Run) -> None:
    def told(*options: str) -> dict:
        return json.loads(predict(PORTRAIT, "--json", *options).stdout)

    twice, even = told(), told("--looks", "1", "--mix", "even")
    once = told("--looks", "1")
    assert [d["looks"] for d in (twice, once, even)] == [2, 1, 1]
    assert [d["expected_mix"] for d in (twice, once, even)] == ["everyday", "everyday", "even"]
    shares = [d["photos"][0]["faces"][0]["probabilities"] for d in (twice, once, even)]
    assert shares[0] != shares[1]
    assert shares[2]["disgust"] > shares[1]["disgust"]
