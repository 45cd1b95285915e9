"""An analysed film or session → tables: the long one, py-feat's, and one row for the film."""

from __future__ import annotations

import importlib
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from fer_core.errors import FilmError
from fer_core.labels import EMOTIONS, UNSURE
from fer_core.recognition.answers.usability import NOTES
from fer_core.store import tables
from fer_core.video.film.record import AnalyzedFilm
from fer_core.video.record import ANSWERS, NOBODY, notes_of

COLUMNS: Final = (
    *("frame", "face_id", "timestamp", "confidence", "success"),
    *("answer", "probability", "unsure", *EMOTIONS),
    *("x", "y", "width", "height", "name", "file"),
    *("unsure_below", "expected_mix", "event", "notes"),
)
"""The first five in OpenFace's order and meaning: `confidence` is the detector's score, `success`
whether there is a face. `probability` is the smoothed one of `answer`, or the largest of an unsure
face. A frame without a face has face_id 0 and empty cells. `unsure_below` and `expected_mix` were
in force at this frame; `event` is what somebody marked since the frame before; `notes` say why a
face may be hard to read."""

FEX_COLUMNS: Final = (
    *("FaceRectX", "FaceRectY", "FaceRectWidth", "FaceRectHeight", "FaceScore"),
    *("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"),
    *("frame", "approx_time", "Identity"),
)
"""Those of py-feat's Fex that we have values for, its seven emotions in our own order."""

SUMMARY_COLUMNS: Final = (
    *("file", "duration_s", "start_s", "end_s", "frames", "faces", "without_face", "cuts"),
    *("analysed_s", "paused_s", "not_analysed_s", "events", "face_seconds", "changes"),
    *(f"share_{answer}" for answer in ANSWERS),
    *(f"mean_{emotion}" for emotion in EMOTIONS),
    *(f"noted_{note}" for note in NOTES),
    *("model", "note"),
)
"""`without_face` is a share of `analysed_s`. Shares and means are over `face_seconds`, the
time of all faces together; `noted_small` is the share of it in which a face was so."""

Row = Sequence[Any]


def long_csv(films: Iterable[AnalyzedFilm]) -> bytes:
    """A row for each analysed frame and face, and for each frame without one, by `COLUMNS`."""
    return _csv(COLUMNS, (row for film in films for row in long_rows(film)))


def fex_csv(film: AnalyzedFilm) -> bytes:
    """The same rows by `FEX_COLUMNS`; a frame without a face has empty cells, pandas' NaN."""
    return _csv(FEX_COLUMNS, _fex_rows(film))


def summary_csv(films: Iterable[AnalyzedFilm]) -> bytes:
    """A row for each film, by `SUMMARY_COLUMNS`."""
    return _csv(SUMMARY_COLUMNS, map(_summary_row, films))


def long_parquet(films: Iterable[AnalyzedFilm]) -> bytes:
    """The long table as a Parquet file.

    Raises:
        FilmError: pyarrow is not installed.
    """
    try:
        arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise FilmError("Parquet needs pyarrow, which is not installed: take CSV.") from error
    whole = {"frame", "face_id", "success", "unsure", "x", "y", "width", "height"}
    text = {"answer", "name", "file", "expected_mix", "event", "notes"}
    schema = arrow.schema(
        (
            name,
            arrow.int64() if name in whole else arrow.string() if name in text else arrow.float64(),
        )
        for name in COLUMNS
    )
    rows = [dict(zip(COLUMNS, row, strict=True)) for film in films for row in long_rows(film)]
    file = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(rows, schema=schema), file)
    return file.getvalue()


def long_rows(film: AnalyzedFilm) -> Iterator[Row]:
    """Tuples in the order of `COLUMNS`; None for an empty cell."""
    force = zip(
        film.in_force("unsure_below"), film.in_force("expected_mix"), _events(film), strict=True
    )
    notes = [", ".join(itertools.compress(NOTES, given)) for given in notes_of(film.rows).tolist()]
    for values, (threshold, mix, event), note in zip(_values(film), force, notes, strict=True):
        frame, number, time, score, answer, probabilities, box = values
        common = film.info.name, threshold, mix, event
        if number == NOBODY:
            yield (frame, NOBODY, time, 0.0, 0, *[None] * (len(COLUMNS) - 10), *common, None)
            continue
        unsure = answer == UNSURE
        probability = max(probabilities) if unsure else probabilities[ANSWERS.index(answer)]
        yield (
            *(frame, number, time, score, 1, answer, probability, int(unsure)),
            *(*probabilities, *box, film.name(number), *common, note),
        )


def _events(film: AnalyzedFilm) -> list[str | None]:
    """(n,) what was marked since the frame before, in the first row of each frame; an event after
    the last frame counts for that one."""
    said: list[str | None] = [None] * len(film.rows)
    times = film.rows["time"]
    for mark in film.marks if said else ():
        row = min(int(np.searchsorted(times, mark.time)), len(said) - 1)
        row = int(np.searchsorted(times, times[row]))
        words = mark.note or "mark"
        said[row] = words if said[row] is None else f"{said[row]}; {words}"
    return said


def _csv(header: Sequence[str], rows: Iterable[Row]) -> bytes:
    """In UTF-8, without the mark that R would take for a part of the first column's name."""
    # A file's name may hold bytes that are no character.
    return tables.as_csv(header, rows).encode("utf-8", "backslashreplace")


def _fex_rows(film: AnalyzedFilm) -> Iterator[Row]:
    for frame, number, time, score, _, probabilities, box in _values(film):
        clock = f"{int(time // 60):02d}:{int(time % 60):02d}"
        if number == NOBODY:
            yield (*[None] * 12, frame, clock, None)
        else:
            yield (*box, score, *probabilities, frame, clock, film.name(number))


def _values(film: AnalyzedFilm) -> Iterator[tuple[int, int, float, float, str, list[float], Any]]:
    """Of each row: frame, number, time, score, answer, probabilities, box, as plain numbers."""
    rows = film.rows
    boxes = zip(*(rows[side].tolist() for side in ("x", "y", "width", "height")), strict=True)
    yield from zip(
        rows["frame"].tolist(),
        rows["number"].tolist(),
        rows["time"].round(4).tolist(),
        rows["score"].astype(float).round(4).tolist(),
        (ANSWERS[code] for code in rows["answer"].tolist()),
        rows["probabilities"].astype(float).round(4).tolist(),
        boxes,
        strict=True,
    )


def _summary_row(film: AnalyzedFilm) -> Row:
    summary = film.summary()
    seconds = sum(face.seconds for face in summary.faces)

    def over_faces(values: Iterable[float]) -> float | None:
        if not summary.faces:
            return None
        weighted = (v * f.seconds for v, f in zip(values, summary.faces, strict=True))
        return round(sum(weighted) / seconds, 4)

    duration = film.info.duration
    return (
        film.info.name,
        None if duration is None else round(duration, 3),
        *(round(summary.start, 3), round(summary.end, 3), summary.frames, len(summary.faces)),
        *(round(summary.without_face, 4), len(film.cuts)),
        *(round(s, 3) for s in (summary.analysed, summary.paused, summary.not_analysed)),
        *(len(film.marks), round(seconds, 3)),
        sum(face.changes for face in summary.faces),
        *(over_faces(face.shares[answer] for face in summary.faces) for answer in ANSWERS),
        *(over_faces(f.probabilities[i] for f in summary.faces) for i in range(len(EMOTIONS))),
        *(over_faces(face.noted[note] for face in summary.faces) for note in NOTES),
        *(film.maker.get("model", ""), film.note),
    )
