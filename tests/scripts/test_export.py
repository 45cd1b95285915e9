"""export.py: what stops it is one line, before Keras is imported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fer_core.data.dataset import load_dataset
from fer_core.recognition.answers.usability import NOTES
from fer_core.recognition.answers.ways import ALL_WAYS, Calibration, Way
from fer_core.store.card_changes import save_card
from fer_core.store.model_files import load_card
from fer_core.training.config import TrainingConfig
from fer_core.training.sections import PhaseConfig
from scripts import export

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "export.py"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("no model", "none.card.json"),
        ("altered model", "was altered"),
        ("no data", "nowhere"),
        ("other data", "trained on another data set"),
    ],
)
def test_what_stops_further_runtimes_is_one_line(
    make_model: Callable[..., Path],
    dataset_folder: Path,
    tmp_path: Path,
    fault: str,
    message: str,
) -> None:
    network, data = make_model(), dataset_folder
    if fault == "no model":
        network = tmp_path / "none.tflite"
    if fault == "altered model":
        network.write_bytes(network.read_bytes()[:-1] + b"!")
    if fault == "no data":
        data = tmp_path / "nowhere"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--add-runtimes", str(network), "--data", str(data)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("Stopped: ")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "one of the arguments --run --add-runtimes --add-validation"),
        (["--run", "x"], "--name STEM is missing"),
        (["--run", "x", "--add-runtimes", "y"], "not allowed with"),
    ],
)
def test_it_is_told_what_to_export(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        export.main([*options, "--data", "x"])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", ["sub/x", "x.int8", "x.tflite", ".hidden"])
def test_a_name_that_no_model_can_have_is_told_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    options = ["--run", tmp_path / "run", "--name", name, "--data", tmp_path / "none"]
    assert export.main([str(option) for option in options]) == 2
    assert f"Received: {name!r}" in capsys.readouterr().err


def test_what_validation_tells_goes_into_the_card_and_leaves_the_network(
    make_model: Callable[..., Path], dataset_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = load_dataset(dataset_folder)
    network = make_model(unsure_below=0.2)
    recipe = TrainingConfig(title="Small", phases=(PhaseConfig("one", 1),)).to_dict()
    recipe["data"]["validation"] = 0.25
    sha = {"sha256": data.fingerprint}
    save_card(replace(load_card(network), recipe=recipe, data=sha), network.parent)
    before = network.read_bytes()
    assert export.main(["--add-validation", str(network), "--data", str(dataset_folder)]) == 0
    card = load_card(network)
    assert network.read_bytes() == before and card.unsure_below == 0.2
    assert card.data["train_counts"] == [24] * 7
    assert set(card.ways) == {way.name for way in ALL_WAYS}
    assert len({way["validation"]["n"] for way in card.ways.values()} - {0}) == 1
    one = card.ways["one_look"]
    assert (one["temperature"], one["unsure_below"]) == (1.0, 0.2)
    assert set(card.usability) <= set(NOTES)
    told = capsys.readouterr().out
    assert all(name in told for name in card.ways)
    found = Calibration.of(card, Way(2))
    assert found.temperature == card.ways["two_looks"]["temperature"] != 1.0


def test_another_data_sets_validation_part_is_refused(
    make_model: Callable[..., Path], dataset_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--add-validation", str(make_model()), "--data", str(dataset_folder)]
    assert export.main(options) == 2
    assert "trained on another data set" in capsys.readouterr().err
