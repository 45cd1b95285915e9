"""Rows of a session or film → CSV and JSON."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fer_core.labels import EMOTIONS
from fer_core.video.record import ANSWERS, NOBODY, Rows
from fer_core.video.summary import summarize

COLUMNS: Final = ("time_s", "face", "x", "y", "width", "height", *EMOTIONS, "label")
"""Seconds since the first frame; the face's number; its box in the pixels of the original frame;
seven smoothed probabilities; the answer as it was shown, one of `ANSWERS`."""

_FIGURES: Final = "%.3f,%d,%d,%d,%d,%d," + ",".join(["%.4f"] * len(EMOTIONS))
_CSV_ROW: Final = f"{_FIGURES},%s\r\n"
_JSON_ROW: Final = f'[{_FIGURES},"%s"]'


def as_csv(rows: Rows) -> str:
    """One row an analysed frame and face, below a row of `COLUMNS`."""
    return ",".join(COLUMNS) + "\r\n" + "".join(_CSV_ROW % row for row in _values(rows))


def as_json(
    rows: Rows,
    *,
    model: str,
    settings: Mapping[str, Any],
    started: datetime.datetime | None = None,
) -> str:
    """The same rows, and what is needed to read them.

    Args:
        model: The network's name.
        settings: What the figures depend on, as values of JSON.
        started: Date and time of the first frame.

    Returns:
        {"model", "started", "settings", "emotions", "summary", "columns", "rows"}; each row is a
        list in the order of "columns".
    """
    head = {
        "model": model,
        "started": None if started is None else started.isoformat(timespec="seconds"),
        "settings": dict(settings),
        "emotions": EMOTIONS,
        "summary": summarize(rows).to_dict(),
        "columns": COLUMNS,
    }
    lines = ",\n".join(_JSON_ROW % row for row in _values(rows))
    # Half a million figures: written by hand, for json's encoder takes three times as long.
    return f'{json.dumps(head, indent=1)[:-2]},\n "rows": [\n{lines}\n]}}\n'


def _values(rows: Rows) -> Iterator[tuple[object, ...]]:
    """The rows of faces, each as a tuple in the order of `COLUMNS`."""
    of_faces = rows[rows["number"] != NOBODY]
    figures = [of_faces[name] for name in ("time", "number", "x", "y", "width", "height")]
    figures += list(of_faces["probabilities"].T)
    labels = [ANSWERS[code] for code in of_faces["answer"].tolist()]
    return zip(*(column.tolist() for column in figures), labels, strict=True)
