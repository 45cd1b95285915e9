"""A shard's rows as a part: lines of JSON, the last of which says whether it is whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from fer_core.batch.inputs import Input
from fer_core.batch.look import Job, Result, look_at
from fer_core.batch.rows import COLUMNS, Row, faces_in, may_be_a_crop, rows_of
from fer_core.recognition.photos import PhotoResult
from fer_core.video.film import AnalyzedFilm


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of some files.

    Attributes:
        files: How many there are.
        films: Of these, that were analysed.
        faces: That were answered; of a film, how many different ones.
        not_read: Files that have a problem instead of a result.
        crops: Pictures that may be faces already, by `may_be_a_crop`.
    """

    files: int = 0
    films: int = 0
    faces: int = 0
    not_read: int = 0
    crops: int = 0

    def __add__(self, other: Counts) -> Self:
        mine, others = asdict(self), asdict(other)
        return type(self)(**{name: mine[name] + others[name] for name in mine})

    @classmethod
    def of(cls, result: Result) -> Self:
        film = isinstance(result, AnalyzedFilm)
        problem = not isinstance(result, AnalyzedFilm) and bool(result.problem)
        return cls(1, int(film), faces_in(result), int(problem), int(may_be_a_crop(result)))


def label_shard(
    job: Job,
    inputs: tuple[Input, ...],
    given_up: Mapping[int, str],
    again: bool,
    beat: Callable[[float], None],
) -> bytes:
    """Analyses the files of a shard → its part: the one function that every engine runs.

    Args:
        given_up: Of files that are not to be tried again: index in `inputs` → why.
        again: As of `look_at`.
        beat: Called with the index of the file that is begun, and, of a film, the share done
            added to it.
    """
    lines, counts = list[str](), Counts()
    for index, item in enumerate(inputs):
        beat(float(index))

        def within(share: float, index: int = index) -> None:
            beat(index + min(share, 0.999))

        if reason := given_up.get(index):
            result: Result = PhotoResult(item.path, problem=reason)
        else:
            result = look_at(item, job, again=again, beat=within)
        counts += Counts.of(result)
        lines += [json.dumps(row) for row in rows_of(result)]
    body = "".join(f"{line}\n" for line in lines).encode()
    end = {**asdict(counts), "sha256": hashlib.sha256(body).hexdigest()}
    return body + json.dumps(end).encode() + b"\n"


def counts_of(part: bytes) -> Counts | None:
    """What a part's last line says; None if the part is damaged or cut off."""
    body, end = _split(part)
    try:
        values: dict[str, Any] = json.loads(end)
        whole = values.pop("sha256") == hashlib.sha256(body).hexdigest()
        return Counts(**values) if whole else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def problems_in(part: bytes) -> Iterator[tuple[str, str]]:
    """(file, why it could not be read) of a whole part."""
    for row in rows_in(part):
        values = dict(zip(COLUMNS, row, strict=True))
        if values["problem"]:
            yield values["file"], values["problem"]


def rows_in(part: bytes) -> Iterator[Row]:
    """The rows of a whole part."""
    return (tuple(json.loads(line)) for line in _split(part)[0].splitlines())


def _split(part: bytes) -> tuple[bytes, bytes]:
    cut = part.rfind(b"\n", 0, -1) + 1
    return part[:cut], part[cut:]
