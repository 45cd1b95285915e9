"""A run over many files on disk: what it is of, the parts that are done, and the table at its end.

While it lasts, RESULTS.parts/ beside the table holds `files.jsonl` (each file's path, size and
time), `run.json` (the settings) and a part for each finished shard, each swapped in whole. A kill
at any moment leaves at most whole parts; only those whose hash is right count. At the end the table
stands, with RESULTS.run.json beside it, which says what made it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from fer_core.batch.changes import NAMED, Settings, require_same_files, require_same_settings
from fer_core.batch.inputs import Input
from fer_core.batch.parts import Counts, counts_of, problems_in, rows_in
from fer_core.batch.rows import Row
from fer_core.batch.shards import Shard, cut, digest, with_stems
from fer_core.batch.table import write_table
from fer_core.errors import BatchError
from fer_core.store.files import (
    locked_file,
    read_json,
    replace_bytes,
    replace_text,
    replaced_together,
    require_writable,
)

_FORMAT: Final = 1
_OWN: Final = re.compile(
    r"lock|run\.json|table\.json|files\.jsonl|part-\d{6}-[0-9a-f]{16}\.jsonl|\.?writing-\d+-.+"
)
"""The names of what a run keeps in its folder, and removes from it."""
_DELETE: Final = "To begin anew, delete {}."
_REPLACE: Final = "Without --resume, a new run replaces {}."
_ALTERED: Final = (
    "{} was altered after a run wrote it, or no run did. Move or delete it, or name another table."
)


@dataclass(slots=True, eq=False)
class Run:
    """Attributes:
    out: The table.
    settings: What the rows depend on.
    inputs: The files, with the names of their copies.
    resumed: Whether an earlier run may have done some of it.
    finished: What became of the files, if the table is there already.
    replaces: Whether the table of an earlier run stands there until this one is whole.
    unread: At the end, the first files that could not be read, and why.
    """

    out: Path
    settings: Settings
    inputs: Sequence[Input] = field(repr=False)
    resumed: bool = False
    finished: Counts | None = None
    replaces: bool = False
    unread: list[tuple[str, str]] = field(default_factory=list, repr=False)

    def missing(self) -> list[Shard]:
        """The shards without a whole part."""
        shards = cut(self.inputs, self.resumed)
        return [shard for shard in shards if not self.resumed or self._part(shard) is None]

    def save(self, shard: Shard, part: bytes) -> None:
        """Puts a shard's part in its place.

        Raises:
            BatchError: it is damaged.
            OSError: it cannot be written.
        """
        if counts_of(part) is None:
            raise BatchError(f"What a worker answered for shard {shard.index} is damaged.")
        replace_bytes(self._path(shard), part)

    def finish(self) -> Counts:
        """Joins the parts to the table, in the order of the files, and removes them."""
        total = Counts()

        def rows() -> Iterator[Row]:
            nonlocal total
            for shard in cut(self.inputs):
                part = self._part(shard)
                counts = None if part is None else counts_of(part)
                if part is None or counts is None:
                    raise BatchError(
                        f"{self._path(shard)} is missing or damaged. --resume makes it again."
                    )
                total += counts
                if counts.not_read and len(self.unread) < NAMED:
                    self.unread = [*self.unread, *problems_in(part)][:NAMED]
                yield from rows_in(part)

        with replaced_together() as beside:
            written = beside(self.out)
            write_table(written, rows(), self.settings)
            record = {
                **self.settings,
                **asdict(total),
                "digest": digest(self.settings, self.inputs),
                "sha256": _sha256(written),
            }
            beside(record_path(self.out)).write_text(json.dumps(record, indent=1), "utf-8")
            _require_unaltered(self.out)  # since the run began
            # A kill between the two leaves this table, which the run that goes on may replace.
            replace_text(_own_table(self.out), json.dumps({"sha256": record["sha256"]}))
        (parts_folder(self.out) / "run.json").unlink()
        return total

    def _path(self, shard: Shard) -> Path:
        state = digest(self.settings, shard.inputs)
        return parts_folder(self.out) / f"part-{shard.index:06d}-{state[:16]}.jsonl"

    def _part(self, shard: Shard) -> bytes | None:
        try:
            part = self._path(shard).read_bytes()
        except OSError:
            return None
        return None if counts_of(part) is None else part


def parts_folder(out: Path) -> Path:
    return out.with_name(f"{out.name}.parts")


def record_path(out: Path) -> Path:
    return out.with_name(f"{out.name}.run.json")


@contextmanager
def opened(
    out: Path, inputs: Sequence[Input], settings: Settings, annotate: Path | None, *, resume: bool
) -> Iterator[Run]:
    """The run that writes `out`: a new one, or with `resume` the one that was begun, if any was.

    Raises:
        BatchError: another process writes it at this moment; something that is no run's, or was
            altered since, lies in its place or that of its parts; a run was begun and `resume` is
            not set; or it is, and that run is damaged, or was of other settings or files, which the
            message names.
    """
    folder = parts_folder(out)
    _make(folder)
    with _alone_in(folder, out.name):
        try:
            yield _opened(out, inputs, {"format": _FORMAT, **settings}, annotate, resume)
        finally:
            done = not (folder / "run.json").exists()
            if done:
                _clear(folder)
                _remove(folder)
    if done and os.name == "nt":  # which removes no file that is open, so nobody else's lock either
        _remove(folder)


def _make(folder: Path) -> None:
    """Raises BatchError if there is something else in its place, or somebody's files are in it."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise BatchError(
            f"{folder} is in the way: a run keeps its parts there. Move it, or write the table "
            "elsewhere."
        )
    folder.mkdir(parents=True, exist_ok=True)
    strange = sorted(each.name for each in folder.iterdir() if not _is_own(each))
    if strange:
        raise BatchError(
            f"{folder} has files that are no run's ({', '.join(strange[:NAMED])}). Move them, or "
            "write the table elsewhere."
        )


