"""Figures, tests and report from finished runs; the file and its damages."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from ablation_tools import filled_work

from fer_core.errors import ReportError, TrainingError
from fer_core.evaluation.ablation_report import (
    CONFIRMED,
    NOT_CONFIRMED,
    UNDECIDABLE,
    load_ablation,
    save_ablation,
)
from fer_core.evaluation.predictions import Predictions
from scripts.ablation.claims import CONTRASTS
from scripts.ablation.design import CELLS, PLAIN_CELL, TRANSFER_CELL, Plan
from scripts.ablation.scoring import FinishedRun, cell_results, common_labels
from scripts.ablation.summary import summarise


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return filled_work(tmp_path_factory.mktemp("work"))


@pytest.fixture(scope="module")
def report(finished):
    return summarise(finished)


def test_the_built_in_effects_are_found(report):
    verdicts = {claim.name: claim.verdict for claim in report.claims}
    assert verdicts["upscaling"] == CONFIRMED
    assert verdicts["smoothing"] in (NOT_CONFIRMED, UNDECIDABLE)
    assert verdicts["transfer"] == CONFIRMED
    upscaling = report.claims[0].test
    assert upscaling.benefit.low < 0.12 < upscaling.benefit.high
    assert upscaling.images == 1200  # the faces with another label, each once


def test_every_contrast_is_tested_and_corrected_together(report):
    assert len(report.tests) == len(CONTRASTS)
    smallest = min(report.tests, key=lambda test: test.p)
    assert smallest.p_holm == pytest.approx(min(1, len(CONTRASTS) * smallest.p))
    assert all(test.p <= test.p_holm for test in report.tests)
    assert not report.missing


def test_a_cells_figures_are_the_means_of_its_seeds(report):
    assert [result.cell for result in report.cells] == list(CELLS)
    for result in report.cells:
        for name, estimate in result.figures.items():
            each = [run.figures[name].value for run in result.runs]
            assert estimate.value == pytest.approx(np.mean(each))
            low, high = estimate.interval
            assert low <= estimate.value <= high


def _runs(*rows):
    """Runs of one cell from (label, answer) pairs."""
    runs = []
    for seed, pairs in enumerate(rows, start=1):
        labels, answers = map(np.array, zip(*pairs, strict=True))
        probabilities = np.full((len(labels), 7), 0.05, np.float32)
        probabilities[np.arange(len(labels)), answers] = 0.7
        paths = [f"test/x/{i}.png" for i in range(len(labels))]
        runs.append(FinishedRun(seed, Predictions(paths, labels, probabilities), {}))
    return {TRANSFER_CELL: tuple(runs)}


HALF = [(0, 0), (0, 6), (1, 1), (1, 6), (6, 6), (6, 6)]
ALL = [(0, 0), (0, 0), (1, 1), (1, 1), (6, 6), (6, 6)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((HALF,), [4 / 6, 2 / 3, 4 / 2, 2 / 4, 1 / 2]),
        ((ALL,), [1, 1, 1, 0, 1]),
        ((HALF, ALL), [5 / 6, 5 / 6, 1.5, 1 / 4, 3 / 4]),
        (([(0, 0), (0, 6)],), [1 / 2, 1 / 2, None, 1 / 2, None]),  # neither neutral nor disgusted
    ],
)
def test_figures_against_counting(rows, expected):
    runs = _runs(*rows)
    figures = cell_results(runs, common_labels(runs))[0].figures
    names = ("accuracy", "balanced_accuracy", "neutral_bias_index", "false_neutral_rate",
             "disgust_recall")  # fmt: skip
    values = [figures[name] and figures[name].value for name in names]
    assert values == [e if e is None else pytest.approx(e) for e in expected]


def test_a_share_has_wilsons_interval_at_the_number_of_faces():
    runs = _runs(ALL, ALL)
    accuracy = cell_results(runs, common_labels(runs))[0].figures["accuracy"]
    assert accuracy.low == pytest.approx(6 / (6 + 1.959964**2))


def test_runs_on_other_faces_are_refused():
    runs = _runs(HALF, ALL[:-1])
    with pytest.raises(ReportError, match="different faces"):
        common_labels(runs)
    with pytest.raises(ReportError, match="finished"):
        common_labels({TRANSFER_CELL: ()})


@pytest.mark.parametrize(
    ("leave", "decided", "tests"),
    [
        (1, {"upscaling", "smoothing", "transfer"}, len(CONTRASTS)),
        (9, set(), len(CONTRASTS)),  # every cell has one seed
        (10, set(), len(CONTRASTS) - 2),  # the plain network has none
        (17, set(), 0),
    ],
)
def test_an_unfinished_ablation_is_reported_as_far_as_it_goes(tmp_path, leave, decided, tests):
    report = summarise(filled_work(tmp_path, each=40, leave=leave))
    assert len(report.missing) == leave
    assert len(report.tests) == tests
    two_seeds = {c.name for c in report.claims if c.test and len(c.test.seeds) == 2}
    assert two_seeds == decided - ({"transfer"} if leave == 1 else set())
    assert all(c.verdict == UNDECIDABLE for c in report.claims if c.name not in two_seeds)


def test_without_any_run_there_is_no_report(tmp_path):
    with pytest.raises(ReportError, match="No cell"):
        summarise(filled_work(tmp_path, leave=18))


def test_the_file_says_what_the_report_says(report, tmp_path):
    save_ablation(report, tmp_path / "ablation.json")
    assert load_ablation(tmp_path / "ablation.json") == _through_json(report)
    text = (tmp_path / "ablation.json").read_text()
    for words in ("PrivateTest was not read", "Equal cost", "Holm", "1e-5"):
        assert words in text


def _through_json(report):
    """JSON knows no tuples inside free-form settings."""
    settings = json.loads(json.dumps(report.settings))
    return replace(report, settings=settings)


def _change(**values):
    return lambda data: {**data, **values}


def _drop(key):
    return lambda data: {k: v for k, v in data.items() if k != key}


def _in_test(**values):
    return lambda data: {**data, "tests": [{**data["tests"][0], **values}, *data["tests"][1:]]}


def _in_claim(**values):
    return lambda data: {**data, "claims": [{**data["claims"][0], **values}]}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: "{", "damaged"),
        (lambda data: [data], "damaged"),
        (lambda data: '{"cells": NaN}', "NaN"),
        (_drop("cells"), "'cells' is missing"),
        (_change(cells=[]), "at least one cell"),
        (_change(cells=[{}]), "is missing"),
        (_change(tests=None), "damaged"),
        (_in_test(p=2.0), "p_holm"),
        (_in_test(p="x"), "damaged"),
        (_in_test(event="smile"), "event"),
        (_in_test(treated=["nobody"], control=["nobody"]), "nobody"),
        (_in_test(difference={"value": 2, "low": 0, "high": 3}), "difference"),
        (_in_test(new=1), "damaged"),
        (_in_claim(verdict="perhaps"), "verdict"),
        (_in_claim(test=99), "damaged"),
        (_in_claim(test=-1), "count"),
    ],
)  # fmt: skip
def test_damages_are_told(report, tmp_path, damage, message):
    path = tmp_path / "ablation.json"
    damaged = damage(json.loads(json.dumps(report.to_dict())))
    path.write_text(damaged if isinstance(damaged, str) else json.dumps(damaged))
    with pytest.raises(ReportError, match=message) as caught:
        load_ablation(path)
    assert "ablation.json" in str(caught.value)
    assert "--report-only" in str(caught.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ReportError, match="no such file"):
        load_ablation(tmp_path / "ablation.json")


def test_a_work_folder_belongs_to_one_plan_and_one_data_set(finished):
    finished.start(Plan(), "d" * 64)
    for plan, data in ((Plan(epochs=4), "d" * 64), (Plan(), "e" * 64)):
        with pytest.raises(TrainingError, match="another plan or on other data"):
            finished.start(plan, data)
    assert finished.plan() == (Plan(), "d" * 64)


@pytest.mark.parametrize("damage", ["[", "{}", '{"seed": 1, "smile": 2}'])
def test_a_damaged_record_names_its_file(finished, tmp_path, damage):
    shutil.copytree(finished.path, tmp_path / "copy")
    work = type(finished)(tmp_path / "copy")
    (work.path / f"{work.run_name(PLAIN_CELL, 1)}.json").write_text(damage)
    with pytest.raises(TrainingError, match="plain_cnn-48-smoothed-unweighted-seed-1"):
        summarise(work)


def test_an_empty_work_folder_is_told(tmp_path):
    work = filled_work(tmp_path / "a", leave=18)
    with pytest.raises(TrainingError, match="no ablation"):
        summarise(type(work)(tmp_path / "b"))
