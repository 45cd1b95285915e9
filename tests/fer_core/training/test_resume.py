"""A run that was stopped anywhere ends exactly as one that was not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from training_tools import Silent, build_tiny

from fer_core.data.dataset import Dataset
from fer_core.training.config import TrainingConfig
from fer_core.training.fit import fit
from fer_core.training.run_folder import RunFolder
from fer_core.training.sections import AugmentationConfig, DataConfig, ModelConfig, PhaseConfig

PHASE = PhaseConfig(
    "first", epochs=2, size=48, batch_size=16, optimizer="adamw", learning_rate=1e-2, ema=0.9
)
CONFIG = TrainingConfig(
    title="Small",
    phases=(PHASE, dataclasses.replace(PHASE, name="second", mixup=0.2)),
    model=ModelConfig(dense=16, dropout=0.5, weights="none", batch_norm_momentum=0.9),
    data=DataConfig(validation=0.25, label_smoothing=0.1),
    augmentation=AugmentationConfig(flip=0.5, noise=5.0),
)


class StopsIn(Silent):
    """Raises what Ctrl-C raises once more than so many epochs of a phase are done."""

    def __init__(self, phase: str, epochs: float) -> None:
        self._phase, self._epochs = phase, epochs

    def batch(self, phase, done, total, logs):
        if phase == self._phase and done > self._epochs:
            raise KeyboardInterrupt


def _kept(run: RunFolder) -> dict[str, np.ndarray]:
    """Every number that a run's files hold, but for the seconds."""
    found = {}
    for path in sorted(run.path.glob("*.keras")):
        for i, value in enumerate(run.load_network(path.name).get_weights()):
            found[f"{path.name} {i}"] = value
    for path in sorted(run.path.glob("*.npz")):
        found |= {f"{path.name} {name}": value for name, value in np.load(path).items()}
    rows = (run.path / "history.csv").read_text().splitlines()
    found["history"] = np.array([row.rsplit(",", 1)[0] for row in rows])
    return found


@pytest.fixture(scope="module")
def unbroken(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    run = RunFolder(tmp_path_factory.mktemp("unbroken"))
    fit(CONFIG, dataset, run, Silent(), resume=False, build=build_tiny)
    return _kept(run)


@pytest.mark.parametrize(
    ("phase", "epochs"),
    [("first", 0.1), ("first", 1.1), ("second", 0.1), ("second", 1.1)],
    ids=["at the start", "in the first phase", "between the phases", "in the second phase"],
)
def test_it_ends_alike_to_the_last_bit(
    dataset: Dataset, tmp_path: Path, unbroken: dict[str, np.ndarray], phase: str, epochs: float
):
    run = RunFolder(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        fit(CONFIG, dataset, run, StopsIn(phase, epochs), resume=False, build=build_tiny)
    fit(CONFIG, dataset, run, Silent(), resume=True, build=build_tiny)
    kept = _kept(run)
    assert kept.keys() == unbroken.keys()
    different = [name for name, value in kept.items() if not np.array_equal(value, unbroken[name])]
    assert not different
