import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_figures import split_of

from fer_core.errors import ReportError
from fer_core.evaluation.estimates import Estimate, wilson
from fer_core.evaluation.report import EvaluationReport, load_report, odds_in_words, save_report
from fer_core.evaluation.split_report import ReliabilityBin, SplitReport
from fer_core.labels import EMOTIONS

SPLIT = split_of(np.repeat(np.arange(7), 2), [0, 0, 0, 0, 2, 5, 3, 3, 4, 6, 5, 5, 6, 6])
REPORT = EvaluationReport(
    {"test": SPLIT},
    model="m",
    model_sha256="a",
    private_reads=2,
    mirrored_accuracy={"test": Estimate(0.7, 0.6, 0.8)},
    ways={"two_looks": {"test": SPLIT}},
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


def _with(key: str, value: object) -> dict:
    data = REPORT.to_dict()
    data["splits"]["test"][key] = value
    return data


def _leaving_out(count: float) -> dict:
    found = {"code": "a", "severity": "info", "message": "", "count": count, "examples": []}
    return {**REPORT.to_dict(), "left_out": [found]}


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
        (json.dumps(_with("log_loss", 10**400)), "damaged: a figure is a number from"),
        (json.dumps(_with("confusion_matrix", [[2**63] * 7] * 7)), "damaged: a count is a whole"),
        (json.dumps(_leaving_out(1)).replace('"count": 1,', '"count": 1e999,'), "damaged: .*infin"),
    ],
)
def test_a_damaged_report_is_named(tmp_path: Path, text: str, message: str):
    path = tmp_path / "m.report.json"
    path.write_text(text)
    with pytest.raises(ReportError, match=rf"m\.report\.json.*{message}"):
        load_report(path)


BIN = {"low": 0.0, "high": 1.0, "count": 1, "confidence": 0.5, "accuracy": 0.5}
SLICE = {"by": "contrast", "low": 1, "high": 2, "n": 9, "right": 5}
AGREEMENT = {"low": 1, "high": 4, "n": 9, "right": 5, "labelled": 5, "followed": 5}


@pytest.mark.parametrize(
    ("key", "part", "message"),
    [
        ("thresholds", {"at": 0.5, "answered": 9, "right": 10}, "count ≤ n. Received: n = 9, 10"),
        ("slices", SLICE | {"right": 10}, "count ≤ n"),
        ("slices", SLICE | {"n": 0, "right": 0}, "n ≥ 1"),
        ("agreement", AGREEMENT | {"right": 10}, "count ≤ n"),
        ("agreement", AGREEMENT | {"labelled": 10}, "count ≤ n"),
        ("agreement", AGREEMENT | {"followed": 10}, "count ≤ n"),
        ("agreement", dict.fromkeys(AGREEMENT, 0), "n ≥ 1"),
        ("reliability", BIN | {"high": "x"}, "a figure is a number"),
        ("reliability", BIN | {"count": "x"}, "a count is a whole number"),
        ("reliability", BIN | {"low": 0.5, "high": 0.4}, "low ≤ high"),
        ("reliability", BIN | {"high": 1.5}, "low ≤ high ≤ 1"),
    ],
)
def test_counts_that_no_faces_have(tmp_path: Path, key: str, part: dict, message: str):
    path = tmp_path / "m.report.json"
    path.write_text(json.dumps(_with(key, [part])))
    with pytest.raises(ReportError, match=rf"m\.report\.json is damaged: .*{message}"):
        load_report(path)


@pytest.mark.parametrize("name", ["unsure_below", "coverage"])
def test_a_share_of_more_than_all(tmp_path: Path, name: str):
    path = tmp_path / "m.report.json"
    selective = {"unsure_below": 0.4, "coverage": 0.9, "accuracy": None, name: 1.5}
    path.write_text(json.dumps(_with("selective", selective)))
    with pytest.raises(ReportError, match=f"{name} is a share"):
        load_report(path)


def test_a_missing_report_is_named(tmp_path: Path):
    with pytest.raises(ReportError, match="no such file"):
        load_report(tmp_path / "none.report.json")


def binned(*parts: tuple[int, float]) -> SplitReport:
    """A split whose bins hold so many answers, so many of which are right; of equal width."""
    edges = np.linspace(0, 1, len(parts) + 1)
    bins = tuple(
        ReliabilityBin(low, high, count, (low + high) / 2 if count else None, right or None)
        for low, high, (count, right) in zip(edges[:-1], edges[1:], parts, strict=True)
    )
    return replace(SPLIT, reliability=bins)


@pytest.mark.parametrize(
    ("parts", "certainty", "share", "n"),
    [
        ([(200, 0.5), (400, 0.75)], 0.9, 0.75, 400),
        ([(200, 0.5), (400, 0.75)], 0.5, 0.5, 200),
        ([(200, 0.5), (400, 0.75)], 1.0, 0.75, 400),
        ([(300, 0.5), (20, 0.75), (100, 0.9)], 0.5, (150 + 15 + 90) / 420, 420),
        ([(0, 0), (150, 0.4)], 0.2, 0.4, 150),
        ([(50, 0.5), (49, 0.5)], 0.2, None, 0),
    ],
)
def test_an_answers_odds(parts: list, certainty: float, share: float | None, n: int) -> None:
    found = binned(*parts).odds(certainty)
    if share is None:
        assert found is None
        return
    assert found == wilson(round(share * n), n)
    words = odds_in_words(found)
    assert f"about {100 * share:.0f} were right" in words and "Of 100" in words
