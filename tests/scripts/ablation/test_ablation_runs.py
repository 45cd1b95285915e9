"""Trains an ablation of very small networks: interrupted, gone on with, reported half-way."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ablation_tools import fill_search

from fer_core.data.dataset import Dataset
from fer_core.errors import TrainingError
from fer_core.evaluation.ablation_report import MOBILENET, PLAIN
from fer_core.labels import EMOTIONS
from fer_core.training.networks import plain_cnn
from scripts.ablation import networks, runs
from scripts.ablation.design import CANDIDATES, CELLS, TINY
from scripts.ablation.runs import Ablation, usable
from scripts.ablation.summary import summarise
from scripts.ablation.work import WorkFolder

PLAN = replace(TINY, train_images=280, search_images=140, warm_up_epochs=1, epochs=2)


class Stops:
    """A reporter that stops all like Ctrl-C: in a job's n-th epoch, or when a job begins."""

    def __init__(self, job: int, epoch: float | None = None) -> None:
        self.job, self.epoch = job, epoch
        self.messages: list[str] = []
        self._now = 0

    def batch(self, phase: str, done: float, total: float, logs: dict[str, float]) -> None:
        if self._now == self.job and phase != "warm-up" and done > (self.epoch or 0):
            raise KeyboardInterrupt

    def message(self, text: str) -> None:
        self.messages.append(text)
        if " of " in text and text[0].isdigit():
            self._now += 1
            if self._now == self.job and self.epoch is None:
                raise KeyboardInterrupt


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """40 noise images of each class to learn from, 4 to be judged on: no two are alike."""
    parts = [("train", "Training", 40), ("public", "PublicTest", 4)]
    rows = [
        (label, split, f"{folder}/{emotion}/{prefix}_{label}{i:03d}.png")
        for (split, prefix, count), folder in zip(parts, ("train", "test"), strict=True)
        for label, emotion in enumerate(EMOTIONS)
        for i in range(count)
    ]
    labels, splits, paths = zip(*rows, strict=True)
    images = np.random.default_rng(3).integers(0, 200, (len(rows), 48, 48), dtype=np.uint8)
    return Dataset(images, np.array(labels), np.array(splits), paths)


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WorkFolder:
    """An empty work folder, and one convolution block in place of either network."""
    monkeypatch.setattr(plain_cnn, "FILTERS", (4,))
    small = {kind: lambda **_: plain_cnn.build(dense=8) for kind in (MOBILENET, PLAIN)}
    monkeypatch.setattr(runs, "BUILDERS", small)
    monkeypatch.setattr(networks, "BUILDERS", small)
    return WorkFolder(tmp_path / "work")


def _files(work: WorkFolder) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in work.path.iterdir() if "-seed-" in p.name}


def _started(run: Path) -> str:
    return (run / "run.json").read_text()


def test_what_is_finished_stays_and_what_was_interrupted_goes_on(dataset, work):
    work.start(PLAN, dataset.fingerprint)
    fill_search(work)
    with pytest.raises(KeyboardInterrupt):
        Ablation(PLAN, dataset, work, Stops(2, epoch=1.2)).run()
    first, second = (work.run_name(cell, 1) for cell in CELLS[:2])
    finished = _files(work)
    assert set(finished) == {f"{first}.json", f"{first}.predictions.csv"}
    interrupted = work.training_folder(second)
    with (interrupted / "history.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 2  # the warm-up, and one epoch of two
    started = _started(interrupted)

    again = Ablation(PLAN, dataset, work, Stops(2))
    assert [job.name for job in again.missing()] == [work.run_name(c, 1) for c in CELLS[1:]]
    kept = []
    again._work.finish = _keeping(again._work.finish, interrupted, kept)
    with pytest.raises(KeyboardInterrupt):
        again.run()
    assert kept == [started]  # the same run went on
    assert {name: _files(work)[name] for name in finished} == finished
    record = work.record(CELLS[1], 1)
    assert (record.epochs, record.seed) == (2, 1)
    assert (record.train_images, record.validation_images) == (252, 28)
    assert not interrupted.exists()

    report = summarise(work)
    assert [result.cell for result in report.cells] == list(CELLS[:2])
    assert len(report.missing) == len(CELLS) - 2
    assert report.tiny


def _keeping(finish, folder: Path, kept: list[str]):
    def keep(*arguments) -> None:
        kept.append(_started(folder))
        finish(*arguments)

    return keep


def test_costs_and_search_come_first_and_are_kept(dataset, work):
    reporter = Stops(2)
    with pytest.raises(KeyboardInterrupt):
        Ablation(PLAN, dataset, work, reporter).run()
    costs = work.costs()
    assert set(costs.step) == {tuning.shape for tuning in CANDIDATES}
    assert min(*costs.step.values(), costs.features) > 0
    assert 0 <= work.search_result(CANDIDATES[0]).validation_accuracy <= 1
    with pytest.raises(TrainingError, match="not finished"):
        work.chosen(MOBILENET)
    again = Ablation(PLAN, dataset, work, Stops(1))
    assert len(again.missing()) == len(CANDIDATES) - 1 + len(CELLS)
    with pytest.raises(KeyboardInterrupt):
        again.run()
    assert work.costs() == costs


@pytest.mark.parametrize("tuning", CANDIDATES, ids=lambda tuning: tuning.name)
def test_the_best_on_validation_is_chosen(work, tuning):
    fill_search(work, tuning)
    assert work.chosen(tuning.network) == tuning


def test_copies_of_test_images_teach_nothing(dataset):
    train = np.flatnonzero(dataset.splits == "train")
    images = dataset.images.copy()
    # As they are in a test image, but a little brighter.
    copy = images[dataset.splits == "public"][0]
    images[train[:3]] = copy + 3
    clean = usable(replace(dataset, images=images))
    assert clean.paths == tuple(dataset.paths[i] for i in train[3:])
    assert set(clean.splits) == {"train"}
