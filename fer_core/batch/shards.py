"""The files to read, cut into shards: what a worker takes at a time, and what a stop loses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any, Final

from fer_core.batch.inputs import Input
from fer_core.batch.look import PHOTO_COPY
from fer_core.store.names import alike, safe_stem
from fer_core.video.exports.files import ANNOTATED, EXPORTS

MOST: Final = 64
"""Files a shard: seconds of work."""
_FEWEST_SHARDS: Final = 32
"""If there are so many files: every worker has its share of a small job."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Some files in a row.

    Attributes:
        index: Its place among the shards.
        inputs: Its files.
        again: Whether an earlier run may have done some of it.
    """

    index: int
    inputs: tuple[Input, ...] = field(repr=False)
    again: bool = False


def cut(inputs: Sequence[Input], again: bool = False) -> Iterator[Shard]:
    """The shards of a job: they depend on its files alone. A film is a shard of its own."""
    most = min(max(len(inputs) // _FEWEST_SHARDS, 1), MOST)
    index, held = 0, list[Input]()
    for item in inputs:
        if held and (len(held) == most or item.is_film or held[-1].is_film):
            yield Shard(index, tuple(held), again)
            index, held = index + 1, []
        held.append(item)
    if held:
        yield Shard(index, tuple(held), again)


def digest(settings: Mapping[str, Any], inputs: Sequence[Input]) -> str:
    """SHA-256 of what decides about the rows: the settings, and each file's path, size and time."""
    state = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for item in inputs:
        state.update(json.dumps(item[:4]).encode())
    return state.hexdigest()


def with_stems(inputs: Sequence[Input], folder: Path) -> list[Input]:
    """Gives each file a name in the folder that no other has, nor a file that is there already.

    Names that differ in case or Unicode form only count as one: some systems take them so.
    """
    endings = (PHOTO_COPY, ANNOTATED, *EXPORTS)
    taken = {alike(path.name) for path in folder.iterdir()} if folder.is_dir() else set()
    used, numbers = set[str](), dict[str, int]()
    named = []
    for item in inputs:
        first = stem = safe_stem(PurePath(item.path).name)
        while alike(stem) in used or any(alike(f"{stem}{e}") in taken for e in endings):
            numbers[first] = numbers.get(first, 1) + 1
            stem = f"{first}-{numbers[first]}"
        used.add(alike(stem))
        named.append(item._replace(stem=stem))
    return named
