"""evaluate.py end to end: a generated data set, a small real network, and what can go wrong."""

from __future__ import annotations

import csv
import dataclasses
import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fer_core.data.dataset import load_dataset
from fer_core.data.ferplus import COLUMNS, NOT_OURS
from fer_core.errors import ReportError
from fer_core.evaluation.metrics import evaluate_split
from fer_core.evaluation.predictions import read_predictions
from fer_core.evaluation.report import EvaluationReport, load_report
from fer_core.images import quality
from fer_core.labels import EMOTIONS
from fer_core.recognition.classifier import Classifier
from fer_core.store.model_files import load_card

MakeModel = Callable[..., Path]
FER_SPLITS = ["public", "private", "test", "private_deduplicated"]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "scripts" / "evaluate.py"
    spec = importlib.util.spec_from_file_location("evaluate_script", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _own_faces(fer: Path, folder: Path) -> Path:
    """The same faces under names that are not FER-2013's, and no neutral ones to test on."""
    for i, file in enumerate(sorted(fer.rglob("*.png"))):
        home = folder / file.parent.relative_to(fer)
        home.mkdir(parents=True, exist_ok=True)
        if home.parts[-2:] != ("test", "neutral"):
            shutil.copy(file, home / f"{i}.png")
    return folder


def test_report_and_predictions_say_what_the_network_answers(
    script: ModuleType, make_model: MakeModel, dataset_folder: Path, capsys: pytest.CaptureFixture
) -> None:
    network = make_model(unsure_below=0.2)
    assert script.main(["--model", str(network), "--data", str(dataset_folder)]) == 0

    report = load_report(network.with_name("small.report.json"))
    assert list(report.splits) == FER_SPLITS
    assert (report.splits["private"].n, report.splits["test"].n) == (42, 84)

    private = load_dataset(dataset_folder)
    private = private.where(private.splits == "private")
    answers = Classifier(network.read_bytes()).predict(private.images)
    with network.with_name("small.predictions.csv").open() as file:
        assert next(csv.reader(file)) == ["path", "label", *EMOTIONS]
    written = read_predictions(network.with_name("small.predictions.csv"))
    rows = [written.paths.index(path) for path in private.paths]
    np.testing.assert_array_equal(written.labels[rows], private.labels)
    np.testing.assert_allclose(written.probabilities[rows], answers, atol=1e-6)

    expected = evaluate_split(private.labels, written.probabilities[rows], unsure_below=0.2)
    found = report.splits["private"]
    assert dataclasses.replace(found, slices=(), agreement=()) == expected
    assert {part.by for part in found.slices} == set(quality.MEASURES)
    assert expected.accuracy is not None
    printed = capsys.readouterr()
    assert f"private                    42  {expected.accuracy.value:.3f} (" in printed.out

    twice = answers + Classifier(network.read_bytes()).predict(private.images[:, :, ::-1])
    share = float((twice.argmax(axis=1) == private.labels).mean())
    assert report.mirrored_accuracy["private"].value == pytest.approx(share)
    assert set(report.mirrored_accuracy) == set(report.splits)

    assert "Asked in another way, two looks even mix:" in printed.out
    assert "48x48" not in printed.err, "none was resized"
    assert set(report.ways) == {"two_looks", "one_look_even_mix", "two_looks_even_mix"}
    averaged = report.ways["two_looks"]["private"].accuracy
    assert averaged is not None and averaged.value == pytest.approx(share)


def test_images_that_stand_in_training_are_left_out_of_one_split(
    script: ModuleType, make_model: MakeModel, dataset_folder: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(dataset_folder, data)
    for emotion in ("angry", "fear"):
        seen = next((data / "train" / emotion).iterdir())
        shutil.copy(seen, next((data / "test" / emotion).glob("PrivateTest_*")))
    report = script.evaluate(str(make_model()), str(data))
    splits = report.splits
    assert [path.split("/")[-2] for path in sorted(report.copies)] == ["angry", "fear"]
    assert all("PrivateTest_" in path for path in report.copies)
    assert splits["private"].n == 42
    assert splits["private_deduplicated"].n == 40
    assert splits["private_deduplicated"].per_class["fear"].support == 5


def test_the_card_gets_the_headline_of_the_last_test(
    script: ModuleType, make_model: MakeModel, dataset_folder: Path
) -> None:
    network = make_model()
    report = script.evaluate(str(network), str(dataset_folder))
    card = load_card(network)
    accuracy = report.splits["private"].accuracy.to_dict()
    assert card.headline == {"split": "private", "n": 42, "accuracy": accuracy}
    assert {".report.json", ".predictions.csv", ".tflite"} <= set(card.files)


def test_every_reading_of_private_test_is_counted(
    script: ModuleType, make_model: MakeModel, dataset_folder: Path, tmp_path: Path
) -> None:
    network, elsewhere = str(make_model()), tmp_path / "elsewhere" / "r.json"
    data = str(dataset_folder)
    beside = [script.evaluate(network, data).private_reads for _ in range(2)]
    apart = [script.evaluate(network, data, elsewhere).private_reads for _ in range(2)]
    assert beside == [1, 2]
    assert apart == [3, 4], "the report beside the model counts, too"


def test_reports_written_elsewhere_leave_the_models_files_alone(
    script: ModuleType, make_model: MakeModel, dataset_folder: Path, tmp_path: Path
) -> None:
    network = make_model()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    report, predictions = tmp_path / "out" / "r.json", tmp_path / "out" / "p.csv"
    arguments = ["--model", network, "--data", dataset_folder]
    arguments += ["--report", report, "--predictions", predictions]
    assert script.main([str(argument) for argument in arguments]) == 0
    assert load_report(report).splits["test"].n == len(read_predictions(predictions).paths) == 84
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()} == before


@pytest.mark.parametrize("option", ["--report", "--predictions"])
def test_only_what_is_asked_for_elsewhere_is_written(
    script: ModuleType, make_model: MakeModel, dataset_folder: Path, tmp_path: Path, option: str
) -> None:
    network, file = make_model(), tmp_path / "out" / "file"
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    args = ["--model", str(network), "--data", str(dataset_folder), option, str(file)]
    assert script.main(args) == 0
    assert [path.name for path in file.parent.iterdir()] == ["file"]
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()} == before


