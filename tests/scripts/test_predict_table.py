"""`scripts/predict.py --out` as a program: the table, whoever works, and after every stop."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from batch_tools import waited
from films import every, write_film
from PIL import Image

from fer_core.batch.parts import Counts
from fer_core.recognition.photos import FACE_COLUMNS
from scripts.prediction.progress import Progress
from scripts.prediction.words import summary_of, unread_lines

ROOT = Path(__file__).resolve().parents[2]
PORTRAIT = ROOT / "ui/assets/eileen_collins.jpg"
Predict = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(make_model: Callable[..., Path], tmp_path: Path) -> list[str]:
    (tmp_path / "work").mkdir()
    return [sys.executable, str(ROOT / "scripts/predict.py"), "--model", str(make_model())]


@pytest.fixture
def predict(command: list[str], tmp_path: Path) -> Predict:
    def run(*args: object, **options: Any) -> subprocess.CompletedProcess[str]:
        words = [*command, *map(str, args)]
        where = tmp_path / "work"
        return subprocess.run(
            words, capture_output=True, text=True, check=False, cwd=where, **options
        )

    return run


@pytest.fixture
def photos(tmp_path: Path, command: list[str]) -> Path:
    """A folder of a portrait, pictures without a face, a film and bad files."""
    folder = tmp_path / "work/photos"
    (folder / "more").mkdir(parents=True)
    shutil.copy(PORTRAIT, folder / "portrait.jpg")
    shutil.copy(PORTRAIT, folder / "more/portrait.jpg")
    for i in range(6):
        Image.new("RGB", (64 + i, 64), "white").save(folder / f"blank{i}.png")
    with Image.open(PORTRAIT) as picture:
        portrait = np.asarray(picture.convert("RGB"))
    write_film(folder / "film.mp4", every(0.1, 4), lambda i: portrait[i : i + 480, :480])
    (folder / "empty.jpg").touch()
    (folder / "=1+1.jpg").write_text("no picture")
    (folder / "old.gif").write_bytes(b"GIF89a")
    (folder / "notes.txt").write_text("nothing")
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_every_file_has_its_row_whoever_works(predict: Predict, photos: Path) -> None:
    work = photos.parent
    for workers in (1, 3):
        run = predict("photos", "--recursive", "--out", f"t{workers}.csv", "--workers", workers)
        assert run.returncode == 1, run.stderr  # some could not be read
        assert run.stdout == f"t{workers}.csv: 12 files (1 film), 3 not read, 3 faces\n"
        named = [line.split(":")[0] for line in run.stderr.splitlines() if "photos/" in line]
        assert named == ["photos/=1+1.jpg", "photos/empty.jpg", "photos/old.gif"]
        assert "Traceback" not in run.stderr
    assert (work / "t1.csv").read_bytes() == (work / "t3.csv").read_bytes()
    rows = rows_of(work / "t1.csv")
    files = list(dict.fromkeys(row["file"] for row in rows))
    assert files[0] == "photos/=1+1.jpg" and files[-1] == "photos/portrait.jpg"
    assert len(files) == 12 and files == sorted(files)
    by_file = {file: [row for row in rows if row["file"] == file] for file in files}
    assert tuple(rows[0])[: len(FACE_COLUMNS)] == FACE_COLUMNS
    assert [row["frame"] for row in by_file["photos/film.mp4"]] == ["0", "1", "2", "3"]
    assert {row["face"] for row in by_file["photos/film.mp4"]} == {"1"}
    (face,) = by_file["photos/portrait.jpg"]
    assert face["faces_found"] == "1" and float(face["confidence"]) > 0 and not face["problem"]
    (blank,) = by_file["photos/blank0.png"]
    assert (blank["faces_found"], blank["answer"], blank["problem"]) == ("0", "", "")
    for bad, says in (("empty.jpg", "empty"), ("=1+1.jpg", "not a picture"), ("old.gif", "GIF")):
        (row,) = by_file[f"photos/{bad}"]
        assert says in row["problem"] and row["faces_found"] == ""


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        (Counts(1, 0, 1, 0), "1 file, 1 face"),
        (Counts(2, 0, 0, 1), "2 files, 1 not read, no faces"),
        (Counts(2000, 1, 1234, 0), "2,000 files (1 film), 1,234 faces"),
        (Counts(3, 2, 2, 1), "3 files (2 films), 1 not read, 2 faces"),
    ],
)
def test_the_summary_counts_as_people_do(counts: Counts, says: str) -> None:
    assert summary_of(Path("t.csv"), counts) == f"t.csv: {says}"


@pytest.mark.parametrize(
    ("not_read", "first", "lines", "last"),
    [
        (0, [], 0, ""),
        (1, [("\x1b.png", "It is empty.")], 1, "\\x1b.png: It is empty."),
        (1001, [("a.png", "It is empty.")], 2, "1,000 more not read"),
        (3, [], 1, "3 not read"),  # of a table that was finished before
    ],
)
def test_the_first_unread_files_are_named_and_the_others_counted(
    not_read: int, first: list[tuple[str, str]], lines: int, last: str
) -> None:
    said = list(unread_lines(Path("t.csv"), Counts(2000, not_read=not_read), first))
    assert len(said) == lines
    assert not said or said[-1].startswith(last)
    assert all("t.csv" in line for line in said[len(first) :])


def test_what_is_replaced_is_said_and_what_is_somebodys_stays(
    predict: Predict, photos: Path
) -> None:
    table = photos.parent / "t.csv"
    first, again = (predict("photos/portrait.jpg", "--out", "t.csv") for _ in range(2))
    assert "replaces" not in first.stderr and "replaces t.csv" in again.stderr
    assert (again.returncode, again.stdout) == (0, first.stdout)
    table.write_text("mine")
    for options in ([], ["--resume"]):
        run = predict("photos/portrait.jpg", "--out", "t.csv", *options)
        assert (run.returncode, run.stdout, table.read_text()) == (2, "", "mine")
        assert "altered" in run.stderr.splitlines()[-1]


def test_copies_of_one_name_stand_beside_each_other(predict: Predict, photos: Path) -> None:
    run = predict("photos", "--recursive", "--out", "t.jsonl", "--annotate", "photos/copies")
    assert run.returncode == 1, run.stderr
    names = {path.name for path in (photos / "copies").iterdir()}
    assert {"portrait.annotated.jpg", "portrait-2.annotated.jpg", "film.frames.csv"} <= names
    assert len([name for name in names if name.endswith(".annotated.jpg")]) == 8
    again = predict("photos", "--recursive", "--out", "t.jsonl", "--annotate", "photos/copies",
                    "--resume")  # fmt: skip
    assert (again.returncode, again.stdout) == (1, run.stdout)  # the copies are no input
    assert {path.name for path in (photos / "copies").iterdir()} == names


def test_lists_from_a_file_and_standard_input(predict: Predict, photos: Path) -> None:
    paths = "photos/portrait.jpg\nphotos/blank0.png\n"
    (photos.parent / "list.txt").write_text(paths)
    assert predict("--list", "list.txt", "--out", "a.csv").returncode == 0
    assert predict("--list", "-", "--out", "b.csv", input=paths).returncode == 0
    assert predict("photos/p*.jpg", "photos/blank0.png", "--out", "c.csv").returncode == 0
    tables = {(photos.parent / f"{name}.csv").read_bytes() for name in "abc"}
    assert len(tables) == 1 and len(rows_of(photos.parent / "a.csv")) == 2


@pytest.fixture
def many(photos: Path) -> Path:
    """The same and 300 pictures more: shards of nine."""
    for i in range(300):
        shutil.copyfile(photos / f"blank{i % 6}.png", photos / f"c{i:03d}.png")
    return photos


def begin(command: list[str], work: Path, parts: int, *options: str) -> subprocess.Popen[bytes]:
    """A run with so many parts done."""
    words = [*command, "photos", "--recursive", "--out", "t.csv", "--workers", "2", *options]
    process = subprocess.Popen(
        words,
        cwd=work,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # A shell's background job, as a test run may be, does not hear Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    assert waited(
        lambda: process.poll() is not None or len(list(work.glob("t.csv.parts/part-*"))) >= parts
    )
    assert process.poll() is None, "it was over too soon"
    return process


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=str)
def test_a_stop_ends_all_processes(command: list[str], many: Path, how: signal.Signals) -> None:
    process = begin(command, many.parent, 1)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(how)
    assert process.wait(60) == (130 if how == signal.SIGINT else -how)
    assert psutil.wait_procs(workers, timeout=60)[1] == []  # nobody goes on alone


def test_what_was_killed_goes_on_and_equals_an_unbroken_run(
    command: list[str], predict: Predict, many: Path
) -> None:
    work, options = many.parent, ("photos", "--recursive", "--out", "t.csv")
    process = begin(command, work, 3, "--annotate", "copies")
    process.kill()
    process.wait()
    done = len(list(work.glob("t.csv.parts/part-*")))
    changed = work / "photos/c299.png"
    before = changed.stat().st_mtime_ns
    for others, touched, says in (
        (["--annotate", "copies"], False, "--resume"),
        (["--resume"], False, "annotate"),
        (["--annotate", "copies", "--resume"], True, "1 changed (photos/c299.png)"),
    ):
        os.utime(changed, ns=(before, before + touched))
        run = predict(*options, *others)
        assert (run.returncode, run.stdout) == (2, "") and says in run.stderr
    os.utime(changed, ns=(before, before))
    run = predict(*options, "--annotate", "copies", "--workers", 1, "--resume")
    assert run.returncode == 1 and "312 files (1 film), 3 not read" in run.stdout, run.stderr
    (told,) = re.findall(r"Going on: (\d+) of 312", run.stderr)
    assert int(told) > 9 * (done - 3)  # shards of nine, but for the film's and its neighbour's
    assert predict("photos", "--recursive", "--out", "whole.csv").returncode == 1
    assert (work / "t.csv").read_bytes() == (work / "whole.csv").read_bytes()
    assert len(list(work.glob("copies/*.annotated.jpg"))) == 308
    assert not (work / "t.csv.parts").exists()
    assert not list(work.glob("copies/.writing-*"))


def test_a_killed_worker_loses_and_doubles_nothing(
    command: list[str], predict: Predict, many: Path
) -> None:
    work = many.parent
    process = begin(command, work, 2)
    worker = max(
        psutil.Process(process.pid).children(recursive=True), key=lambda p: p.memory_info().rss
    )
    worker.kill()
    assert process.wait(120) == 1
    assert predict("photos", "--recursive", "--out", "whole.csv").returncode == 1
    assert (work / "t.csv").read_bytes() == (work / "whole.csv").read_bytes()


def test_a_table_that_cannot_be_written_stops_it_before_the_first_photo(
    predict: Predict, photos: Path
) -> None:
    (photos.parent / "file").touch()
    (photos.parent / "folder.csv").mkdir()
    for target in ("folder.csv", "file/below.csv"):
        run = predict("photos", "--out", target)
        assert run.returncode == 2 and run.stdout == ""
        assert target in run.stderr.splitlines()[-1]
    assert not list(photos.parent.glob("**/.writing-*"))


def test_the_record_says_what_made_the_table(predict: Predict, photos: Path) -> None:
    run = predict("photos/portrait.jpg", "--out", "t.parquet", "--rate", 5)
    assert run.returncode == 0, run.stderr
    record = json.loads((photos.parent / "t.parquet.run.json").read_text())
    assert record["model"] == "small" and len(record["model_sha256"]) == 64
    assert record["film"]["rate"] == 5 and record["faces"] == 1
    assert {path.name for path in photos.parent.iterdir()} == {
        "photos", "t.parquet", "t.parquet.run.json",
    }  # fmt: skip


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_tells_the_time_left(terminal: bool) -> None:
    class Output(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    output, now = Output(), [0.0]
    progress = Progress("a\x1b.mp4", 0.1, output=output, clock=lambda: now[0])
    for now[0], share in [(0.1, 0.11), (60, 0.4), (61, 0.41)]:
        progress.update(share)
    progress.close()
    text = output.getvalue()
    assert "40%, 2:00 left" in text  # 0.3 in a minute, 0.6 left
    assert text.startswith("\r\x1b[2Ka\\x1b.mp4: |" if terminal else "a\\x1b.mp4: 40%")
    assert text.count("left") == (2 if terminal else 1)
    assert text.endswith("\r\x1b[2K" if terminal else "\n")
