"""A live session's figures after it: their name, what was said of its faces, who has it."""

from __future__ import annotations

import datetime
import secrets
import weakref
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fer_core.video.film import AnalyzedFilm
from fer_core.video.film.edits import Edits
from fer_core.video.record import SessionRecord
from fer_core.video.session import analyzed_session

_STUDIES: Final[weakref.WeakValueDictionary[str, Study]] = weakref.WeakValueDictionary()
"""Token → study. Each ends with the browser's tab, whose state alone holds on to it."""


class Study:
    """What stays of a session: figures only.

    Args:
        record: Of the session.
        maker: Model, detector and versions, as `fer_core.video.film.maker` gives them.
    """

    def __init__(self, record: SessionRecord, maker: Mapping[str, Any]) -> None:
        self.record = record
        self.token: Final = secrets.token_urlsafe(24)
        """Whoever knows it gets the figures."""
        self.participant = ""
        self.timezone: str | None = None
        """The viewer's, as "Europe/Vienna"."""
        self.edits = Edits()
        self.taken = False
        """Whether some file of it was downloaded."""
        self._maker = maker
        self._shown: tuple[object, AnalyzedFilm] | None = None
        _STUDIES[self.token] = self

    @property
    def unsaved(self) -> bool:
        """Whether something would be lost with it."""
        return not self.taken and bool(self.record.faces() or self.record.marks)

    @property
    def name(self) -> str:
        """What its files are called after."""
        return session_name(self.record.started, self.timezone, self.participant)

    @property
    def analyzed(self) -> AnalyzedFilm:
        """As it was shown."""
        return analyzed_session(self.record, self._maker, self.name, self.participant)

    @property
    def shown(self) -> AnalyzedFilm:
        """The same, as edited."""
        made_of = (self.edits, self.name, self.record.marks, self.record.duration)
        if self._shown is None or self._shown[0] != made_of:
            self._shown = made_of, self.edits.apply(self.analyzed)
        return self._shown[1]

    def edit(self, edits: Edits) -> None:
        self.edits = edits


def find(token: str) -> Study | None:
    """The study with this token."""
    return _STUDIES.get(token)


def session_name(
    started: datetime.datetime | None, timezone: str | None, participant: str = ""
) -> str:
    """ "Ann_2026-03-01_14-05-09": who it was and the start as the viewer's clock showed it.

    Args:
        started: With its time zone.
        timezone: The viewer's, as "Europe/Vienna"; UTC if it is not known.
        participant: "session" if it is empty.
    """
    who = participant.replace(".", " ").replace("/", " ").replace("\\", " ").strip() or "session"
    if started is None:
        return who
    try:
        local = started.astimezone(ZoneInfo(timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        local = started
    return f"{who}_{local:%Y-%m-%d_%H-%M-%S}"
