import json

import numpy as np
import pytest
import sklearn.metrics
from made_figures import probabilities_of, split_of

from fer_core.evaluation.estimates import Estimate, wilson
from fer_core.evaluation.metrics import evaluate_split, risk_coverage
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


def test_an_interval_without_width_is_none() -> None:
    """Each class all right or all wrong: every resample is the sample itself."""
    few = split_of(np.repeat([3, 4, 6], 4), [3] * 4 + [3] * 8)
    for figure in (few.balanced_accuracy, few.neutral_bias_index):
        assert figure is not None and figure.interval is None
    assert few.accuracy is not None and few.accuracy.interval is not None, "Wilson's has width"
    one_right = split_of(np.repeat([3, 4, 6], 4), [3] * 5 + [4] + [3] * 6)
    assert one_right.balanced_accuracy is not None
    assert one_right.balanced_accuracy.interval is not None


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


def test_figures_agree_with_scikit_learn():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 6, 500)  # no neutral image
    answers = np.where(rng.random(500) < 0.5, labels, rng.integers(0, 7, 500))
    split = split_of(labels, answers)
    present = np.unique(labels)
    f1 = sklearn.metrics.f1_score(labels, answers, labels=present, average=None)
    assert split.counts.tolist() == sklearn.metrics.confusion_matrix(labels, answers).tolist()
    recall = sklearn.metrics.recall_score(labels, answers, labels=present, average="macro")
    assert _value(split.balanced_accuracy) == pytest.approx(recall)
    assert _value(split.macro_f1) == pytest.approx(f1.mean())
    assert [_value(split.per_class[EMOTIONS[i]].f1) for i in present] == pytest.approx(f1.tolist())
    assert _value(split.accuracy) == sklearn.metrics.accuracy_score(labels, answers)


def test_risk_and_coverage_at_every_hundredth() -> None:
    confidence = np.array([0.305, 0.5, 0.5, 0.9])
    points = risk_coverage(confidence, np.array([False, True, False, True]))
    by_threshold = {round(p.at, 2): (p.answered, p.right) for p in points}
    assert by_threshold[0.0] == by_threshold[0.3] == (4, 2)
    assert by_threshold[0.31] == by_threshold[0.5] == (3, 2)
    assert by_threshold[0.51] == by_threshold[0.9] == (1, 1)
    assert 0.91 not in by_threshold and 0.29 not in by_threshold
    assert risk_coverage(np.zeros(0), np.zeros(0, bool)) == ()


def test_the_curve_passes_through_the_models_threshold() -> None:
    """`selective`, computed by itself, is the curve's point there."""
    rng = np.random.default_rng(3)
    rows = rng.dirichlet(np.full(7, 0.4), 500).astype(np.float32)
    split = evaluate_split(rng.integers(0, 7, 500), rows, 0.45)
    point = next(p for p in split.thresholds if p.at == 0.45)
    assert split.selective is not None
    assert point.answered / split.n == split.selective.coverage
    assert point.accuracy == split.selective.accuracy
