"""The real scripts on a generated data set: kill, resume, export, evaluate."""

from __future__ import annotations

import csv
import json
import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from small_data import write_dataset

from fer_core import images
from fer_core.data.dataset import load_dataset
from fer_core.store.model_files import load_model
from fer_core.training.progress import TrainingProgress
from scripts import train

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
RECIPE = """
title = "Small recipe"
summary = "Made by the tests."
seed = 1
monitor = "val_loss"
[model]
width = 0.35
dense = 16
weights = "none"
[data]
validation = 0.25
class_weights = "square_root"
label_smoothing = 0.1
[[phases]]
name = "warm-up"
trainable = "head"
size = 32
epochs = {epochs}
batch_size = 64
ema = 0.9
"""
STUDENT = str(SCRIPTS.parent / "configs" / "student.toml")
SECOND = """
[[phases]]
name = "second"
trainable = "head"
size = 32
epochs = 1
batch_size = 64
optimizer = "adamw"
learning_rate = 1e-3
schedule = "cosine"
warmup_steps = 1
ema = 0.9
"""


def _command(script: str, *arguments: object) -> list[str]:
    return [sys.executable, str(SCRIPTS / script), *map(str, arguments)]


def _run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(script, *arguments), capture_output=True, text=True, check=False, timeout=300
    )


def _rows(run: Path) -> list[dict[str, str]]:
    history = run / "history.csv"
    if not history.is_file():
        return []
    return list(csv.DictReader(history.read_text().splitlines()))


def _kill_after(rows: int, command: list[str], run: Path) -> None:
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 240
    while len(_rows(run)) < rows:
        assert process.poll() is None, "training ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.slow
