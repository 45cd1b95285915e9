"""A live session's record → what films are made of, so that every export serves both."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fer_core.video.film.record import AnalyzedFilm
from fer_core.video.record import SessionRecord


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """What is known of a live session.

    Attributes:
        name: What its files are called after, without an ending.
        participant: Who was before the camera, as the viewer wrote it; "" if they did not.
        started: Date and time of the first frame.
        duration: In seconds.
    """

    name: str
    participant: str
    started: datetime.datetime | None
    duration: float | None

    def to_dict(self) -> dict[str, Any]:
        started = None if self.started is None else self.started.isoformat(timespec="seconds")
        return {
            "file": self.name,
            "participant": self.participant,
            "started": started,
            "duration_s": None if self.duration is None else round(self.duration, 3),
        }


def analyzed_session(
    record: SessionRecord, maker: Mapping[str, Any], name: str, participant: str = ""
) -> AnalyzedFilm:
    """The session as it stands, without what may change from row to row in `maker`.

    Args:
        maker: Model, detector and versions, as `film.maker` gives them.
        name, participant: See `SessionInfo`.
    """
    info = SessionInfo(name, participant, record.started, record.duration)
    varying = {key for change in record.changes for key in change.settings}
    made = {key: value for key, value in maker.items() if key not in varying}
    return AnalyzedFilm(
        info,
        None,
        record.rows(),
        made,
        timing=record.timing,
        marks=record.marks,
        changes=record.changes,
    )
