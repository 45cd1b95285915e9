"""The last seconds before a time, as a chart takes them: a fixed number of equal bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import EMOTIONS
from fer_core.types import Probabilities
from fer_core.video.record import NOBODY, Rows
from fer_core.video.spans import FaceRows, by_face
from fer_core.video.timing import ROWS_ALONE, Timing

WINDOW: Final = 60.0  # seconds
BINS: Final = 120


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """One face's course over the last seconds.

    Attributes:
        number: Of the face; None if nobody was in view.
        edges: (n + 1,) seconds since the first frame; the last is not before the end.
        probabilities: (n, 7) float32 means in the order of `EMOTIONS`; rows of NaN while the face
            was away.
    """

    number: int | None
    edges: NDArray[np.float64]
    probabilities: Probabilities


def timeline(
    faces: tuple[FaceRows, ...],
    number: int | None,
    end: float,
    window: float = WINDOW,
    bins: int = BINS,
) -> Timeline:
    """The face's bins up to `end`.

    Args:
        faces: As `by_face` gives them.
        number: Of the face, which need not be among them.
        end: The right end, in seconds since the first frame.
        window: Length in seconds.
        bins: Their number. Their edges do not move as time goes on, so that a mean once drawn is
            not drawn differently later.
    """
    step = window / bins
    last = int(np.floor(end / step))
    edges = step * np.arange(last - bins + 1, last + 2, dtype=np.float64)
    found = next((face for face in faces if face.number == number), None)
    if found is None:
        return Timeline(number, edges, np.full((bins, len(EMOTIONS)), np.nan, np.float32))
    return Timeline(number, edges, _means(found, edges))


def latest_face(rows: Rows) -> int | None:
    """The number of the face that was seen last, the largest of several; None of nobody."""
    of_faces = rows[rows["number"] != NOBODY]
    if not len(of_faces):
        return None
    last = of_faces[of_faces["time"] == of_faces["time"][-1]]
    areas = last["width"].astype(np.int64) * last["height"]
    return int(last["number"][areas.argmax()])


def window_faces(rows: Rows, timing: Timing = ROWS_ALONE) -> tuple[FaceRows, ...]:
    """The faces of a window, those first that were in view the longest."""
    return tuple(sorted(by_face(rows, timing), key=lambda face: -face.seconds))


def _means(face: FaceRows, edges: NDArray[np.float64]) -> Probabilities:
    """Of the rows in each bin; if it has none, the row that still counts in its middle."""
    middles = (edges[:-1] + edges[1:]) / 2
    times, values = face.rows["time"], face.rows["probabilities"]
    last = np.searchsorted(times, middles, side="right") - 1
    counts = (last >= 0) & (middles < face.ends[last])
    means = np.where(counts[:, None], values[last], np.nan).astype(np.float32)
    firsts = np.searchsorted(times, edges)
    for i in np.flatnonzero(np.diff(firsts)):
        means[i] = values[firsts[i] : firsts[i + 1]].mean(axis=0)
    return means
