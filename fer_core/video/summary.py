"""Rows of a session or film → its figures: who was in view for how long and showed what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import EMOTIONS
from fer_core.recognition.answers.usability import NOTES
from fer_core.video.gaps import Gap, gaps
from fer_core.video.record import ANSWERS, Rows, notes_of
from fer_core.video.spans import FaceRows, by_face, end_of, frame_ends, frame_times
from fer_core.video.timing import ROWS_ALONE, Timing


@dataclass(frozen=True, slots=True)
class FaceSummary:
    """One face over all rows.

    Attributes:
        number: From 1.
        seconds: In view, blinks of the detector of up to a second included.
        shares: Of that time, by shown answer: the seven expressions and "unsure"; they sum to 1.
        changes: How often the shown answer changed.
        probabilities: (7,) means over that time in the order of `EMOTIONS`.
        noted: Shares of that time in which the face was hard to read, by note of `NOTES`.
    """

    number: int
    seconds: float
    shares: Mapping[str, float]
    changes: int
    probabilities: tuple[float, ...]
    noted: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(NOTES, 0.0))

    @property
    def main_answer(self) -> str:
        """The answer that was shown for the longest, of `ANSWERS`."""
        return max(self.shares, key=lambda answer: self.shares[answer])

    def to_dict(self) -> dict[str, Any]:
        return {
            "face": self.number,
            "seconds": round(self.seconds, 3),
            "shares": {answer: round(share, 4) for answer, share in self.shares.items()},
            "changes": self.changes,
            "mean_probabilities": dict(
                zip(EMOTIONS, (round(p, 4) for p in self.probabilities), strict=True)
            ),
            "noted": {note: round(share, 4) for note, share in self.noted.items()},
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a session or film.

    Attributes:
        start: Time of the first row, in seconds since the first frame; above 0 if older rows were
            dropped.
        end: Of the session or film, in the same seconds.
        frames: Analysed frames.
        without_face: Share of the analysed time without a face in view, in [0, 1]; 0 of no frames.
        faces: By number.
        gaps: What was not analysed, by time.
    """

    start: float
    end: float
    frames: int
    without_face: float
    faces: tuple[FaceSummary, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the end: `analysed`, `paused` and `not_analysed`."""
        return self.end - self.start

    @property
    def analysed(self) -> float:
        """Seconds that shares are of."""
        return self.duration - self.paused - self.not_analysed

    @property
    def paused(self) -> float:
        """Seconds for which somebody had paused the analysis."""
        return sum((gap.seconds for gap in self.gaps if gap.kind == "paused"), 0.0)

    @property
    def not_analysed(self) -> float:
        """Seconds for which no frame came or the machine was behind."""
        return sum((gap.seconds for gap in self.gaps if gap.kind == "not analysed"), 0.0)

    def to_dict(self) -> dict[str, Any]:
        return {
            "start_s": round(self.start, 3),
            "end_s": round(self.end, 3),
            "analysed_s": round(self.analysed, 3),
            "paused_s": round(self.paused, 3),
            "not_analysed_s": round(self.not_analysed, 3),
            "frames": self.frames,
            "without_face": round(self.without_face, 4),
            "faces": [face.to_dict() for face in self.faces],
        }


def summarize(rows: Rows, timing: Timing = ROWS_ALONE) -> Summary:
    """The figures, weighted with time, so that they do not depend on the frame rate."""
    frames = frame_times(rows)
    faces = by_face(rows, timing)
    return Summary(
        start=float(frames[0]) if len(frames) else 0.0,
        end=end_of(frames, timing),
        frames=len(frames),
        without_face=_without_face(frames, frame_ends(frames, timing), faces),
        faces=tuple(_face(face) for face in faces),
        gaps=gaps(rows, timing),
    )


def _face(face: FaceRows) -> FaceSummary:
    shares = face.answer_seconds / face.seconds
    means = face.durations @ face.rows["probabilities"].astype(np.float64) / face.seconds
    noted = face.durations @ notes_of(face.rows) / face.seconds
    return FaceSummary(
        number=face.number,
        seconds=face.seconds,
        shares=dict(zip(ANSWERS, shares.tolist(), strict=True)),
        changes=int(np.count_nonzero(np.diff(face.rows["answer"].astype(np.int8)))),
        probabilities=tuple(means.tolist()),
        noted=dict(zip(NOTES, noted.tolist(), strict=True)),
    )


def _without_face(
    frames: NDArray[np.float64], frame_ends: NDArray[np.float64], faces: tuple[FaceRows, ...]
) -> float:
    """A frame whose time lies within some face's is not without one, blinks of it included."""
    steps = frame_ends - frames
    if not steps.any():  # none at all, or none that counts
        return 0.0 if faces else float(len(frames) > 0)
    times = np.concatenate([face.rows["time"] for face in faces] or [np.zeros(0)])
    ends = np.concatenate([face.ends for face in faces] or [np.zeros(0)])
    order = np.argsort(times, kind="stable")
    latest_end = np.maximum.accumulate(np.append(-np.inf, ends[order]))
    alone = latest_end[np.searchsorted(times[order], frames, side="right")] <= frames
    return float(steps[alone].sum() / steps.sum())
