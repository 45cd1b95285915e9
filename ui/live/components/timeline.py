"""The last 60 seconds: one face's probabilities as stacked areas, each face's answer as a ribbon.

Not a Plotly chart: Streamlit replaces one whenever its figure changes, and the place is empty until
the new one is drawn. This one is built once and then only moves; making its data takes 2 ms.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from fer_core.labels import COLORS, DISPLAY_NAMES
from fer_core.video.gaps import gaps
from fer_core.video.record import ANSWERS, SessionRecord
from fer_core.video.spans import GAP, FaceRows, answer_spans
from fer_core.video.timeline import WINDOW, Timeline, latest_face, timeline, window_faces
from fer_core.video.tracking import MAX_FACES
from ui.charts.session_words import read_timeline
from ui.component import component
from ui.live.components import STATIC

_STEP: Final = 0.25  # seconds; about a pixel on a telephone


def course(record: SessionRecord, face_number: int | None) -> dict[str, Any]:
    """What the chart shows.

    Args:
        record: Of the session.
        face_number: The chosen face; None for the one seen last, the largest of several.

    Returns:
        "title"; "alt", its text alternative; "answers", {"name", "color"} of each of `ANSWERS`;
        "edges", the n + 1 edges of the bins in seconds before now, 0 at most; "shares", n lists
        of seven shares in per mille, None while the face was away; "strips" of {"name", "runs"},
        runs as [from, to, index of the answer] in the same seconds, if several faces were seen;
        "gaps", [from, to, kind] of what was not analysed, and "marks", [time, note], likewise.
    """
    timing = record.timing
    end = record.duration
    rows = record.window(WINDOW + GAP)
    faces = window_faces(rows, timing)
    number = latest_face(rows) if face_number is None else face_number
    shown = timeline(faces, number, end)
    return {
        "title": _title(number),
        "alt": read_timeline(number, shown.probabilities, WINDOW),
        "window": WINDOW,
        "answers": [{"name": DISPLAY_NAMES[a], "color": COLORS[a]} for a in ANSWERS],
        "edges": np.minimum(shown.edges - end, 0).round(3).tolist(),
        "shares": _per_mille(shown),
        "strips": _strips(faces[:MAX_FACES], end) if len(faces) > 1 else [],
        "gaps": [
            [round(max(gap.start - end, -WINDOW), 2), round(gap.end - end, 2), gap.kind]
            for gap in gaps(rows, timing, max(0.0, end - WINDOW))
            if gap.end - end > -WINDOW
        ],
        "marks": [
            [round(mark.time - end, 2), mark.note or "mark"]
            for mark in record.marks
            if mark.time - end > -WINDOW
        ],
    }


def draw(record: SessionRecord, face_number: int | None) -> None:
    """Draw the chart, or move what is already drawn. Call it in a fragment, once a second."""
    _component(key="live_timeline", data=course(record, face_number))


def _title(number: int | None) -> str:
    window = f"{WINDOW:.0f} seconds"
    return f"Last {window}" if number is None else f"Face {number}, last {window}"


def _per_mille(shown: Timeline) -> list[list[int] | None]:
    away = np.isnan(shown.probabilities[:, 0])
    figures = np.rint(1000 * np.nan_to_num(shown.probabilities)).astype(int).tolist()
    return [None if gone else row for gone, row in zip(away.tolist(), figures, strict=True)]


def _strips(faces: tuple[FaceRows, ...], end: float) -> list[dict[str, Any]]:
    return [
        {
            "name": f"Face {face.number}",
            "runs": [
                [
                    round(max(span.start - end, -WINDOW), 2),
                    round(min(span.end - end, 0.0), 2),
                    ANSWERS.index(span.answer),
                ]
                for span in answer_spans(face, _STEP)
                if span.end - end > -WINDOW and span.start < end
            ],
        }
        for face in sorted(faces, key=lambda face: face.number)
    ]


_component = component(STATIC, "timeline", '<div class="timeline"></div>')
