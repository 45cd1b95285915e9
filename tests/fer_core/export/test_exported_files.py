"""A run becomes a model's files; what could not be one is refused before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_core.data.dataset import load_dataset
from fer_core.errors import ModelError
from fer_core.export.package import package
from fer_core.training.run_folder import RunFolder


@pytest.mark.parametrize("name", ["", "sub/x", "x.int8", "x.tflite", "a b"])
def test_a_name_that_no_model_can_have_is_refused_first(
    tmp_path: Path, dataset_folder: Path, name: str
) -> None:
    dataset, models = load_dataset(dataset_folder), tmp_path / "models"
    with pytest.raises(ModelError, match="A model's name has"):
        package(RunFolder(tmp_path / "run"), name, models, dataset, calibrate=False)
    assert not models.exists()
