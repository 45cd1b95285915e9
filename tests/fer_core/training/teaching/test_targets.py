"""Soft targets on disk, and labels mixed with votes and with teachers' answers."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hostile_files import npz
from small_data import noise_dataset

from fer_core.data.dataset import Dataset
from fer_core.data.ferplus import Votes
from fer_core.errors import DataError, TrainingError
from fer_core.training.config import TrainingConfig
from fer_core.training.partition import partition
from fer_core.training.sections import DataConfig, PhaseConfig, TeachersConfig
from fer_core.training.teaching.targets import LabelSources, SoftTargets, mixed, read_soft_targets

EACH, TESTS = 20, 5
N = 7 * EACH + TESTS
PHASE = PhaseConfig("one", epochs=1)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    made = noise_dataset(EACH, TESTS)
    images = made.images.copy()
    images[0] = images[-1]  # a training image that stands in the test as well
    return dataclasses.replace(made, images=images)


def _teachers(dataset: Dataset, unseen: np.ndarray | None = None) -> SoftTargets:
    answers = np.full((N, 7), 0.05, np.float32)
    answers[:, 6] = 0.7
    flags = np.ones(N, bool) if unseen is None else unseen
    return SoftTargets(answers, flags, dataset.fingerprint, ("run: Recipe, seed 1",))


def _votes() -> Votes:
    counts = np.zeros((N, 10), np.int64)
    counts[::2, 6] = 5  # neutral, for every second image
    return Votes(counts, "ab" * 32)


def _config(ferplus: float = 0.0, teachers: float = 0.0, temperature: float = 1.0):
    return TrainingConfig(
        title="t",
        phases=(PHASE,),
        data=DataConfig(validation=0.25, drop=("test_copies",), ferplus=ferplus),
        teachers=TeachersConfig(teachers, temperature),
    )


@pytest.mark.parametrize(
    ("share", "others", "expected"),
    [
        (0.0, [0, 0, 1], [1, 0, 0]),
        (0.25, [0, 0, 1], [0.75, 0, 0.25]),
        (1.0, [0, 0.5, 0.5], [0, 0.5, 0.5]),
        (0.25, [0, 0, 0], [1, 0, 0]),
    ],
)
def test_mixture(share: float, others: list[float], expected: list[float]):
    labels = np.array([[1, 0, 0]], np.float32)
    result = mixed(labels, np.array([others], np.float32), share)
    np.testing.assert_allclose(result, [expected], atol=1e-7)


def test_nothing_asked_gives_the_labels(dataset: Dataset):
    config = _config()
    data = partition(dataset, config.data, seed=1)
    sources = LabelSources(_votes(), _teachers(dataset))
    np.testing.assert_array_equal(sources.targets(config, data), np.eye(7)[data.train.labels])
    assert sources.record(config) == {}


def test_votes_reach_their_own_images(dataset: Dataset):
    config = _config(ferplus=0.25)
    data = partition(dataset, config.data, seed=1)
    targets = LabelSources(_votes()).targets(config, data)
    has_votes = np.array([int(path) % 2 == 0 for path in data.train.paths])
    neutral = data.train.labels == 6
    np.testing.assert_allclose(targets[has_votes & ~neutral, 6], 0.25)
    np.testing.assert_allclose(targets[~has_votes & ~neutral, 6], 0)
    np.testing.assert_allclose(targets[neutral, 6], 1)


@pytest.mark.parametrize(("temperature", "likeliest"), [(1.0, 0.7), (2.0, 0.3841)])
def test_teachers_answer_at_a_temperature(dataset: Dataset, temperature: float, likeliest: float):
    config = _config(teachers=0.5, temperature=temperature)
    data = partition(dataset, config.data, seed=1)
    sources = LabelSources(teachers=_teachers(dataset))
    targets = sources.targets(config, data)
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(targets[data.train.labels != 6, 6], likeliest / 2, atol=1e-4)
    assert set(sources.record(config)) == {"teachers_sha256"}


@pytest.mark.parametrize("what", ["a validation image", "a copy of a test image"])
def test_teachers_that_saw_too_much_are_refused(dataset: Dataset, what: str):
    config = _config(teachers=0.5)
    data = partition(dataset, config.data, seed=1)
    unseen = np.ones(N, bool)
    unseen[data.train_rows] = False
    LabelSources(teachers=_teachers(dataset, unseen)).targets(config, data)
    unseen[data.validation_rows[0] if what.startswith("a val") else 0] = False
    with pytest.raises(TrainingError, match=r"learned from 1 images.*split_seed"):
        LabelSources(teachers=_teachers(dataset, unseen)).targets(config, data)


@pytest.mark.parametrize(
    ("shares", "message"), [({"ferplus": 0.2}, "--ferplus PATH"), ({"teachers": 0.5}, "teach.py")]
)
def test_missing_sources_are_named(shares: dict[str, float], message: str):
    with pytest.raises(TrainingError, match=message):
        LabelSources().record(_config(**shares))


def test_soft_targets_survive_their_file(dataset: Dataset, tmp_path: Path):
    written = _teachers(dataset)
    written.write(tmp_path / "t.npz")
    read = read_soft_targets(tmp_path / "t.npz", dataset)
    np.testing.assert_array_equal(read.probabilities, written.probabilities)
    np.testing.assert_array_equal(read.unseen, written.unseen)
    assert (read.teachers, read.sha256) == (written.teachers, written.sha256)
    assert [path.name for path in tmp_path.iterdir()] == ["t.npz"]


@pytest.mark.parametrize(
    "fault", ["missing", "no archive", "encrypted", "other arrays", "other data"]
)
def test_unusable_soft_targets_are_named(dataset: Dataset, tmp_path: Path, fault: str):
    path = tmp_path / "t.npz"
    if fault == "no archive":
        path.write_text("x")
    if fault == "encrypted":
        path.write_bytes(npz(fault))
    if fault == "other arrays":
        np.savez(path, a=np.zeros(3))
    if fault == "other data":
        dataclasses.replace(_teachers(dataset), data_sha256="0").write(path)
    with pytest.raises(DataError, match=r"scripts/teach\.py"):
        read_soft_targets(path, dataset)
