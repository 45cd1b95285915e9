"""Rows of a session or film → its figures: who was in view for how long and showed what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import EMOTIONS
from fer_core.video.record import ANSWERS, Rows
from fer_core.video.spans import GAP, FaceRows, by_face, frame_times


@dataclass(frozen=True, slots=True)
class FaceSummary:
    """One face over all rows.

    Attributes:
        number: From 1.
        seconds: In view, a second of blinks of the detector and of pauses included.
        shares: Of that time, by shown answer: the seven expressions and "unsure"; they sum to 1.
        changes: How often the shown answer changed.
        probabilities: (7,) means over that time in the order of `EMOTIONS`.
    """

    number: int
    seconds: float
    shares: Mapping[str, float]
    changes: int
    probabilities: tuple[float, ...]

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
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a session or film.

    Attributes:
        start: Time of the first row, in seconds since the first frame; above 0 if older rows were
            dropped.
        end: Time of the last row.
        frames: Analysed frames.
        without_face: Share of the analysed time without a face in view, in [0, 1]; 0 of no frames.
        faces: By number.
    """

    start: float
    end: float
    frames: int
    without_face: float
    faces: tuple[FaceSummary, ...]

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the last."""
        return self.end - self.start

    def to_dict(self) -> dict[str, Any]:
        return {
            "start_s": round(self.start, 3),
            "end_s": round(self.end, 3),
            "frames": self.frames,
            "without_face": round(self.without_face, 4),
            "faces": [face.to_dict() for face in self.faces],
        }


def summarize(rows: Rows) -> Summary:
    """The figures, weighted with time, so that they do not depend on the frame rate.

    A gap between two frames counts for `spans.GAP` seconds at most: a pause is no answer.
    """
    frames = frame_times(rows)
    faces = by_face(rows)
    return Summary(
        start=float(frames[0]) if len(frames) else 0.0,
        end=float(frames[-1]) if len(frames) else 0.0,
        frames=len(frames),
        without_face=_without_face(frames, faces),
        faces=tuple(_face(face) for face in faces),
    )


def _face(face: FaceRows) -> FaceSummary:
    shares = face.answer_seconds / face.seconds
    means = face.durations @ face.rows["probabilities"].astype(np.float64) / face.seconds
    return FaceSummary(
        number=face.number,
        seconds=face.seconds,
        shares=dict(zip(ANSWERS, shares.tolist(), strict=True)),
        changes=int(np.count_nonzero(np.diff(face.rows["answer"].astype(np.int8)))),
        probabilities=tuple(means.tolist()),
    )


def _without_face(frames: NDArray[np.float64], faces: tuple[FaceRows, ...]) -> float:
    """A frame whose time lies within some face's is not without one, blinks of it included."""
    if len(frames) < 2:
        return 0.0 if faces else float(len(frames))
    times = np.concatenate([face.rows["time"] for face in faces] or [np.zeros(0)])
    ends = np.concatenate([face.ends for face in faces] or [np.zeros(0)])
    order = np.argsort(times, kind="stable")
    latest_end = np.maximum.accumulate(np.append(-np.inf, ends[order]))
    alone = latest_end[np.searchsorted(times[order], frames, side="right")] <= frames
    steps = np.minimum(np.diff(frames), GAP)
    return float(steps[alone[:-1]].sum() / steps.sum())
