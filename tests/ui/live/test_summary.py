import csv
import io
import json
import re
from typing import Any

import pytest
import streamlit as st
from session_fixtures import STARTED, record_of, steady
from streamlit.testing.v1 import AppTest

from fer_core.video.record import NOBODY, SessionRecord
from fer_core.video.summary import summarize
from ui.live import summary

TOLD = sorted(steady(1, "happy", 0, 9.1) + steady(2, "unsure", 0, 3) + steady(2, "sad", 3, 4))


def _drawn(record: SessionRecord) -> AppTest:
    def page(record):
        from ui.live import summary

        summary.draw(record, "Strong", {"smoothing_s": 0.5})

    app = AppTest.from_function(page, args=(record,), default_timeout=60).run()
    assert not app.exception
    return app


def _texts(app: AppTest) -> str:
    return "\n".join(str(element.value) for element in [*app.markdown, *app.caption])


def test_a_session_is_summed_up():
    app = _drawn(record_of(TOLD))
    page = _texts(app)
    assert app.subheader[0].value == "This session"
    assert re.search(r"\b9 s\b.*\b91 analysed frames", page)
    assert re.search(r"Face 1 .*\b9 s\b.*happy.*100 %", page)
    assert re.search(r"Face 2 .*\b4 s\b.*unsure.*75 %", page)
    assert len(app.get("plotly_chart")) == 1
    assert app.dataframe[0].value["Face 2"].tolist()[-1] == "75 %"


def test_the_chart_is_told_in_words():
    (chart,) = _drawn(record_of(TOLD)).get("plotly_chart")
    assert re.search(r"\b9 s\b.*face 1.*happy.*100 %.*face 2.*unsure.*75 %", chart.proto.alt)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([], "No frame was analysed"),
        (steady(NOBODY, "", 0, 5), "no face was in view"),
    ],
    ids=["no frame", "no face"],
)
def test_a_session_without_a_face_offers_no_table(told, words: str):
    app = _drawn(record_of(told))
    assert words in _texts(app)
    assert not app.dataframe
    assert not app.get("download_button")
    assert not app.get("plotly_chart")


def test_rows_that_were_let_go_are_told():
    told = steady(1, "happy", 0, 60)
    assert "first 30 s" not in _texts(_drawn(record_of(told)))
    assert "first 30 s" in _texts(_drawn(record_of(told, max_rows=300, chunk_rows=100)))


def test_a_crowd_is_cut_and_said_to_be():
    told = sorted(entry for n in range(1, 12) for entry in steady(n, "sad", 0, n))
    app = _drawn(record_of(told))
    assert re.search(r"\b11 faces\b.*\b8\b", _texts(app))
    assert list(app.dataframe[0].value) == ["Answer", *(f"Face {n}" for n in range(4, 12))]


@pytest.fixture
def downloads(monkeypatch) -> dict[str, tuple[Any, ...]]:
    """Label → what each download button was given."""
    given = {}

    def button(label, data, file_name, mime, **options):
        given[label] = (data, file_name, mime, options)

    monkeypatch.setattr(st, "download_button", button)
    return given


def test_the_downloads_are_made_once_and_hold_the_session(downloads, monkeypatch):
    record = record_of(TOLD)
    made = []
    monkeypatch.setattr(summary.export, "as_csv", _noting(made, summary.export.as_csv))
    _drawn(record).run()
    assert made == [len(TOLD)], "a rerun of the page makes no file anew"
    as_csv, name, mime, options = downloads["Download table (CSV)"]
    assert (name, mime) == ("session_2026-03-01_13-05-09.csv", "text/csv")
    assert options["on_click"] == "ignore"
    assert len(list(csv.DictReader(io.StringIO(as_csv.decode())))) == len(TOLD)
    as_json, name, *_ = downloads["Download session (JSON)"]
    data = json.loads(as_json)
    assert name == "session_2026-03-01_13-05-09.json"
    assert (data["model"], data["settings"]) == ("Strong", {"smoothing_s": 0.5})
    assert len(data["rows"]) == len(TOLD)


def _noting(made: list[int], real):
    def noted(rows):
        made.append(len(rows))
        return real(rows)

    return noted


@pytest.mark.parametrize(
    ("started", "timezone", "name"),
    [
        (STARTED, "Europe/Vienna", "session_2026-03-01_14-05-09.csv"),
        (STARTED, "UTC", "session_2026-03-01_13-05-09.csv"),
        (STARTED, None, "session_2026-03-01_13-05-09.csv"),
        (STARTED, "Nowhere/At_All", "session_2026-03-01_13-05-09.csv"),
        (STARTED, "../../etc/passwd", "session_2026-03-01_13-05-09.csv"),
        (None, "UTC", "session.csv"),
    ],
)
def test_the_file_name_is_the_start_on_the_viewers_clock(started, timezone, name: str):
    assert summary.file_name(started, timezone, ".csv") == name


def test_a_share_below_one_percent_is_not_none():
    told = steady(1, "happy", 0, 100) + steady(1, "sad", 100, 100.5)
    table = summary.shares(summarize(record_of(told).rows()))
    assert table["Answer"][3:6] == ["Happy", "Sad", "Surprise"]
    assert table["Face 1"][3:6] == ["100 %", "under 1 %", "0 %"]
