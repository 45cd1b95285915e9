import json
from pathlib import Path

import numpy as np
import pytest
from made_figures import probabilities_of, split_of

from fer_core.errors import ReportError
from fer_core.evaluation import (
    Estimate,
    EvaluationReport,
    Predictions,
    SplitReport,
    evaluate_split,
    load_report,
    read_predictions,
    save_report,
    write_predictions,
)
from fer_core.evaluation.estimates import wilson
from fer_core.labels import EMOTIONS, FEAR, NEUTRAL, SURPRISE

# Two of each class; one fear called surprise, one sad called neutral, both disgusts called angry.
LABELS = np.repeat(np.arange(7), 2)
ANSWERS = [0, 0, 0, 0, FEAR, SURPRISE, 3, 3, 4, NEUTRAL, 5, 5, 6, 6]
SPLIT = split_of(LABELS, ANSWERS)


def _value(estimate: Estimate | None) -> float:
    assert estimate is not None
    return estimate.value


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ("accuracy", 10 / 14),
        ("balanced_accuracy", (1 + 0 + 0.5 + 1 + 0.5 + 1 + 1) / 7),
        ("macro_f1", (2 / 3 + 0 + 2 / 3 + 1 + 2 / 3 + 4 / 5 + 4 / 5) / 7),
        ("neutral_bias_index", 3 / 2),
        ("false_neutral_rate", 1 / 12),
        ("fear_as_surprise_rate", 1 / 2),
        ("surprise_as_fear_rate", 0.0),
    ],
)
def test_figures_by_hand(figure: str, expected: float):
    assert _value(getattr(SPLIT, figure)) == pytest.approx(expected)


def test_calibration_and_loss_by_hand():
    assert SPLIT.expected_calibration_error == pytest.approx(0.82 - 10 / 14, abs=1e-6)
    wrong = -np.log(0.18 / 6)
    assert SPLIT.log_loss == pytest.approx((10 * -np.log(0.82) + 4 * wrong) / 14, rel=1e-5)
    assert sum(part.count for part in SPLIT.reliability) == 14


def test_rows_of_the_matrix_are_true_labels():
    assert SPLIT.counts[FEAR, SURPRISE] == 1
    assert SPLIT.counts[SURPRISE, FEAR] == 0
    assert SPLIT.counts.sum(axis=1).tolist() == [2] * 7


def test_per_class_scores():
    fear, disgust = SPLIT.per_class["fear"], SPLIT.per_class["disgust"]
    assert (_value(fear.precision), _value(fear.recall), fear.support) == (1.0, 0.5, 2)
    assert disgust.precision is None  # never answered
    assert _value(disgust.recall) == 0.0
    for scores in SPLIT.per_class.values():
        assert scores.recall is not None and scores.recall.interval is not None
        low, high = scores.recall.interval
        assert low <= scores.recall.value <= high


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (700, 1000, 0.6709, 0.7276),
    ],
)
def test_wilson_against_published_values(hits: int, n: int, low: float, high: float):
    estimate = wilson(hits, n)
    assert estimate is not None
    assert estimate.interval == pytest.approx((low, high), abs=1e-4)


def test_selective_accuracy_counts_only_the_sure():
    sure = probabilities_of(ANSWERS)
    sure[5] = probabilities_of([SURPRISE], 0.4)[0]  # one of the wrong answers becomes unsure
    selective = evaluate_split(LABELS, sure, unsure_below=0.5).selective
    assert selective is not None
    assert selective.coverage == pytest.approx(13 / 14)
    assert _value(selective.accuracy) == pytest.approx(10 / 13)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("labels", [[], [3], [3, 3, NEUTRAL]])
def test_absent_classes_are_null_and_never_nan(labels: list[int]):
    split = evaluate_split(np.array(labels, int), probabilities_of(labels))
    assert split.n == len(labels)
    assert split.per_class["disgust"].recall is None
    json.dumps(split.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("labels", "probabilities"),
    [
        (np.zeros(2, int), probabilities_of([0])),
        (np.array([7]), probabilities_of([0])),
        (np.array([0]), probabilities_of([0]) * 2),
        (np.array([0]), np.full((1, 7), np.nan, np.float32)),
    ],
)
def test_what_is_no_answer_is_refused(labels: np.ndarray, probabilities: np.ndarray):
    with pytest.raises(ValueError, match=r"Received|sums to 1"):
        evaluate_split(labels, probabilities)


REPORT = EvaluationReport(
    {"test": SPLIT},
    model="m",
    model_sha256="a",
    private_reads=2,
    mirrored_accuracy={"test": Estimate(0.7, 0.6, 0.8)},
)


def test_a_report_survives_a_round_trip(tmp_path: Path):
    path = tmp_path / "m.report.json"
    save_report(REPORT, path)
    assert load_report(path) == REPORT
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_the_shape_that_other_tools_read(tmp_path: Path):
    data = REPORT.to_dict()
    assert data["emotions"] == list(EMOTIONS)
    split = data["splits"]["test"]
    assert set(split["accuracy"]) == {"value", "low", "high"}
    for name in ("balanced_accuracy", "macro_f1", "top2_accuracy", "neutral_bias_index"):
        assert isinstance(split[name], float)
    assert {"precision", "recall", "f1", "support"} <= set(split["per_class"]["angry"])


def _without(key: str) -> dict:
    data = REPORT.to_dict()
    del data["splits"]["test"][key]
    return data


def _contradicting() -> dict:
    data = REPORT.to_dict()
    data["splits"]["test"]["confusion_matrix"][0][0] += 1
    return data


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "damaged"),
        ('{"splits": {}, "emotions": []}', "damaged"),
        (json.dumps(_without("accuracy")), "'accuracy' is missing"),
        (json.dumps(_contradicting()), "counts n = 14"),
        (json.dumps(REPORT.to_dict()).replace("0.5", "NaN", 1), "not a JSON number"),
    ],
)
def test_a_damaged_report_is_named(tmp_path: Path, text: str, message: str):
    path = tmp_path / "m.report.json"
    path.write_text(text)
    with pytest.raises(ReportError, match=rf"m\.report\.json.*{message}"):
        load_report(path)


def test_a_missing_report_is_named(tmp_path: Path):
    with pytest.raises(ReportError, match="no such file"):
        load_report(tmp_path / "none.report.json")


def test_predictions_survive_a_round_trip(tmp_path: Path):
    path = tmp_path / "m.predictions.csv"
    paths = [f"test/a,{i}.jpg" for i in range(14)]
    write_predictions(path, Predictions(paths, LABELS, probabilities_of(ANSWERS)))
    read = read_predictions(path)
    assert list(read.paths) == paths
    np.testing.assert_array_equal(read.labels, LABELS)
    np.testing.assert_allclose(read.probabilities, probabilities_of(ANSWERS), atol=1e-5)
    assert isinstance(evaluate_split(read.labels, read.probabilities), SplitReport)


@pytest.mark.parametrize(
    "line", ["x,joy,1,0,0,0,0,0,0", "x,happy,1,0", "x,happy,1,1,0,0,0,0,0", "x,happy,a,0,0,0,0,0,0"]
)
def test_a_damaged_prediction_is_named_with_its_line(tmp_path: Path, line: str):
    path = tmp_path / "m.predictions.csv"
    write_predictions(path, Predictions(["a"], LABELS[:1], probabilities_of([0])))
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(ReportError, match="line 3"):
        read_predictions(path)
