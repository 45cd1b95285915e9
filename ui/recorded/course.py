"""An analysed film → what the player draws: strips and lines, and the boxes over the film."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from fer_core.labels import COLORS, DISPLAY_NAMES
from fer_core.video.film import AnalyzedFilm
from fer_core.video.overlay import face_color
from fer_core.video.record import ANSWERS
from fer_core.video.spans import FaceRows, answer_spans
from fer_core.video.timeline import timeline

MOST_FACES: Final = 40
"""In the timeline: those in view the longest."""
BINS: Final = 300
"""Of the timeline, about two pixels each."""
ANSWERS_SHOWN: Final = [{"name": DISPLAY_NAMES[a], "color": COLORS[a]} for a in ANSWERS]


def course(film: AnalyzedFilm, until: float | None = None) -> dict[str, Any]:
    """The timeline of a film.

    Args:
        until: Where it ends, in seconds; with the film by default.

    Returns:
        "start", "end" in seconds; "edges", n + 1 edges of the bins in seconds; "answers", {"name",
        "color"} of each of `ANSWERS`; "faces" of {"number", "name", "color", "runs", "shares"} by
        number: runs as [from, to, index of the answer], n shares of seven per mille each, None
        while the face was away; "more", how many faces were left out; "gaps" of [from, to, kind]
        and "marks" of [time, note].
    """
    start, end = film.start, max(film.end, until or 0.0)
    step = max(end - start, 1.0) / BINS
    faces = film.faces()
    longest = sorted(faces, key=lambda face: -face.seconds)[:MOST_FACES]
    shown = sorted(longest, key=lambda face: face.number)
    return {
        "start": round(start, 3),
        "end": round(end, 3),
        "edges": _edges(shown, end, step),
        "answers": ANSWERS_SHOWN,
        "faces": [_face(film, face, shown, end, step) for face in shown],
        "more": len(faces) - len(shown),
        "gaps": [[round(gap.start, 3), round(gap.end, 3), gap.kind] for gap in film.gaps()],
        "marks": [[round(mark.time, 3), mark.note or "mark"] for mark in film.marks],
    }


def tracks(film: AnalyzedFilm) -> list[dict[str, Any]]:
    """Every box of a film, for the picture over it.

    Returns:
        A face each: "number"; "t" and "e", (n,) seconds from and until which a row counts; "b",
        (n,) of [x, y, width, height] in the film's upright pixels; "a", (n,) indices of `ANSWERS`;
        "p", (n,) of seven per mille.
    """
    return [
        {
            "number": face.number,
            "t": face.rows["time"].round(3).tolist(),
            "e": face.ends.round(3).tolist(),
            "b": np.stack([face.rows[k] for k in ("x", "y", "width", "height")], axis=1).tolist(),
            "a": face.rows["answer"].tolist(),
            "p": np.rint(1000 * face.rows["probabilities"]).astype(int).tolist(),
        }
        for face in film.faces()
    ]


def _edges(faces: list[FaceRows], end: float, step: float) -> list[float]:
    shown = timeline(tuple(faces), None, end, step * (BINS + 1), BINS + 1)
    return [float(edge) for edge in shown.edges.round(3)]


def _face(
    film: AnalyzedFilm, face: FaceRows, faces: list[FaceRows], end: float, step: float
) -> dict[str, Any]:
    shown = timeline(tuple(faces), face.number, end, step * (BINS + 1), BINS + 1).probabilities
    away = np.isnan(shown[:, 0])
    figures = np.rint(1000 * np.nan_to_num(shown)).astype(int).tolist()
    return {
        "number": face.number,
        "name": film.name(face.number),
        "color": face_color(face.number),
        "runs": [
            [round(span.start, 3), round(span.end, 3), ANSWERS.index(span.answer)]
            for span in answer_spans(face, step)
        ],
        "shares": [None if gone else row for gone, row in zip(away.tolist(), figures, strict=True)],
    }
