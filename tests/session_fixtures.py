"""Sessions for tests, told as (time, face's number, answer)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from faces import answered

from fer_core.labels import UNSURE
from fer_core.types import Box
from fer_core.video.record import NOBODY, Rows, SessionRecord
from fer_core.video.tracking import TrackedFace

Told = Sequence[tuple[float, int, str]]
STARTED = datetime.datetime(2026, 3, 1, 13, 5, 9, tzinfo=datetime.UTC)


def tracked(
    number: int, answer: str, *, age: float = 0.0, side: int = 40, notes: tuple[str, ...] = ()
) -> TrackedFace:
    """A face whose answer has 70 %, or whose seven shares are equal if it is unsure."""
    shares = {} if answer == UNSURE else {answer: 0.7}
    face = answered(Box(10 * number, 20, side, side + 5), **shares)
    return TrackedFace(number, replace(face, notes=notes), answer, age)


def record_of(told: Told, **options: Any) -> SessionRecord:
    """The record of what is told; a frame without a face is told with the number `NOBODY`."""
    record = SessionRecord(now=lambda: STARTED, **options)
    for time, faces in groupby(told, key=lambda entry: entry[0]):
        record.append(time, [tracked(n, answer) for _, n, answer in faces if n != NOBODY])
    return record


def rows_of(told: Told) -> Rows:
    return record_of(told).rows()


def steady(
    number: int, answer: str, start: float, end: float, step: float = 0.1
) -> list[tuple[float, int, str]]:
    """One answer, or nobody, in each frame from `start` to before `end`."""
    n = round((end - start) / step)
    return [(round(start + i * step, 6), number, answer) for i in range(n)]
