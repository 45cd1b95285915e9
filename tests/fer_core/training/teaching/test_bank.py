"""A bank of views: made from runs, resumed, read, and learned from."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from training_tools import Silent, build_tiny

from fer_core.data.dataset import Dataset
from fer_core.errors import DataError, TrainingError
from fer_core.training.architecture import predict
from fer_core.training.batches import Batches
from fer_core.training.config import TrainingConfig
from fer_core.training.fit import fit
from fer_core.training.partition import partition
from fer_core.training.run_folder import RunFolder
from fer_core.training.sections import (
    AugmentationConfig,
    DataConfig,
    ModelConfig,
    PhaseConfig,
    TeachersConfig,
)
from fer_core.training.teaching import bank_making
from fer_core.training.teaching.bank import Bank, read_bank, views_of
from fer_core.training.teaching.bank_making import make_bank
from fer_core.training.teaching.targets import LabelSources

VIEWS = 3
AUGMENTATION = AugmentationConfig(flip=0.5, rotation=10, noise=4)
TEACHER = TrainingConfig(
    title="Teacher",
    phases=(PhaseConfig("one", epochs=1, size=48, batch_size=64),),
    model=ModelConfig(dense=8, dropout=0.0, weights="none"),
    data=DataConfig(validation=0.25, split_seed=1),
)
STUDENT = dataclasses.replace(
    TEACHER,
    title="Student",
    seed=2,
    augmentation=dataclasses.replace(AUGMENTATION, cover=0.3, grain=0.3),
    teachers=TeachersConfig(weight=1.0, views=VIEWS),
    phases=(PhaseConfig("one", epochs=2, size=48, batch_size=64, ema=0.9),),
)


@pytest.fixture(scope="module")
def runs(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> list[RunFolder]:
    made = []
    for seed in (1, 2):
        run = RunFolder(tmp_path_factory.mktemp("runs") / f"teacher-{seed}")
        config = dataclasses.replace(TEACHER, seed=seed)
        fit(config, dataset, run, Silent(), resume=False, build=build_tiny)
        made.append(run)
    return made


def _make(runs, dataset: Dataset, path: Path, **options) -> None:
    asked = {"augmentation": STUDENT.augmentation, "views": VIEWS, "seed": 5, "shard": 50}
    make_bank(runs, dataset, path, Silent(), **(asked | options))


@pytest.fixture(scope="module")
def path(dataset: Dataset, runs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bank") / "bank.npz"
    _make(runs, dataset, path)
    return path


@pytest.fixture
def bank(path: Path, dataset: Dataset) -> Bank:
    return read_bank(path, dataset)


def test_every_view_has_the_average_of_what_its_teachers_answer_to_it(dataset, runs, bank: Bank):
    rows = partition(dataset, TEACHER.data, 1).train_rows
    np.testing.assert_array_equal(bank.rows, np.sort(rows))
    np.testing.assert_array_equal(np.flatnonzero(~bank.unseen), bank.rows)
    assert isinstance(bank.images, np.memmap)
    flat = np.reshape(bank.images, (-1, 48, 48))
    networks = [run.load_network("model.keras") for run in runs]
    expected = np.mean([predict(network, flat) for network in networks], axis=0)
    np.testing.assert_allclose(bank.answers.reshape(-1, 7), expected, atol=1e-6)
    assert bank.making.teachers == ("teacher-1: Teacher, seed 1", "teacher-2: Teacher, seed 2")
    assert bank.making.augmentation == AUGMENTATION  # the student covers what it draws


def test_views_are_drawn_by_seed_and_row_alone(dataset, bank: Bank):
    some = bank.rows[[7, 60]]
    again = views_of(dataset.images[some], some, bank.making)
    np.testing.assert_array_equal(again, bank.images[[7, 60]])
    assert (again[:, 0] != again[:, 1]).any(axis=(1, 2)).all()
    other = views_of(dataset.images[some], some, dataclasses.replace(bank.making, seed=6))
    assert (other != again).any()


def test_a_making_that_was_stopped_goes_on(dataset, runs, bank: Bank, tmp_path, monkeypatch):
    path = tmp_path / "bank.npz"
    answered = []

    def stops(part, networks, views):
        answered.append(part.name)
        if len(answered) == 2:
            raise KeyboardInterrupt
        really(part, networks, views)

    really = bank_making._answer
    monkeypatch.setattr(bank_making, "_answer", stops)
    with pytest.raises(KeyboardInterrupt):
        _make(runs, dataset, path)
    assert not path.exists()
    with pytest.raises(TrainingError, match="the beginning of another bank"):
        _make(runs, dataset, path, seed=6)
    _make(runs, dataset, path)
    assert answered.count("part-0000.npz") == 1
    assert answered.count("part-0001.npz") == 2
    assert [child.name for child in tmp_path.iterdir()] == ["bank.npz"]
    again = read_bank(path, dataset)
    assert again.sha256 == bank.sha256
    np.testing.assert_array_equal(again.images, bank.images)
    before = len(answered)
    _make(runs, dataset, path)  # it is there
    assert len(answered) == before
    _make(runs, dataset, path, seed=6)  # another one takes its place
    assert read_bank(path, dataset).making.seed == 6


def test_an_epoch_shows_one_view_of_each_face_with_its_own_target(dataset, bank: Bank):
    data = partition(dataset, STUDENT.data, STUDENT.seed)
    config = dataclasses.replace(STUDENT, augmentation=AUGMENTATION)
    sources = LabelSources(teachers=bank)
    targets, views = sources.targets(config, data), sources.views(config, data)
    assert targets.shape == (len(data.train), VIEWS, 7)
    assert views is not None
    batches = Batches(
        data.train.images,
        targets,
        np.arange(len(data.train), dtype=np.float32),  # tells the faces apart
        batch_size=32,
        augmentation=AUGMENTATION,
        views=views,
        seed=1,
    )
    seen = []
    for _ in range(VIEWS + 1):
        numbers = {}
        for index in range(len(batches)):
            faces, answers, weights = batches[index]
            for face, answer, row in zip(faces, answers, weights.astype(int), strict=True):
                held = bank.images[views.positions[row]]
                number = int((held == face[..., 0]).all(axis=(1, 2)).argmax())
                np.testing.assert_array_equal(held[number], face[..., 0])
                np.testing.assert_array_equal(answer, targets[row, number])
                numbers[row] = number
        seen.append([numbers[row] for row in range(len(data.train))])
        batches.on_epoch_end()
    assert (np.sort(seen[:VIEWS], axis=0) == np.arange(VIEWS)[:, None]).all()
    assert seen[VIEWS] == seen[0]
    assert set(seen[0]) == set(range(VIEWS))


def test_labels_votes_and_temperature_reach_all_views(dataset, bank: Bank):
    data = partition(dataset, STUDENT.data, STUDENT.seed)
    config = dataclasses.replace(STUDENT, teachers=TeachersConfig(0.4, 3.0, VIEWS))
    targets = LabelSources(teachers=bank).targets(config, data)
    labels = np.eye(7)[data.train.labels]
    answers = bank.answers[bank.positions(data.train_rows)] ** (1 / 3)
    answers /= answers.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(targets, 0.6 * labels[:, None] + 0.4 * answers, atol=1e-5)


def test_a_student_learns_from_it_and_goes_on_as_if_unbroken(dataset, bank: Bank, tmp_path):
    sources = LabelSources(teachers=bank)
    run = RunFolder(tmp_path / "student")
    network = fit(STUDENT, dataset, run, Silent(), resume=False, sources=sources, build=build_tiny)
    record = json.loads((run.path / "run.json").read_text())
    assert record["label_sources"] == {"teachers_sha256": bank.sha256}
    assert all(np.isfinite(weight).all() for weight in network.get_weights())
    adjusted = dataclasses.replace(STUDENT, logit_adjustment=1.0)
    run = RunFolder(tmp_path / "adjusted")
    fit(adjusted, dataset, run, Silent(), resume=False, sources=sources, build=build_tiny)
    assert (run.path / "adjustment.json").is_file()


@pytest.mark.parametrize(
    ("changed", "error", "said"),
    [
        ({"teachers": TeachersConfig(1.0, views=4)}, TrainingError, "teachers.views = 4"),
        ({"teachers": TeachersConfig(1.0)}, TrainingError, "teachers.views = 0"),
        ({"augmentation": AugmentationConfig(flip=0.1)}, TrainingError, "another augmentation"),
        ({"data": DataConfig(validation=0.25, split_seed=3)}, DataError, "holds no views of"),
    ],
    ids=["more views", "no views", "another augmentation", "another cut"],
)
def test_a_bank_of_another_recipe_is_refused(dataset, bank: Bank, changed, error, said):
    config = dataclasses.replace(STUDENT, **changed)
    data = partition(dataset, config.data, config.seed)
    sources = LabelSources(teachers=bank)
    with pytest.raises(error, match=said):
        sources.views(config, data)
        sources.targets(config, data)


def test_a_validation_face_that_a_teacher_saw_is_refused(dataset, bank: Bank):
    data = partition(dataset, STUDENT.data, STUDENT.seed)
    seen = bank.unseen.copy()
    seen[data.validation_rows[0]] = False
    sources = LabelSources(teachers=dataclasses.replace(bank, unseen=seen))
    with pytest.raises(TrainingError, match="learned from 1 images that validate"):
        sources.targets(STUDENT, data)


def test_other_files_are_no_banks(dataset, path: Path, tmp_path: Path):
    with pytest.raises(DataError, match="There is no bank"):
        read_bank(tmp_path / "bank.npz", dataset)
    (tmp_path / "broken.npz").write_bytes(path.read_bytes()[:5000])
    with pytest.raises(DataError, match="does not hold a bank"):
        read_bank(tmp_path / "broken.npz", dataset)
    np.savez(tmp_path / "other.npz", rows=np.arange(3))
    with pytest.raises(DataError, match="does not hold a bank"):
        read_bank(tmp_path / "other.npz", dataset)
    for making in ("[" * 100_000, "[]", '{"augmentation": {"flip": 7}}'):
        np.savez(tmp_path / "making.npz", making=np.array(making))
        with pytest.raises(DataError, match="does not hold a bank"):
            read_bank(tmp_path / "making.npz", dataset)
    with pytest.raises(DataError, match="another data set"):
        read_bank(path, dataset.where(np.arange(len(dataset)) > 0))
