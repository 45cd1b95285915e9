import csv
import io
import json

import pytest
from session_fixtures import STARTED, rows_of

from fer_core.labels import EMOTIONS
from fer_core.store.tables import as_cell
from fer_core.video.exports.session import COLUMNS, as_csv, as_json
from fer_core.video.record import ANSWERS, NOBODY
from fer_core.video.summary import summarize

ROWS = rows_of(
    [(5, 1, "happy"), (5, 2, "unsure"), (5.0404, NOBODY, ""), (5.08, 1, "disgust"), (6, 1, "sad")]
)


def _table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_one_row_a_frame_and_face():
    table = _table(as_csv(ROWS))
    assert tuple(table[0]) == COLUMNS
    assert [(row["time_s"], row["face"], row["label"]) for row in table] == [
        ("0.000", "1", "happy"),
        ("0.000", "2", "unsure"),
        ("0.080", "1", "disgust"),
        ("1.000", "1", "sad"),
    ]
    box = [table[1][name] for name in ("x", "y", "width", "height")]
    assert box == ["20", "20", "40", "45"]


def test_probabilities_stand_under_their_names():
    for row in _table(as_csv(ROWS)):
        shares = {name: float(row[name]) for name in EMOTIONS}
        assert sum(shares.values()) == pytest.approx(1, abs=1e-3)
        if row["label"] != "unsure":
            assert max(shares, key=shares.__getitem__) == row["label"]


def test_json_has_the_same_rows_and_what_explains_them():
    settings = {"smoothing_s": 0.5, "detection": 'a "wide" one'}
    data = json.loads(as_json(ROWS, model="Strong", settings=settings, started=STARTED))
    assert data["model"] == "Strong"
    assert data["settings"] == settings
    assert data["emotions"] == list(EMOTIONS)
    assert data["started"] == "2026-03-01T13:05:09+00:00"
    assert data["summary"] == summarize(ROWS).to_dict()
    as_text = [dict(zip(data["columns"], row, strict=True)) for row in data["rows"]]
    for row, from_csv in zip(as_text, _table(as_csv(ROWS)), strict=True):
        assert row.pop("label") == from_csv.pop("label")
        assert row == {name: float(value) for name, value in from_csv.items()}


@pytest.mark.parametrize("told", [[], [(0, NOBODY, "")]], ids=["nothing", "empty room"])
def test_without_a_face_there_are_no_rows(told):
    rows = rows_of(told)
    assert as_csv(rows) == ",".join(COLUMNS) + "\r\n"
    assert json.loads(as_json(rows, model="", settings={}))["rows"] == []


def test_no_cell_of_a_session_could_be_a_formula():
    """Its texts are the answers' names, so that it can be written without looking at each."""
    cells = [cell for row in csv.reader(io.StringIO(as_csv(ROWS), newline="")) for cell in row]
    assert cells == [as_cell(cell) for cell in cells]
    assert [*ANSWERS] == [as_cell(answer) for answer in ANSWERS]