def test_killed_resumed_exported_and_evaluated(dataset_folder: Path, tmp_path: Path):
    run, models = tmp_path / "run", tmp_path / "models"
    recipe = tmp_path / "small.toml"
    recipe.write_text(RECIPE.format(epochs=6) + SECOND)
    train = ["--data", dataset_folder, "--config", recipe, "--run", run]

    _kill_after(2, _command("train.py", *train), run)
    before = _rows(run)
    assert len(before) < 6

    resumed = _run("train.py", *train, "--resume")
    assert resumed.returncode == 0, resumed.stderr
    after = _rows(run)
    assert [int(row["epoch"]) for row in after] == list(range(1, 8))
    # One epoch may have ended between the last look and the kill; none is lost.
    assert after[: len(before)] == before
    assert {row["phase"] for row in after} == {"warm-up", "second"}

    exported = _run(
        "export.py", "--run", run, "--name", "small", "--models", models,
        "--data", dataset_folder, "--calibrate", "--balance-neutral",
    )  # fmt: skip
    assert exported.returncode == 0, exported.stderr
    assert "largest difference" in exported.stdout
    card, _ = load_model(models / "small.tflite")
    assert card.title == "Small recipe"
    assert 0 < card.unsure_below < 1
    assert "Neutral's logit lowered by" in exported.stdout

    evaluated = _run(
        "evaluate.py", "--model", models / "small.tflite", "--data", dataset_folder
    )  # fmt: skip
    assert evaluated.returncode == 0, evaluated.stderr
    report = json.loads((models / "small.report.json").read_text())
    assert set(report["splits"]) == {"public", "private", "test", "private_deduplicated"}
    assert report["splits"]["test"]["n"] == 84
    with (models / "small.predictions.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 84


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("no data", "no data set"),
        ("class missing", "for one of the seven classes. A network answers all seven"),
        ("no recipe", "no recipe"),
        ("no votes", "--ferplus PATH"),
        ("no teachers", "scripts/teach.py"),
        ("no bank", "does not hold a bank of views"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_keras_loads(
    dataset_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
    message: str,
):
    data, recipe = dataset_folder, tmp_path / "r.toml"
    if change != "no recipe":
        recipe.write_text(RECIPE.format(epochs=1))
    if change == "no votes":
        recipe.write_text(RECIPE.format(epochs=1).replace("[data]", "[data]\nferplus = 0.2"))
    if change == "no teachers":
        recipe.write_text(RECIPE.format(epochs=1) + "[teachers]\nweight = 0.5\n")
    options = []
    if change == "no bank":
        recipe.write_text(RECIPE.format(epochs=1) + "[teachers]\nweight = 0.5\nviews = 2\n")
        np.savez(tmp_path / "answers.npz", probabilities=np.zeros((3, 7), np.float32))
        options = ["--teachers", tmp_path / "answers.npz"]
    if change == "no data":
        data = tmp_path / "nothing"
    if change == "class missing":
        data = tmp_path / "data"
        shutil.copytree(dataset_folder, data)
        shutil.rmtree(data / "train" / "fear")
    monkeypatch.delenv("FER_PLUS", raising=False)
    run = tmp_path / "run"
    done = _run("train.py", "--data", data, "--config", recipe, "--run", run, *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_each_training_image_is_decoded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    decoded = []

    def decode(data: bytes) -> np.ndarray:
        decoded.append(data)
        return images.decode(data)

    folder = write_dataset(tmp_path, train_each=2, test_each=1)
    (folder / "train" / "fear" / "notes.txt").write_text("x")
    monkeypatch.setattr("fer_core.data.scan.decode", decode)
    dataset = train.read_data(folder, TrainingProgress())
    assert len(decoded) == len(dataset) == 28
    assert "warning: Files that are none of .jpg" in capsys.readouterr().err
    assert dataset.fingerprint == load_dataset(folder).fingerprint


SEVERAL = ("--distribute", "127.0.0.1:9", "--processes", "3", "--process", "1")


@pytest.mark.parametrize(
    ("backend", "options", "message"),
    [
        (None, ("--distribute",), r"backend tensorflow\. Accepted: jax\. Set KERAS_BACKEND=jax"),
        ("tensorflow", SEVERAL, "backend tensorflow. Accepted: jax"),
        ("torch", ("--distribute",), "backend torch. Accepted: jax"),
        ("jax", ("--distribute", "127.0.0.1"), "Accepted: HOST:PORT of process 0"),
        ("jax", SEVERAL, "batches of 64 do not divide by 3 processes.*such as 63 or 66"),
    ],
)
def test_what_cannot_be_distributed_is_refused_in_one_line(
    dataset_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    backend: str | None,
    options: tuple[str, ...],
    message: str,
):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    if backend:
        monkeypatch.setenv("KERAS_BACKEND", backend)
    recipe = tmp_path / "r.toml"
    recipe.write_text(RECIPE.format(epochs=1))
    main = runpy.run_path(str(SCRIPTS / "train.py"))["main"]
    run = tmp_path / "run"
    given = ["--data", str(dataset_folder), "--config", str(recipe), "--run", str(run)]
    assert main([*given, *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(message, line)
    assert not run.exists()


@pytest.mark.parametrize(
    ("script", "arguments"),
    [
        ("teach.py", ("--runs", "{run}", "--out", "{run}/t.npz")),
        ("teach.py", ("--runs", "{run}", "--recipe", STUDENT, "--out", "{run}/bank.npz")),
        ("export.py", ("--run", "{run}", "--name", "x")),
    ],
)
def test_a_folder_that_is_no_run_is_refused(
    dataset_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
    script: str,
    arguments: tuple[str, ...],
):
    main = runpy.run_path(str(SCRIPTS / script))["main"]
    given = [argument.format(run=tmp_path) for argument in arguments]
    assert main([*given, "--data", str(dataset_folder)]) == 2
    assert "not the folder of a training run" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("teacher", "student", "said"),
    [
        ("plain_teacher", "strong", r"set its teachers\.views"),
        ("plain_teacher", "student", "--ferplus PATH"),
        ("nothing", "student", "no recipe"),
    ],
    ids=["a student without a bank", "no votes", "no recipe"],
)
def test_the_whole_way_refuses_what_it_cannot_end_before_it_begins(
    dataset_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    teacher: str,
    student: str,
    said: str,
):
    monkeypatch.delenv("FER_PLUS", raising=False)
    main = runpy.run_path(str(SCRIPTS / "distill.py"))["main"]
    recipes = {
        name: str(SCRIPTS.parent / "configs" / f"{name}.toml") for name in (teacher, student)
    }
    given = ["--teachers", recipes[teacher], "--student", recipes[student]]
    given += ["--runs", str(tmp_path / "runs"), "--data", str(dataset_folder)]
    assert main(given) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(said, line)
    assert not (tmp_path / "runs").exists()
