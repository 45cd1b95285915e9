from pathlib import Path

import numpy as np
import pytest
from made_figures import probabilities_of

from fer_core.errors import ReportError
from fer_core.evaluation.predictions import Predictions, read_predictions, write_predictions

LABELS = np.repeat(np.arange(7), 2)
ANSWERS = np.roll(LABELS, 1)


def test_predictions_survive_a_round_trip(tmp_path: Path):
    path = tmp_path / "m.predictions.csv"
    odd = ["=1+1", "'=1", "\uff1dx", "a;=1", " -x.jpg", 'a"b', "-1"]
    paths = [*odd, *(f"test/a,{i}.jpg" for i in range(7))]
    write_predictions(path, Predictions(paths, LABELS, probabilities_of(ANSWERS)))
    assert "\n'=1+1,angry," in path.read_text(), "a spreadsheet would take it for a formula"
    read = read_predictions(path)
    assert list(read.paths) == paths
    np.testing.assert_array_equal(read.labels, LABELS)
    np.testing.assert_allclose(read.probabilities, probabilities_of(ANSWERS), atol=1e-5)


@pytest.mark.parametrize(
    "line",
    [
        "x,joy,1,0,0,0,0,0,0",
        "x,happy,1,0",
        "x,happy,1,1,0,0,0,0,0",
        "x,happy,a,0,0,0,0,0,0",
        "x,happy,1.5,-0.5,0,0,0,0,0",
    ],
)
def test_a_damaged_prediction_is_named_with_its_line(tmp_path: Path, line: str):
    path = tmp_path / "m.predictions.csv"
    write_predictions(path, Predictions(["a"], LABELS[:1], probabilities_of([0])))
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(ReportError, match="line 3"):
        read_predictions(path)