def _is_own(path: Path) -> bool:
    return bool(_OWN.fullmatch(path.name)) and not path.is_dir()


@contextmanager
def _alone_in(folder: Path, name: str) -> Iterator[None]:
    """Raises BatchError if another process is at work in the folder."""
    with ExitStack() as stack:
        alone = False
        with suppress(FileNotFoundError):  # removed just now, by a run that has ended
            alone = stack.enter_context(locked_file(folder / "lock"))
        if not alone:
            raise BatchError(f"Another run writes {name} at this moment.")
        yield


def _remove(folder: Path) -> None:
    """The lock and the folder, if they can be removed and it is empty."""
    with suppress(OSError):
        (folder / "lock").unlink(missing_ok=True)
        folder.rmdir()


def _opened(
    out: Path, inputs: Sequence[Input], settings: Settings, annotate: Path | None, resume: bool
) -> Run:
    begun = parts_folder(out) / "run.json"
    if begun.exists():
        if not resume:
            raise BatchError(
                f"A run that writes {out.name} was begun and not finished. --resume goes on with "
                f"it; to begin anew, delete {begun.parent}."
            )
        require_same_settings(_read(begun, begun.parent), settings, begun.parent, _DELETE)
        stored = list(_stored(begun.parent))
        require_same_files(stored, inputs, begun.parent, _DELETE)
        return Run(out, settings, stored, resumed=True)
    if resume and record_path(out).exists() and out.exists():
        return Run(out, settings, inputs, True, _finished(out, inputs, settings))
    _require_unaltered(out)
    require_writable(record_path(out))
    replaces = out.exists() and out.stat().st_size > 0
    _clear(begun.parent)
    named = list(inputs) if annotate is None else with_stems(inputs, annotate)
    lines = "".join(json.dumps(item) + "\n" for item in named)
    replace_text(begun.parent / "files.jsonl", lines)
    replace_text(begun, json.dumps(settings, indent=1))
    return Run(out, settings, named, replaces=replaces)


def _finished(out: Path, inputs: Sequence[Input], settings: Settings) -> Counts:
    record = _read(record_path(out), f"{record_path(out)} and {out}")
    if record.get("sha256") != _sha256(out):
        raise BatchError(_ALTERED.format(out))
    own = {name: record.get(name) for name in settings}
    require_same_settings(own, settings, out, _REPLACE)
    if record.get("digest") != digest(settings, inputs):
        raise BatchError(f"{out} was made of other files. {_REPLACE.format(out)}")
    try:
        counts = Counts(**{name: int(record.get(name, 0)) for name in asdict(Counts())})
        if min(asdict(counts).values()) < 0:
            raise ValueError("a count below 0")
    except (TypeError, ValueError, OverflowError) as error:
        place = record_path(out)
        raise BatchError(f"{place} is damaged. {_DELETE.format(f'{place} and {out}')}") from error
    return counts


def _require_unaltered(out: Path) -> None:
    """Raises BatchError unless `out` is free, empty, or a table that a run can make again."""
    if not out.exists():
        return
    if not out.is_file():
        raise BatchError(f"{out} is no file. Name another table.")
    left = {_sha_in(record_path(out)), _sha_in(_own_table(out))}
    if out.stat().st_size and _sha256(out) not in left:
        raise BatchError(_ALTERED.format(out))


def _own_table(out: Path) -> Path:
    """Says which table a run is just about to put in its place."""
    return parts_folder(out) / "table.json"


def _sha_in(path: Path) -> object:
    with suppress(BatchError):  # there is none, or it is damaged
        return _read(path, path).get("sha256")
    return None


def _read(path: Path, whole: Path | str) -> dict[str, Any]:
    return read_json(path, BatchError, _DELETE.format(whole), dict)


def _stored(folder: Path) -> Iterator[Input]:
    path = folder / "files.jsonl"
    try:
        with path.open(encoding="ascii") as file:
            yield from [Input(*json.loads(line)) for line in file]
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise BatchError(f"{path} is damaged. {_DELETE.format(folder)}") from error


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != "lock" and _is_own(path):
            path.unlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
