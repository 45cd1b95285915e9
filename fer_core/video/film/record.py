"""The rows of an analysed film or session: figures only, the one thing that grows with it."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

import numpy as np

from fer_core.recognition.recognizer import Recognizer
from fer_core.store.model_files import NETWORK_SUFFIX
from fer_core.video.film.analysis import FrameResult
from fer_core.video.film.settings import FilmSettings
from fer_core.video.gaps import Gap, gaps
from fer_core.video.record import (
    NO_VALUES,
    NOBODY,
    ROW,
    Rows,
    row_values,
)
from fer_core.video.spans import FaceRows, by_face, end_of, frame_times
from fer_core.video.summary import Summary, summarize
from fer_core.video.timing import ROWS_ALONE, Change, Mark, Timing


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
        self._data += np.array(values, ROW).tobytes()

    def rows(self) -> Rows:
        """A copy of all rows."""
        return np.frombuffer(bytes(self._data), ROW)


class Described(Protocol):
    """What is known of a film or of a session: `FilmInfo`, `video.session.SessionInfo`."""

    @property
    def name(self) -> str: ...

    @property
    def duration(self) -> float | None: ...

    def to_dict(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True, eq=False)
class AnalyzedFilm:
    """The figures of a film, or of a live session, and what made them. Every export is made of it.

    Attributes:
        info: What the file says of itself.
        settings: How it was analysed; None of a session, whose settings are in `changes`.
        rows: (n,) of `ROW`.
        maker: Model, detector and versions, as `maker` gives them.
        cuts: Times at which a new scene begins, in seconds.
        note: What was amiss with the file, in words; "" if nothing was.
        names: Of faces that somebody named, by number.
        timing: A session's pauses and its end.
        marks: Events that somebody marked, by time.
        changes: A session's settings, and from when on they were in force, by time.
    """

    info: Described
    settings: FilmSettings | None
    rows: Rows
    maker: Mapping[str, Any]
    cuts: tuple[float, ...] = ()
    note: str = ""
    names: Mapping[int, str] = field(default_factory=dict)
    timing: Timing = ROWS_ALONE
    marks: tuple[Mark, ...] = ()
    changes: tuple[Change, ...] = ()

    def name(self, number: int) -> str:
        """What a face is called: its given name, or "Face 1"."""
        return self.names.get(number, f"Face {number}")

    @property
    def start(self) -> float:
        """Time of its first row, in seconds; 0 without any row."""
        return float(self.rows["time"][0]) if len(self.rows) else 0.0

    @property
    def end(self) -> float:
        """When it ends, in seconds; 0 without any row."""
        return end_of(frame_times(self.rows), self._timing)

    def summary(self) -> Summary:
        return summarize(self.rows, self._timing)

    def faces(self) -> tuple[FaceRows, ...]:
        """The rows of each face, by number."""
        return by_face(self.rows, self._timing)

    def gaps(self) -> tuple[Gap, ...]:
        """What was not analysed, by time."""
        return gaps(self.rows, self._timing)

    @property
    def _timing(self) -> Timing:
        """The last frame of a film counts until the film's end at most, if that is known."""
        ends = self.info.duration
        if self.timing.end is not None or ends is None or not len(self.rows):
            return self.timing
        left = ends - float(self.rows["time"][-1])
        return replace(self.timing, last=left) if 0 < left < self.timing.last else self.timing

    def in_force(self, setting: str) -> list[Any]:
        """(n,) values of a setting, one a row; None if it is not known.

        Args:
            setting: A key of a session's `changes`, or of a film's `maker`.
        """
        if not self.changes:
            return [self.maker.get(setting)] * len(self.rows)
        starts = np.array([change.time for change in self.changes])
        which = np.searchsorted(starts, self.rows["time"], side="right") - 1
        values = [change.settings.get(setting) for change in self.changes]
        return [values[max(i, 0)] for i in which.tolist()]

    def named(self, number: int, name: str) -> AnalyzedFilm:
        return replace(self, names={**self.names, number: name})

    def merged(self, into: int, *others: int) -> AnalyzedFilm:
        """As if the faces `others` had been the face `into`.

        If two of them stand in the same frame, the one with the better detector score stays.
        """
        rows = self.rows.copy()
        rows["number"][np.isin(rows["number"], others)] = into
        rows = rows[np.lexsort((-rows["score"], rows["number"], rows["frame"]))]
        same = (np.diff(rows["frame"]) == 0) & (rows["number"][1:] == rows["number"][:-1])
        return replace(self, rows=rows[np.append(True, ~same)[: len(rows)]])

    def without(self, *numbers: int) -> AnalyzedFilm:
        """Leaves faces out; a frame that only they stood in gets a row of `NOBODY`."""
        kept = self.rows[~np.isin(self.rows["number"], numbers)]
        lost = np.setdiff1d(self.rows["frame"], kept["frame"])
        alone = np.zeros(len(lost), self.rows.dtype)
        alone["frame"] = lost
        alone["time"] = self.rows["time"][np.searchsorted(self.rows["frame"], lost)]
        both = np.concatenate([kept, alone])
        return replace(self, rows=both[np.lexsort((both["number"], both["frame"]))])


def maker(recognizer: Recognizer) -> dict[str, Any]:
    """What the figures came from, for whoever has to repeat them."""
    card = recognizer.card
    return {
        "model": card.stem,
        "model_sha256": card.files[NETWORK_SUFFIX]["sha256"],
        "looks": recognizer.way.looks,
        "expected_mix": recognizer.way.mix,
        "unsure_below": recognizer.unsure_below,
        "detector": recognizer.detector_name,
        "versions": {
            "python": platform.python_version(),
            **{package: _version(package) for package in _PACKAGES},
        },
    }


_PACKAGES: Final = (
    *("fer-expressions", "numpy", "opencv-python-headless", "ai-edge-litert"),
    *("av", "pillow", "pi-heif"),  # decoders
)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:  # a checkout that is not installed
        return None
