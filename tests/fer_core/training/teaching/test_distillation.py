"""Teachers, bank and student in one go, and again."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from training_tools import Silent, StopsAfter, build_tiny

from fer_core.data.dataset import Dataset
from fer_core.errors import TrainingError
from fer_core.training.config import TrainingConfig
from fer_core.training.sections import (
    AugmentationConfig,
    DataConfig,
    ModelConfig,
    PhaseConfig,
    TeachersConfig,
)
from fer_core.training.teaching.distillation import BANK, distill

TEACHER = TrainingConfig(
    title="A teacher",
    phases=(PhaseConfig("one", epochs=2, size=48, batch_size=64),),
    model=ModelConfig(dense=8, dropout=0.0, weights="none"),
    data=DataConfig(validation=0.25, split_seed=1),
)
STUDENT = dataclasses.replace(
    TEACHER,
    title="Student",
    augmentation=AugmentationConfig(flip=0.5),
    teachers=TeachersConfig(0.5, views=2),
)
TEACHERS = [TEACHER, dataclasses.replace(TEACHER, seed=2)]


class Tells(Silent):
    def __init__(self):
        self.said = []

    def message(self, text):
        self.said.append(text)


def test_the_whole_way_goes_on_where_it_stopped(dataset: Dataset, tmp_path: Path):
    with pytest.raises(KeyboardInterrupt):
        distill(TEACHERS, STUDENT, dataset, None, tmp_path, StopsAfter(1.5), build=build_tiny)
    assert not (tmp_path / "a_teacher_1" / "model.keras").exists()
    tells = Tells()
    run = distill(TEACHERS, STUDENT, dataset, None, tmp_path, tells, build=build_tiny)
    assert run.path == tmp_path / "student_1"
    names = sorted(child.name for child in tmp_path.iterdir())
    assert names == ["a_teacher_1", "a_teacher_2", BANK, "student_1"]
    figures = [text for text in tells.said if "of validation" in text]
    assert [text.split(":")[0] for text in figures] == [
        "a_teacher_1",
        "a_teacher_2",
        "Their average",
    ]
    made = (tmp_path / BANK).stat().st_mtime_ns
    distill(TEACHERS, STUDENT, dataset, None, tmp_path, Silent(), build=build_tiny)
    assert (tmp_path / BANK).stat().st_mtime_ns == made


def test_a_run_of_other_data_is_not_taken_for_this_one(dataset: Dataset, tmp_path: Path):
    distill([TEACHER], STUDENT, dataset, None, tmp_path, Silent(), build=build_tiny)
    fewer = dataset.where(np.arange(len(dataset)) > 0)
    with pytest.raises(TrainingError, match="started with another data set"):
        distill([TEACHER], STUDENT, fewer, None, tmp_path, Silent(), build=build_tiny)


def test_what_a_student_lacks_is_said_before_its_teachers_train(dataset: Dataset, tmp_path: Path):
    student = dataclasses.replace(STUDENT, data=dataclasses.replace(STUDENT.data, ferplus=0.2))
    with pytest.raises(TrainingError, match="no votes were given"):
        distill(TEACHERS, student, dataset, None, tmp_path, Silent(), build=build_tiny)
    assert [*tmp_path.iterdir()] == []


def test_a_student_without_a_bank_is_refused(dataset: Dataset, tmp_path: Path):
    with pytest.raises(TrainingError, match=r"set its teachers\.views"):
        distill(TEACHERS, TEACHER, dataset, None, tmp_path, Silent(), build=build_tiny)
