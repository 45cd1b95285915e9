"""evaluate.py: what stands beside a model is its own, whole, and counted."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from portrait import PORTRAIT

from fer_core.errors import ModelError, ReportError
from fer_core.evaluation.report import load_report
from fer_core.store.card_changes import save_card
from fer_core.store.model_files import load_card
from scripts import evaluate as script

MakeModel = Callable[..., Path]


def test_stored_predictions_give_the_same_figures_without_a_reading(
    make_model: MakeModel, dataset_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, data = make_model(unsure_below=0.2), str(dataset_folder)
    first = script.evaluate(str(network), data)
    predictions = network.with_name("small.predictions.csv").read_bytes()
    monkeypatch.setattr(script.on_dataset, "predict", lambda *a, **k: pytest.fail("it was asked"))
    assert script.main(["--model", str(network), "--data", data, "--stored"]) == 0
    again = load_report(network.with_name("small.report.json"))
    assert again.private_reads == first.private_reads == 1
    assert again.splits["test"].slices != ()
    one, other = (dataclasses.replace(r, created="").to_dict() for r in (again, first))
    assert one == other, "to the last figure: they were of the answers as they are written"
    assert network.with_name("small.predictions.csv").read_bytes() == predictions
    load_card(network)


def test_a_reading_is_counted_in_the_report_that_stays(
    make_model: MakeModel, dataset_folder: Path, tmp_path: Path
) -> None:
    network, other = make_model(), tmp_path / "other"
    before = script.evaluate(str(network), str(dataset_folder))
    shutil.copytree(dataset_folder, other)
    next(other.rglob("train/happy/*.png")).unlink()
    for reads, elsewhere in ((2, None), (3, tmp_path / "out.json")):
        assert script.evaluate(str(network), str(other), elsewhere).private_reads == reads
        now = load_report(network.with_name("small.report.json"))
        assert now == dataclasses.replace(before, private_reads=reads)
    load_card(network)
    again = script.evaluate(str(network), str(dataset_folder), stored=True)
    assert again.private_reads == 3


@pytest.mark.parametrize("option", ["--report", "--predictions", "--html"])
@pytest.mark.parametrize("name", ["small.tflite", "small.report.json", "small.card.json"])
def test_results_take_no_place_of_the_models_files(
    make_model: MakeModel,
    dataset_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    option: str,
    name: str,
) -> None:
    network = make_model()
    before = network.read_bytes()
    monkeypatch.chdir(network.parent)
    args = ["--model", str(network), "--data", str(dataset_folder), option, name]
    assert script.main(args) == 2
    assert f"{name} is a file of the model" in capsys.readouterr().err
    assert network.read_bytes() == before


def test_another_networks_answers_are_not_taken_for_its_own(
    make_model: MakeModel, dataset_folder: Path
) -> None:
    network = make_model()
    script.evaluate(str(network), str(dataset_folder))
    answers = network.with_name("small.predictions.csv")
    answers.write_text(answers.read_text().replace(",angry,0", ",sad,0", 1))
    with pytest.raises(ReportError, match="not what this network answered"):
        script.evaluate(str(network), str(dataset_folder), stored=True)


def test_a_network_that_came_meanwhile_keeps_its_files(
    make_model: MakeModel,
    dataset_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = make_model()
    script.evaluate(str(network), str(dataset_folder))
    predict = script.on_dataset.predict

    def meanwhile(*args: object, **options: object) -> object:
        card = load_card(network)
        files = {**card.files, ".tflite": {"sha256": "1" * 64, "bytes": 1}}
        save_card(dataclasses.replace(card, files=files), network.parent)
        return predict(*args, **options)

    monkeypatch.setattr(script.on_dataset, "predict", meanwhile)
    report = network.with_name("small.report.json")
    before = report.read_bytes()
    with pytest.raises(ModelError, match="its files were left as they are"):
        script.evaluate(str(network), str(dataset_folder))
    assert report.read_bytes() == before


def test_a_stored_report_may_lack_a_split(make_model: MakeModel, dataset_folder: Path) -> None:
    network = make_model()
    script.evaluate(str(network), str(dataset_folder))
    path = network.with_name("small.report.json")
    report = json.loads(path.read_text())
    del report["splits"]["private_deduplicated"]
    path.write_text(json.dumps(report))
    again = script.evaluate(str(network), str(dataset_folder), stored=True)
    assert "private_deduplicated" in again.splits


@pytest.mark.parametrize("change", ["network", "images"])
def test_stored_predictions_of_something_else_are_refused(
    make_model: MakeModel, dataset_folder: Path, tmp_path: Path, change: str
) -> None:
    network, data = make_model(), tmp_path / "data"
    shutil.copytree(dataset_folder, data)
    script.evaluate(str(network), str(data))
    if change == "images":
        next((data / "test" / "fear").iterdir()).unlink()
    else:
        report = network.with_name("small.report.json")
        report.write_text(report.read_text().replace('"model_sha256": "', '"model_sha256": "0'))
    with pytest.raises(ReportError, match="Leave out --stored"):
        script.evaluate(str(network), str(data), stored=True)


def test_whole_photographs_are_pointed_to_their_own_option(
    make_model: MakeModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own/happy").mkdir(parents=True)
    shutil.copy(PORTRAIT, tmp_path / "own/happy")
    args = ["--model", str(make_model()), "--data", str(tmp_path / "own")]
    assert script.main(args) == 0
    assert "1 picture of other than 48x48 pixels" in capsys.readouterr().err