def test_a_report_on_other_data_stays_until_it_is_to_be_replaced(
    script: ModuleType,
    make_model: MakeModel,
    dataset_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
) -> None:
    network, own, page = make_model(), tmp_path / "own", tmp_path / "page.html"
    script.evaluate(str(network), str(dataset_folder))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for home in ("train/happy", "test/happy"):
        (own / home).mkdir(parents=True)
        shutil.copy(next(dataset_folder.rglob("test/happy/*.png")), own / home / "0.png")
    args = ["--model", str(network), "--data", str(own), "--html", str(page)]
    assert script.main(args) == 0
    printed = capsys.readouterr()
    assert "shown only: small.report.json tells of other data and stays" in printed.err
    assert "Evaluated over 1 of 7 expressions" in printed.out
    assert f"Written: {page}." in printed.out
    page.unlink()  # that was asked for
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()} == before
    assert script.main([*args, "--replace"]) == 0
    assert "keeps" not in capsys.readouterr().err
    assert load_report(network.with_name("small.report.json")).splits["test"].n == 1
    assert load_card(network).headline["n"] == 1


def test_a_damaged_report_is_written_anew(
    script: ModuleType, make_model: MakeModel, dataset_folder: Path
) -> None:
    network = make_model()
    path = network.with_name("small.report.json")
    path.write_text("{")
    with pytest.raises(ReportError):
        load_report(path)
    assert script.evaluate(str(network), str(dataset_folder)).private_reads == 1
    assert load_report(path).private_reads == 1


