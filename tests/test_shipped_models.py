"""The committed models: files, cards and reports belong together, and the figures are true."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from fer_core.data.dataset import DATA_VARIABLE, load_dataset
from fer_core.evaluation.ablation_report import ABLATION_FILE, load_ablation
from fer_core.evaluation.history import read_history
from fer_core.evaluation.metrics import evaluate_split
from fer_core.evaluation.predictions import read_predictions
from fer_core.evaluation.report import load_report
from fer_core.export import agreement
from fer_core.export.runtimes import OnnxClassifier
from fer_core.recognition.classifier import Classifier
from fer_core.store.model_files import (
    CARD_SUFFIX,
    DEFAULT_MODEL,
    HISTORY_SUFFIX,
    INT8_SUFFIX,
    MODELS,
    NETWORK_SUFFIX,
    ONNX_SUFFIX,
    PREDICTIONS_SUFFIX,
    REPORT_SUFFIX,
    list_models,
    list_reports,
    load_card,
    load_model,
    model_file,
    verified_bytes,
)
from scripts.ablation.claims import verdict
from scripts.ablation.design import Plan
from ui.evaluation.subjects import in_part

ROOT = Path(__file__).resolve().parents[1]
STEMS = list_reports(MODELS)


def test_the_default_model_can_be_run_and_has_a_report():
    assert DEFAULT_MODEL in list_models(MODELS)
    assert DEFAULT_MODEL in STEMS


def test_every_report_lies_with_its_model():
    assert all(model_file(stem, CARD_SUFFIX).is_file() for stem in STEMS)


@pytest.mark.parametrize("stem", STEMS)
def test_every_file_of_a_card_is_there_unaltered(stem: str):
    card = load_card(stem)
    for suffix in card.files:
        verified_bytes(card, model_file(stem, suffix))
    assert {REPORT_SUFFIX, PREDICTIONS_SUFFIX, HISTORY_SUFFIX} <= set(card.files)


def test_a_checkout_that_rewrites_line_ends_leaves_hashed_files_alone(tmp_path: Path):
    attributes, card = ROOT / ".gitattributes", model_file(DEFAULT_MODEL, CARD_SUFFIX)
    (tmp_path / "models").mkdir()
    copy, text = tmp_path / "models" / card.name, tmp_path / "text.md"
    copy.write_bytes(card.read_bytes())
    text.write_bytes(b"one\r\ntwo\r\n")
    (tmp_path / ".gitattributes").write_bytes(attributes.read_bytes())

    def git(*command: str) -> None:
        subprocess.run(["git", *command], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    git("config", "core.autocrlf", "true")
    git("add", ".")
    copy.unlink()
    text.unlink()
    git("checkout", "--", ".")
    assert copy.read_bytes() == card.read_bytes()
    assert text.read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize("stem", STEMS)
def test_card_report_history_and_predictions_tell_the_same(stem: str):
    card, report = load_card(stem), load_report(model_file(stem, REPORT_SUFFIX))
    assert report.model == stem
    assert report.model_sha256 == card.files[".tflite"]["sha256"]
    assert report.data_sha256 == card.data["sha256"]
    headline = report.splits[card.headline["split"]]
    assert headline.accuracy is not None
    assert card.headline["accuracy"] == headline.accuracy.to_dict()
    phases = [phase["name"] for phase in card.recipe["phases"]]
    assert [name for name, _, _ in read_history(model_file(stem, HISTORY_SUFFIX)).spans()] == phases


@pytest.mark.parametrize("stem", STEMS)
def test_the_report_follows_from_the_predictions(stem: str):
    predictions = read_predictions(model_file(stem, PREDICTIONS_SUFFIX))
    private = np.array(["PrivateTest" in path for path in predictions.paths])
    split = evaluate_split(predictions.labels[private], predictions.probabilities[private])
    reported = load_report(model_file(stem, REPORT_SUFFIX)).splits["private"]
    assert split.confusion_matrix == reported.confusion_matrix
    assert split.log_loss == pytest.approx(reported.log_loss, abs=1e-4)


@pytest.mark.skipif(not os.environ.get(DATA_VARIABLE), reason=f"{DATA_VARIABLE} is not set")
def test_the_default_model_is_as_accurate_on_private_test_as_reported():
    private = load_dataset(os.environ[DATA_VARIABLE], splits=["private"])
    _, network = load_model(DEFAULT_MODEL)
    answers = Classifier(network).predict(private.images).argmax(axis=1)
    reported = load_report(model_file(DEFAULT_MODEL, REPORT_SUFFIX)).splits["private"].accuracy
    assert reported is not None
    # LiteRT's kernels differ by processor: a face or two at the very edge may change sides.
    assert (answers == private.labels).mean() == pytest.approx(reported.value, abs=1e-3)


@pytest.mark.parametrize("stem", STEMS)
def test_a_runtime_is_shipped_where_it_answers_as_the_network_does(stem: str):
    card = load_card(stem)
    for suffix, found in card.runtimes.items():
        assert found["shipped"] == (suffix in card.files) == model_file(stem, suffix).exists()
        if found["shipped"]:
            assert found["bytes"] == card.files[suffix]["bytes"]
        if suffix == INT8_SUFFIX:
            loss = abs(found["accuracy"] - found["keras_accuracy"])
            assert found["shipped"] == (loss <= 0.01)
        else:
            assert found["largest_difference"] <= 1e-3
            assert found["clear_disagreements"] == 0
    assert {suffix for suffix in (INT8_SUFFIX, ONNX_SUFFIX) if suffix in card.files} <= set(
        card.runtimes
    )


def test_the_default_model_was_put_through_every_runtime_on_every_test_face():
    runtimes = load_card(DEFAULT_MODEL).runtimes
    assert set(runtimes) == {NETWORK_SUFFIX, INT8_SUFFIX, ONNX_SUFFIX}
    assert {found["faces"] for found in runtimes.values()} == {7178}


@pytest.mark.skipif(not os.environ.get(DATA_VARIABLE), reason=f"{DATA_VARIABLE} is not set")
def test_the_default_models_runtimes_answer_alike_on_real_faces():
    card, network = load_model(DEFAULT_MODEL)
    faces = load_dataset(os.environ[DATA_VARIABLE], splits=["public"]).images[::12]
    reference = Classifier(network).predict(faces)
    onnx = OnnxClassifier(verified_bytes(card, model_file(DEFAULT_MODEL, ONNX_SUFFIX)))
    agreement.require(agreement.compare(reference, onnx.predict(faces)), "ONNX")
    if card.runtimes[INT8_SUFFIX]["shipped"]:
        int8 = Classifier(verified_bytes(card, model_file(DEFAULT_MODEL, INT8_SUFFIX)))
        found = agreement.compare(reference, int8.predict(faces))
        # Kernels differ by processor, and 300 faces are few: a few points either way.
        expected = card.runtimes[INT8_SUFFIX]["same_answer"]
        assert found.same_answer == pytest.approx(expected, abs=0.05)


def test_the_ablation_is_the_real_one_of_this_plan_on_the_models_data():
    report = load_ablation(MODELS / ABLATION_FILE)
    assert not report.tiny
    assert report.settings["plan"] == Plan().to_dict()
    assert report.data_sha256 == load_card(DEFAULT_MODEL).data["sha256"]
    trained = [(result.cell, run.seed) for result in report.cells for run in result.runs]
    assert len(trained) + len(report.missing) == len(list(Plan().runs()))
    assert set(trained) <= set(Plan().runs())
    for claim in report.claims:
        assert claim.verdict == verdict(claim.test)


@pytest.mark.parametrize("part", ["private", "private_deduplicated", "public"])
@pytest.mark.parametrize("stem", [DEFAULT_MODEL, "seed_recipe"])
def test_the_faces_behind_a_cell_are_those_that_it_counts(stem, part):
    report = load_report(model_file(stem, REPORT_SUFFIX))
    found = in_part(read_predictions(model_file(stem, PREDICTIONS_SUFFIX)), part, report.copies)
    counts = np.zeros((7, 7), int)
    np.add.at(counts, (found.labels, found.probabilities.argmax(axis=1)), 1)
    np.testing.assert_array_equal(counts, report.splits[part].counts)
