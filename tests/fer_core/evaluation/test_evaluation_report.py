import json
from pathlib import Path

import numpy as np
import pytest
from made_figures import split_of

from fer_core.errors import ReportError
from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.report import EvaluationReport, load_report, save_report
from fer_core.labels import EMOTIONS

SPLIT = split_of(np.repeat(np.arange(7), 2), [0, 0, 0, 0, 2, 5, 3, 3, 4, 6, 5, 5, 6, 6])
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