def test_any_other_data_set_has_one_split(
    script: ModuleType,
    make_model: MakeModel,
    dataset_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FER_DATA", str(_own_faces(dataset_folder, tmp_path / "own")))
    network = make_model()
    assert script.main(["--model", str(network)]) == 0
    report = json.loads(network.with_name("small.report.json").read_text())
    assert list(report["splits"]) == ["test"]
    assert report["private_reads"] == 0
    assert report["splits"]["test"]["neutral_bias_index"] is None
    table = capsys.readouterr().out
    assert "–" in table and "nan" not in table and "PrivateTest" not in table


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("no model", "no such file"),
        ("altered model", "was altered"),
        ("no data", "nowhere"),
        ("no test images", "no images under test"),
        ("report is a folder", "small.report.json"),
    ],
)
def test_what_stops_it_is_one_line(
    script: ModuleType,
    make_model: MakeModel,
    dataset_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
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
    if fault == "no test images":
        data = tmp_path / "data"
        shutil.copytree(dataset_folder / "train", data / "train")
    if fault == "report is a folder":
        network.with_name("small.report.json").mkdir()
    assert script.main(["--model", str(network), "--data", str(data)]) == 2
    errors = capsys.readouterr().err
    assert errors.startswith("Stopped: ") and message in errors
    assert errors.count("\n") == 1, "one line, no traceback"


def test_what_is_left_out_is_said_by_page_report_and_exit_status(
    script: ModuleType,
    make_model: MakeModel,
    dataset_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
) -> None:
    """Half of a class unreadable, one misnamed: figures over the rest, and not as if over all."""
    data, network = tmp_path / "data", make_model()
    shutil.copytree(dataset_folder / "test", data)  # class folders alone
    for file in sorted((data / "sad").iterdir())[:6]:
        file.write_bytes(b"\x89PNG")
    (data / "fear").rename(data / "feer")
    assert script.main(["--model", str(network), "--data", str(data)]) == 1
    report = load_report(network.with_name("small.report.json"))
    assert report.splits["test"].n == 84 - 6 - 12
    assert {(f.code, f.count) for f in report.left_out} == {("unreadable", 6), ("unknown_class", 1)}
    text = capsys.readouterr().out
    for words in (
        "6 of 7 expressions",
        "none is fear",
        "6 × Images that cannot be read",
        "feer: 12",
    ):
        assert words in text
    assert "rename it to fear" in text


def test_annotators_votes_stand_in_the_report(
    script: ModuleType, make_model: MakeModel, dataset_folder: Path, tmp_path: Path
) -> None:
    votes, columns = tmp_path / "votes.csv", [*COLUMNS.values(), *NOT_OURS]
    rows = [",".join(["path", *columns])]
    for path in sorted(p.relative_to(dataset_folder) for p in dataset_folder.rglob("Pri*.png")):
        rows.append(",".join([path.as_posix(), "8", "2", *"00000000"]))
    votes.write_text("\n".join(rows))
    network = str(make_model())
    report = script.evaluate(network, str(dataset_folder), ferplus=votes)
    (part,) = report.splits["private"].agreement
    assert (part.low, part.n, part.labelled) == (7, 42, 6)
    assert report.splits["public"].agreement == ()
    again = script.evaluate(network, str(dataset_folder), stored=True)
    assert again.splits["private"].agreement == (part,), "the votes were not given again"


def test_the_html_file_holds_the_reports_figures(
    script: ModuleType, make_model: MakeModel, dataset_folder: Path, tmp_path: Path
) -> None:
    network, page = make_model(), tmp_path / "out" / "page.html"
    args = ["--model", str(network), "--data", str(dataset_folder), "--html", str(page)]
    assert script.main(args) == 0
    text = page.read_text().split("</head>")[1]
    accuracy = load_report(network.with_name("small.report.json")).splits["private"].accuracy
    assert accuracy is not None
    assert f"{100 * accuracy.value:.1f} %" in text and "A small test network" in text
    assert "What harms it" not in text


def test_numbered_folders_are_evaluated_if_asked_for(
    script: ModuleType, make_model: MakeModel, dataset_folder: Path, tmp_path: Path
) -> None:
    network = str(make_model())
    for i, name in enumerate(EMOTIONS):
        shutil.copytree(dataset_folder / "test" / name, tmp_path / "data" / str(i))
    assert script.main(["--model", network, "--data", str(tmp_path / "data"), "--numbered"]) == 0
    named = script.evaluate(network, str(dataset_folder)).splits["test"]
    numbered = script.evaluate(network, str(tmp_path / "data"), numbered=True).splits["test"]
    assert numbered.counts.tolist() == named.counts.tolist()
    assert numbered.log_loss == pytest.approx(named.log_loss)  # the images' order differs


def test_without_data_it_says_how_to_name_some(
    script: ModuleType, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FER_DATA", raising=False)
    with pytest.raises(SystemExit) as stopped:
        script.main(["--model", "m.tflite"])
    assert stopped.value.code == 2
    assert "--data PATH is missing, and FER_DATA is not set" in capsys.readouterr().err


def test_reports_of_other_networks_do_not_count(script: ModuleType, tmp_path: Path) -> None:
    split = evaluate_split(np.zeros(0, int), np.zeros((0, 7), np.float32))
    paths = []
    for i, (digest, reads) in enumerate([("a", 2), ("a", 5), ("b", 9)]):
        report = EvaluationReport({"test": split}, model_sha256=digest, private_reads=reads)
        paths.append(tmp_path / f"{i}.report.json")
        script.save_report(report, paths[-1])
    assert script._previous_reads(*paths, tmp_path / "none.json") == {"a": 5, "b": 9}
