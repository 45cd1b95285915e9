"""The rows of an analysed film: figures only, the one thing that grows with its length."""

from __future__ import annotations

from typing import Final

import numpy as np

from fer_core.video.film.analysis import FrameResult
from fer_core.video.record import NO_VALUES, NOBODY, ROW, Rows, row_values

FILM_ROW: Final = np.dtype(
    [
        *((name, ROW[name]) for name in ROW.names or ()),
        ("frame", "u4"),  # of all decoded frames, from 0
        ("score", "f4"),  # the detector's, in [0, 1]; 0 in the row of a frame without a face
    ]
)
"""57 bytes: `ROW`, with times from the film's start, and what only films have."""


class FilmRecord:
    """Collects the results of `analyze_film`: two megabytes an hour and face, at 10 a second."""

    def __init__(self) -> None:
        self._data = bytearray()
        self.cuts: list[float] = []
        """Times at which a new scene begins, in seconds."""

    def append(self, result: FrameResult) -> None:
        """Adds a row for each face, or one of `NOBODY` for a frame without any."""
        if result.cut:
            self.cuts.append(result.time)
        values = [
            (result.time, face.number, *row_values(face), result.frame, face.result.face.score)
            for face in result.faces
        ]
        if not values:
            values = [(result.time, NOBODY, *NO_VALUES, result.frame, 0.0)]
        self._data += np.array(values, FILM_ROW).tobytes()

    def rows(self) -> Rows:
        """(n,) of `FILM_ROW`: a copy of all rows, times ascending, those of a frame by number."""
        return np.frombuffer(bytes(self._data), FILM_ROW)


def merge_faces(rows: Rows, into: int, others: tuple[int, ...]) -> Rows:
    """A copy in which the faces `others` have the number `into`, as if they had been one.

    If two of them stand in the same frame, the one with the better detector score stays.
    """
    rows = rows.copy()
    rows["number"][np.isin(rows["number"], others)] = into
    order = np.lexsort((-rows["score"], rows["number"], rows["frame"]))
    rows = rows[order]
    same = (np.diff(rows["frame"]) == 0) & (np.diff(rows["number"].astype(np.int64)) == 0)
    return np.asarray(rows[np.concatenate([[True], ~same])] if len(rows) else rows)


def leave_out(rows: Rows, numbers: tuple[int, ...]) -> Rows:
    """A copy without some faces; a frame that only they stood in has a row of `NOBODY`."""
    kept = rows[~np.isin(rows["number"], numbers)]
    lost = np.setdiff1d(rows["frame"], kept["frame"])
    alone = np.zeros(len(lost), rows.dtype)
    alone["frame"] = lost
    alone["time"] = rows["time"][np.searchsorted(rows["frame"], lost)]
    both = np.concatenate([kept, alone])
    return np.asarray(both[np.lexsort((both["number"], both["frame"]))])
