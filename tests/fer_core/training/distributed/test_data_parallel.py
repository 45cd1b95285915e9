"""Two processes on one machine train one network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_rendezvous import free_port

from fer_core.errors import TrainingError
from fer_core.training.distributed.processes import Processes

TESTS = Path(__file__).resolve().parents[3]
PROCESS = TESTS / "distributed_process.py"
RECIPE = """
title = "Small recipe"
summary = "Made by the tests."
logit_adjustment = 1.0
[model]
dense = 16
dropout = 0.25
weights = "none"
batch_norm_momentum = 0.9
[data]
validation = 0.25
class_weights = "square_root"
[[phases]]
name = "warm-up"
trainable = "head"
size = 48
epochs = 1
batch_size = 64
schedule = "plateau"
[[phases]]
name = "all"
size = 48
epochs = 2
batch_size = 32
optimizer = "sgd"
learning_rate = 3e-2
ema = 0.9
mixup = 0.2
"""


@pytest.fixture(scope="module")
def runs(dataset_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the runs of tests/distributed_process.py."""
    folder = tmp_path_factory.mktemp("distributed")
    (folder / "recipe.toml").write_text(RECIPE)
    environment = {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "JAX_PLATFORMS": "cpu",
        "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)]),
    }
    address = f"127.0.0.1:{free_port()}"
    processes = []
    for index in ("0", "1"):
        with (folder / f"log-{index}.txt").open("w") as log:
            command = [sys.executable, PROCESS, dataset_folder, folder, address, index]
            processes.append(
                subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
            )
    try:
        codes = [process.wait(timeout=900) for process in processes]
    finally:
        for process in processes:
            process.kill()
    logs = "\n".join((folder / f"log-{index}.txt").read_text()[-3000:] for index in (0, 1))
    assert codes == [0, 0], logs
    return folder


def _weights(run: Path) -> list[np.ndarray]:
    import keras

    network = keras.models.load_model(run / "model.keras", compile=False)
    return [np.array(weight) for weight in network.get_weights()]


def _history(run: Path) -> list[list[str]]:
    lines = (run / "history.csv").read_text().splitlines()
    return [line.split(",")[:-1] for line in lines]  # without the seconds


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["whole", "broken"])
def test_both_end_with_identical_weights(runs: Path, kind: str):
    ours, theirs = (_weights(runs / f"{kind}-{index}") for index in (0, 1))
    assert [a.tobytes() for a in ours] == [b.tobytes() for b in theirs]
    assert _history(runs / f"{kind}-0") == _history(runs / f"{kind}-1")


@pytest.mark.slow
def test_they_end_as_one_process_does(runs: Path):
    for ours, theirs in zip(_weights(runs / "whole-0"), _weights(runs / "alone"), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    losses = [[float(row[4]) for row in _history(runs / run)[1:]] for run in ("whole-0", "alone")]
    assert len(losses[0]) == 3
    np.testing.assert_allclose(*losses, atol=1e-4)


@pytest.mark.slow
def test_a_process_that_lost_its_folder_goes_on_with_the_other(runs: Path):
    whole, broken = _history(runs / "whole-1"), _history(runs / "broken-1")
    assert broken[:3] == whole[:3]  # the heading, and the two epochs before the interruption
    assert [row[0] for row in broken] == [row[0] for row in whole]


@pytest.mark.slow
def test_the_record_says_how_many_trained(runs: Path):
    records = {
        run: json.loads((runs / run / "run.json").read_text()).get("devices")
        for run in ("whole-0", "whole-1", "alone")
    }
    several = {"processes": 2, "devices": 2, "kind": "cpu"}
    assert records == {"whole-0": several, "whole-1": several, "alone": None}
    names = [sorted(p.name for p in (runs / run).iterdir()) for run in ("broken-1", "alone")]
    assert names[0] == names[1]


def test_another_backend_than_jax_is_refused():
    import keras

    from fer_core.training.distributed.data_parallel import joined

    assert keras.config.backend() != "jax"
    with pytest.raises(TrainingError, match="Accepted: jax"), joined(Processes()):
        raise AssertionError("it was not refused")
