"""Exports of an analysed film, read back."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from session_fixtures import tracked

from fer_core.batch.rows import COLUMNS, rows_of
from fer_core.labels import EMOTIONS
from fer_core.recognition.answers.usability import CUT, DARK, NOTES, SMALL
from fer_core.video.exports import tables
from fer_core.video.exports.document import as_json
from fer_core.video.exports.events import as_boris, as_vtt
from fer_core.video.film import AnalyzedFilm, FilmInfo, FilmRecord, FilmSettings, FrameResult
from fer_core.video.record import NOBODY
from fer_core.video.spans import by_face, episodes

INFO = FilmInfo("=cmd().mp4", "mov,mp4", "h264", 640, 480, 61.0, 25.0, True)
TOLD = [
    (0, 60.0, {1: "happy", 2: "unsure"}),
    (3, 60.1, {1: "happy"}),
    (6, 60.2, {}),
    (9, 60.3, {1: "sad"}),
]


def film_of(told, notes=lambda time: ()) -> AnalyzedFilm:
    record = FilmRecord()
    for frame, time, faces in told:
        shown = tuple(tracked(n, answer, notes=notes(time)) for n, answer in faces.items())
        record.append(FrameResult(frame, time, shown, cut=frame == 9))
    maker = {"model": "small", "model_sha256": "ab", "unsure_below": 0.4, "versions": {"av": "18"}}
    return AnalyzedFilm(
        INFO, FilmSettings(start=60.0), record.rows(), maker, tuple(record.cuts), "A note."
    )


FILM = film_of(TOLD)


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_the_long_table_has_openfaces_columns_first_and_every_frame() -> None:
    table = read(tables.long_csv([FILM]))
    assert list(table[0])[:5] == ["frame", "face_id", "timestamp", "confidence", "success"]
    assert [(r["frame"], r["face_id"], r["timestamp"], r["success"]) for r in table] == [
        ("0", "1", "60.0", "1"), ("0", "2", "60.0", "1"), ("3", "1", "60.1", "1"),
        ("6", "0", "60.2", "0"), ("9", "1", "60.3", "1"),
    ]  # fmt: skip
    happy, unsure, _, nobody, sad = table
    assert (happy["answer"], happy["probability"], happy["unsure"]) == ("happy", "0.7", "0")
    assert happy["confidence"] == "1.0", "the detector's score, as in OpenFace"
    assert (unsure["answer"], unsure["unsure"]) == ("unsure", "1")
    assert float(unsure["probability"]) == pytest.approx(1 / 7, abs=1e-3)
    assert nobody["confidence"] == "0.0"
    assert {nobody[name] for name in ("answer", "probability", "happy", "x")} == {""}
    assert float(sad["sad"]) == 0.7
    assert sum(float(sad[name]) for name in EMOTIONS) == pytest.approx(1, abs=1e-3)
    assert [sad[side] for side in ("x", "y", "width", "height")] == ["10", "20", "40", "45"]
    assert {row["file"] for row in table} == {"'=cmd().mp4"}, "no formula for a spreadsheet"


def test_pyfeats_columns_have_its_names_and_our_values() -> None:
    table = read(tables.fex_csv(FILM))
    assert table[0]["FaceRectX"] == "10" and table[0]["Identity"] == "Face 1"
    assert table[0]["happiness"] == "0.7" and table[-1]["sadness"] == "0.7"
    assert table[0]["approx_time"] == "01:00"
    assert table[3]["frame"] == "6" and table[3]["FaceScore"] == ""
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(io.BytesIO(tables.fex_csv(FILM)))
    assert frame["FaceScore"].isna().tolist() == [False, False, False, True, False]


def test_parquet_is_the_same_table() -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(io.BytesIO(tables.long_parquet([FILM])))
    assert tuple(table.column_names) == tables.COLUMNS
    assert [tuple(row.values()) for row in table.to_pylist()] == list(tables.long_rows(FILM))


def test_a_film_is_one_row_of_the_summary() -> None:
    first, second = read(tables.summary_csv([FILM, film_of([(0, 0.0, {})])]))
    assert (first["frames"], first["faces"], first["cuts"], first["changes"]) == (
        "4", "2", "1", "1",
    )  # fmt: skip
    shares = [float(value) for name, value in first.items() if name.startswith("share_")]
    assert sum(shares) == pytest.approx(1, abs=1e-3)
    assert first["note"] == "A note."
    assert (second["faces"], second["without_face"], second["share_happy"]) == ("0", "1.0", "")


def test_why_a_face_is_hard_to_read_stands_in_rows_and_summaries() -> None:
    told = [(i, i / 10, {1: "happy"} if i < 8 else {}) for i in range(10)]
    film = film_of(told, lambda time: (DARK, CUT) if time < 0.2 else (SMALL,) if time < 0.6 else ())
    table = read(tables.long_csv([film]))
    assert [row["notes"] for row in table] == ["dark, cut"] * 2 + ["small"] * 4 + [""] * 4
    batch = [dict(zip(COLUMNS, row, strict=True)) for row in rows_of(film)]
    assert [row["notes"] for row in batch] == ["dark, cut"] * 2 + ["small"] * 4 + [
        "",
        "",
        None,
        None,
    ]
    (row,) = read(tables.summary_csv([film]))
    noted = {note: float(row[f"noted_{note}"]) for note in NOTES}
    assert noted == {"small": 0.5, "blurred": 0, "dark": 0.25, "cut": 0.25}
    data = json.loads(as_json(film))
    assert data["summary"]["faces"][0]["noted"] == noted
    assert data["rows"][0][data["columns"].index("notes")] == "dark, cut"


def test_captions_and_events_tell_the_episodes() -> None:
    told = [(i, 3600 + i / 10, {1: "happy" if i < 10 else "sad"}) for i in range(20)]
    film = film_of(told).named(1, "Ann <b>\t& Bob")
    cues = as_vtt(film).split("\n\n")
    assert cues[0] == "WEBVTT"
    assert cues[1].splitlines() == [
        "01:00:00.000 --> 01:00:01.000", "Ann &lt;b&gt; &amp; Bob: happy",
    ]  # fmt: skip
    events = [line.split("\t") for line in as_boris(film).splitlines()]
    assert events[:3] == [
        ["3600.000", "Ann <b> & Bob", "happy"],
        ["3601.000", "Ann <b> & Bob", "happy"],
        ["3601.000", "Ann <b> & Bob", "sad"],
    ]
    assert len(events) == 4


def test_no_name_is_a_formula_or_turns_a_line_around() -> None:
    film = film_of([(i, i / 10, {1: "happy"}) for i in range(20)])
    formula = film.named(1, "=HYPERLINK(1)")
    for export in (as_boris(formula), tables.long_csv([formula]).decode()):
        assert "'=HYPERLINK(1)" in export and "\t=" not in export and ",=" not in export
    turned = film.named(1, "Ann\u202egpj\x1b[2J")
    for text in (as_boris(turned), as_vtt(turned)):
        assert "Ann\\u202egpj\\x1b" in text
        assert "\u202e" not in text and "\x1b" not in text


def test_episodes_last_and_go_on_over_what_is_short() -> None:
    answers = ["happy"] * 10 + ["sad"] + ["happy"] * 10 + ["fear"] * 10
    film = film_of([(i, i / 10, {1: answer}) for i, answer in enumerate(answers)])
    (face,) = by_face(film.rows)
    told = [(round(e.start, 2), round(e.end, 2), e.answer) for e in episodes(face, 0.3)]
    assert told == [(0, 2.1, "happy"), (2.1, 3.04, "fear")]
    assert len(episodes(face, 0)) == 4


def test_json_has_what_made_the_figures() -> None:
    data = json.loads(as_json(FILM))
    assert (data["model"], data["model_sha256"], data["unsure_below"]) == ("small", "ab", 0.4)
    assert data["settings"]["rate"] == 10 and data["settings"]["smoothing_seconds"] == 0.5
    assert data["versions"] and data["cuts_s"] == [60.3] and data["note"] == "A note."
    assert data["rows"] == [list(row) for row in tables.long_rows(FILM)]
    assert data["file"] == "=cmd().mp4"
    assert data["summary"]["frames"] == 4


def test_faces_are_merged_named_and_left_out_in_every_export() -> None:
    merged = FILM.merged(1, 2).named(1, "Ann")
    assert merged.rows["number"].tolist() == [1, 1, NOBODY, 1]
    assert {row["name"] for row in read(tables.long_csv([merged]))} == {"Ann", ""}
    left = FILM.without(1)
    assert left.rows["number"].tolist() == [2, NOBODY, NOBODY, NOBODY]
    assert left.rows["time"].tolist() == [60.0, 60.1, 60.2, 60.3]
    assert FILM.without().rows.tobytes() == FILM.rows.tobytes()


def test_of_two_merged_faces_in_a_frame_the_surer_one_stays() -> None:
    rows = FILM.rows[:2].copy()
    rows["score"] = (0.2, 0.9)
    film = AnalyzedFilm(INFO, FilmSettings(), rows, {})
    assert film.merged(1, 2).rows["score"].tolist() == [pytest.approx(0.9)]
    assert len(AnalyzedFilm(INFO, FilmSettings(), rows[:0], {}).merged(1, 2).rows) == 0
    assert np.array_equal(FILM.rows["number"], film_of(TOLD).rows["number"])
