"""A finished run teaches a student."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from training_tools import Silent, build_tiny

from fer_core.data.dataset import Dataset
from fer_core.data.ferplus import read_votes
from fer_core.errors import TrainingError
from fer_core.training.architecture import predict
from fer_core.training.config import TrainingConfig
from fer_core.training.fit import fit
from fer_core.training.partition import partition
from fer_core.training.run_folder import RunFolder
from fer_core.training.sections import DataConfig, ModelConfig, PhaseConfig, TeachersConfig
from fer_core.training.teaching.answers import teach
from fer_core.training.teaching.targets import LabelSources, SoftTargets

CONFIG = TrainingConfig(
    title="Teacher",
    phases=(PhaseConfig("head", epochs=1, size=32, trainable="head", batch_size=64),),
    model=ModelConfig(width=0.35, dense=8, dropout=0.0, weights="none"),
    data=DataConfig(validation=0.25, split_seed=1),
)


@pytest.fixture(scope="module")
def run(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    run = RunFolder(tmp_path_factory.mktemp("runs") / "teacher")
    fit(CONFIG, dataset, run, Silent(), resume=False, build=build_tiny)
    return run


@pytest.fixture(scope="module")
def answers(dataset: Dataset, run: RunFolder) -> SoftTargets:
    return teach([run, run], dataset, Silent())


def test_answers_are_averaged_over_both_views(
    dataset: Dataset, run: RunFolder, answers: SoftTargets
):
    train = dataset.splits == "train"
    network = run.load_network("model.keras")
    faces = dataset.images[train]
    expected = (predict(network, faces) + predict(network, faces[:, :, ::-1])) / 2
    np.testing.assert_allclose(answers.probabilities[train], expected, atol=1e-5)
    assert not answers.probabilities[~train].any()
    assert answers.teachers == ("teacher: Teacher, seed 1",) * 2


def test_only_what_a_teacher_learned_from_counts_as_seen(dataset: Dataset, answers: SoftTargets):
    rows = partition(dataset, CONFIG.data, CONFIG.seed).train_rows
    np.testing.assert_array_equal(np.flatnonzero(~answers.unseen), np.sort(rows))


def test_a_student_of_another_seed_learns_and_its_record_says_from_what(
    dataset: Dataset, answers: SoftTargets, tmp_path: Path
):
    votes_file = tmp_path / "votes.csv"
    head = "path,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    rows = [f"{path},4,1,1,1,1,1,1,0,0,0" for path in dataset.paths]
    votes_file.write_text("\n".join([head, *rows]))
    sources = LabelSources(read_votes(votes_file, dataset.paths), answers)
    student = dataclasses.replace(
        CONFIG,
        seed=2,
        data=dataclasses.replace(CONFIG.data, ferplus=0.2),
        teachers=TeachersConfig(weight=0.5, temperature=2.0),
    )
    run = RunFolder(tmp_path / "student")
    fit(student, dataset, run, Silent(), resume=False, sources=sources, build=build_tiny)
    record = json.loads((run.path / "run.json").read_text())
    assert record["label_sources"] == {
        "ferplus_sha256": sources.votes.sha256,
        "teachers_sha256": answers.sha256,
    }
    other = LabelSources(dataclasses.replace(sources.votes, sha256="0"), answers)
    with pytest.raises(TrainingError, match="another set of votes or teachers"):
        fit(student, dataset, run, Silent(), resume=True, sources=other)


def test_a_run_that_has_not_ended_cannot_teach(dataset: Dataset, run: RunFolder, tmp_path: Path):
    (tmp_path / "run.json").write_bytes((run.path / "run.json").read_bytes())
    with pytest.raises(TrainingError, match="has not ended"):
        teach([run, RunFolder(tmp_path)], dataset, Silent())


def test_a_run_on_another_data_set_or_no_run_cannot_teach(
    dataset: Dataset, run: RunFolder, tmp_path: Path
):
    fewer = dataset.where(np.arange(len(dataset)) > 0)
    with pytest.raises(TrainingError, match="other data"):
        teach([run], fewer, Silent())
    with pytest.raises(TrainingError, match="not the folder of a training run"):
        teach([RunFolder(tmp_path)], dataset, Silent())
