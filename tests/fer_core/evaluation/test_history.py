import os
from pathlib import Path

import pytest

from fer_core.errors import ReportError
from fer_core.evaluation.history import COLUMNS, read_history

HEADER = ",".join(COLUMNS)
ROWS = [
    "1,warm-up,96,0.001,1.9,0.2,1.8,0.25,3.0",
    "2,warm-up,96,0.001,1.7,0.3,1.6,0.35,2.9",
    "3,fine-tuning,96,1e-05,1.5,0.4,1.5,0.45,60.1",
]


def _file(folder: Path, *lines: str) -> Path:
    path = folder / "m.history.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_columns_and_spans(tmp_path: Path):
    history = read_history(_file(tmp_path, HEADER, *ROWS))
    assert len(history) == 3
    assert history.val_accuracy == (0.25, 0.35, 0.45)
    assert history.learning_rate[2] == 1e-5
    assert history.spans() == (("warm-up", 1, 2), ("fine-tuning", 3, 3))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([HEADER], "no epochs"),
        (["epoch,loss", "1,2.0"], "the column phase is missing"),
        ([HEADER, ROWS[1]], "count up from 1"),
        ([HEADER, ROWS[0].replace("1.9", "nan")], "loss is not a number"),
        ([HEADER, ROWS[0].replace("1.9", "low")], "could not convert"),
        ([HEADER, "1,warm-up"], "not a training history"),
    ],
)
def test_a_damaged_history_is_named(tmp_path: Path, lines: list[str], message: str):
    with pytest.raises(ReportError, match=message):
        read_history(_file(tmp_path, *lines))


def test_a_missing_history_is_named(tmp_path: Path):
    with pytest.raises(ReportError, match=r"none\.csv cannot be read: there is no such file"):
        read_history(tmp_path / "none.csv")


def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "m.history.csv")
    with pytest.raises(ReportError, match="Neither a file nor a folder"):
        read_history(tmp_path / "m.history.csv")
