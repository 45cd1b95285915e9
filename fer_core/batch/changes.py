"""What differs between a run that was begun and the one that is to go on with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from fer_core.batch.inputs import Input
from fer_core.errors import BatchError

Settings = Mapping[str, Any]
"""Everything beside the files that decides about the rows, as JSON."""

NAMED: Final = 5
"""So many files are named in a message."""


def require_same_settings(before: Settings, now: Settings, place: Path, remedy: str) -> None:
    """Raises BatchError if any setting is another one; `remedy` ends its message, about `place`."""
    old, new = _flat(before), _flat(now)
    changed = [
        f"{name} was {old.get(name)}, is {new.get(name)}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    if changed:
        raise BatchError(
            f"{place} is of other settings: {'; '.join(changed)}. {remedy.format(place)}"
        )


def require_same_files(
    before: Sequence[Input], now: Sequence[Input], place: Path, remedy: str
) -> None:
    """The same for the files, by path, size and time, and for their order."""
    old, new = ({item.path: item[1:4] for item in items} for items in (before, now))
    kinds = {
        "new": new.keys() - old.keys(),
        "gone": old.keys() - new.keys(),
        "changed": {path for path in old.keys() & new.keys() if old[path] != new[path]},
    }
    if any(kinds.values()):
        said = [_told(word, paths) for word, paths in kinds.items() if paths]
        raise BatchError(f"{place} is of other files: {'; '.join(said)}. {remedy.format(place)}")
    if [item.path for item in before] != [item.path for item in now]:
        raise BatchError(f"{place} is of the same files in another order. {remedy.format(place)}")


def _told(word: str, paths: set[str]) -> str:
    more = ", …" if len(paths) > NAMED else ""
    return f"{len(paths):,} {word} ({', '.join(sorted(paths)[:NAMED])}{more})"


def _flat(values: Settings, before: str = "") -> dict[str, Any]:
    flat = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{before}{name} "))
        else:
            flat[f"{before}{name}"] = value
    return flat
