"""A run on disk: parts, what may be resumed and what may not, and the table at its end."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from batch_tools import FACE, NOBODY, paint, stub_job, stub_settings

from fer_core.batch import run as runs
from fer_core.batch.inputs import Input, find_inputs
from fer_core.batch.parts import Counts, counts_of, label_shard
from fer_core.batch.run import Run, opened, parts_folder, record_path
from fer_core.batch.shards import cut
from fer_core.errors import BatchError
from fer_core.store import files
from fer_core.store.files import locked_file

SETTINGS = stub_settings(stub_job())


def label(run: Run, most: int | None = None) -> int:
    """Labels missing shards in this process, at most so many; returns how many there were."""
    missing = run.missing()
    for shard in missing[:most]:
        run.save(shard, label_shard(stub_job(), shard.inputs, {}, shard.again, lambda _: None))
    return len(missing)


@pytest.fixture
def inputs(tmp_path: Path) -> list[Input]:
    return paint(tmp_path / "in", [FACE, NOBODY] * 50)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "results.csv"


def whole(out: Path, inputs: list[Input]) -> bytes:
    with opened(out, inputs, SETTINGS, None, resume=False) as run:
        label(run)
        run.finish()
    return out.read_bytes()


def refused(out: Path, inputs: list[Input], words: str, *, resume: bool) -> None:
    """The run does not begin, and the reason has these words."""
    with pytest.raises(BatchError, match=words), opened(out, inputs, SETTINGS, None, resume=resume):
        pass


class Killed(BaseException):
    pass


def begin(out: Path, inputs: list[Input], shards: int) -> None:
    """A run that is stopped after so many shards."""
    with suppress(Killed), opened(out, inputs, SETTINGS, None, resume=False) as run:
        label(run, shards)
        raise Killed


def test_a_whole_run_leaves_the_table_and_what_made_it(out: Path, inputs: list[Input]) -> None:
    with opened(out, inputs, SETTINGS, None, resume=False) as run:
        assert label(run) == 34  # 100 files, three a shard
        assert run.finish() == Counts(files=100, faces=50, crops=50)
    rows = list(csv.DictReader(out.open(newline="")))
    assert [row["file"] for row in rows] == [item.path for item in inputs]
    assert {row["answer"] for row in rows} == {"happy", ""}
    record = json.loads(record_path(out).read_text())
    assert record["model_sha256"] == "0" and record["files"] == 100 and record["versions"]
    assert sorted(path.name for path in out.parent.iterdir()) == [
        "in", "results.csv", "results.csv.run.json",
    ]  # fmt: skip


def test_a_stopped_run_goes_on_and_equals_an_unbroken_one(
    out: Path, inputs: list[Input], tmp_path: Path
) -> None:
    begin(out, inputs, 10)
    assert not out.exists()
    parts = sorted(parts_folder(out).glob("part-*"))
    assert len(parts) == 10
    parts[3].write_bytes(parts[3].read_bytes()[:-20])
    parts[4].write_bytes(parts[4].read_bytes().replace(b"happy", b"angry"))
    (parts_folder(out) / ".writing-1-part").write_bytes(b"half")
    with opened(out, inputs, SETTINGS, None, resume=True) as run:
        assert label(run) == 34 - 10 + 2  # the two damaged ones again
        run.finish()
    assert out.read_bytes() == whole(tmp_path / "other.csv", inputs)
    assert not parts_folder(out).exists()


def test_a_finished_run_is_not_repeated(out: Path, inputs: list[Input]) -> None:
    whole(out, inputs)
    with opened(out, inputs, SETTINGS, None, resume=True) as run:
        assert run.finished == Counts(files=100, faces=50, crops=50)


def test_a_table_of_other_files_is_replaced_without_resume(out: Path, inputs: list[Input]) -> None:
    before = whole(out, inputs)
    refused(out, inputs[:-1], "Without --resume", resume=True)
    with opened(out, inputs[:-1], SETTINGS, None, resume=False) as run:
        assert run.replaces and out.read_bytes() == before
        label(run)
        run.finish()
    assert before.startswith(out.read_bytes()) and out.read_bytes() != before


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("record", ["own", "damaged", "none"])
def test_a_table_that_no_run_left_so_is_not_replaced(
    out: Path, inputs: list[Input], resume: bool, record: str
) -> None:
    if record == "own":
        whole(out, inputs)
    elif record == "damaged" and not resume:
        record_path(out).write_text("{")
    out.write_text("labels of mine")
    refused(out, inputs, "altered", resume=resume)
    assert out.read_text() == "labels of mine"
    assert not parts_folder(out).exists()


def test_an_empty_file_holds_a_tables_place(out: Path, inputs: list[Input]) -> None:
    out.touch()  # as mktemp does
    with opened(out, inputs, SETTINGS, None, resume=False) as run:
        assert not run.replaces
        label(run)
        run.finish()
    assert out.stat().st_size > 0


def test_a_record_from_before_crops_were_counted_is_read(out: Path, inputs: list[Input]) -> None:
    whole(out, inputs)
    record = json.loads(record_path(out).read_text())
    del record["crops"]
    record_path(out).write_text(json.dumps(record))
    with opened(out, inputs, SETTINGS, None, resume=True) as run:
        assert run.finished == Counts(files=100, faces=50)


def test_the_first_files_that_could_not_be_read_are_named(out: Path, inputs: list[Input]) -> None:
    for item in inputs[10:30]:
        Path(item.path).write_bytes(b"no picture")
    with opened(out, inputs, SETTINGS, None, resume=False) as run:
        label(run)
        assert run.finish().not_read == 20
    assert [file for file, _ in run.unread] == [item.path for item in inputs[10:15]]
    assert all("not a picture" in problem for _, problem in run.unread)


@pytest.mark.parametrize("finished", [False, True])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda files, s: (files, {**s, "model_sha256": "1"}), "model_sha256"),
        (lambda files, s: (files, {**s, "versions": {**s["versions"], "av": "0"}}), "versions av"),
        (lambda files, s: (files, {**s, "annotate": "copies"}), "annotate"),
        (lambda files, s: (files[:-1], s), "1 gone (", ),
        (lambda files, s: ([*files, Input("new.png")], s), "1 new (new.png)"),
        (lambda files, s: ([files[0]._replace(changed=1), *files[1:]], s), "000.png"),
        (lambda files, s: ([files[0]._replace(size=1), *files[1:]], s), "1 changed"),
        (lambda files, s: (files[::-1], s), "order"),
    ],
)  # fmt: skip
def test_another_run_is_not_resumed(
    out: Path,
    inputs: list[Input],
    finished: bool,
    change: Callable[..., tuple[list[Input], dict[str, object]]],
    says: str,
) -> None:
    if finished:
        whole(out, inputs)
        kept = out.read_bytes()
    else:
        begin(out, inputs, 2)
    files, settings = change(inputs, SETTINGS)
    with pytest.raises(BatchError) as error:  # noqa: SIM117
        with opened(out, files, settings, None, resume=True):
            pass
    assert (says in str(error.value)) or (finished and "other files" in str(error.value))
    if finished:
        assert out.read_bytes() == kept
    else:
        with opened(out, inputs, SETTINGS, None, resume=True) as run:
            assert len(run.missing()) == 32


def test_an_unfinished_run_is_not_thrown_away(out: Path, inputs: list[Input]) -> None:
    begin(out, inputs, 2)
    refused(out, inputs, "--resume", resume=False)
    assert len(list(parts_folder(out).glob("part-*"))) == 2


def test_two_runs_do_not_write_one_table(out: Path, inputs: list[Input]) -> None:
    with opened(out, inputs, SETTINGS, None, resume=False) as run:
        for resume in (False, True):
            refused(out, inputs, "Another run", resume=resume)
        label(run)
        run.finish()


def test_who_is_refused_leaves_the_lock_to_its_owner(out: Path, inputs: list[Input]) -> None:
    with opened(out, inputs, SETTINGS, None, resume=False) as run:
        (parts_folder(out) / "run.json").unlink()  # as at its very begin, and its end
        for _ in range(2):
            refused(out, inputs, "Another run", resume=False)
        assert (parts_folder(out) / "lock").exists()
        label(run)
    assert not parts_folder(out).exists()


def test_a_lock_that_was_removed_meanwhile_is_nobodys(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with locked_file(lock) as mine:
        assert mine
        lock.unlink()
        with locked_file(lock) as others:
            assert others
    with lock.open("a+b"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_lock", lambda _: lock.unlink())
        with locked_file(lock) as mine:
            assert not mine


@pytest.mark.parametrize("how", ["folder", "file", "link"])
def test_what_is_not_a_runs_own_stays(out: Path, inputs: list[Input], how: str) -> None:
    place = parts_folder(out)
    album = out.with_name("album") if how == "link" else place
    kept = album / "lock" / "diary.txt" if how == "folder" else album / "diary.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    if how == "link":
        place.symlink_to(album)
    refused(out, inputs, "elsewhere", resume=False)
    assert kept.read_text() == "mine"


@pytest.mark.parametrize("name", ["files.jsonl", "run.json"])
@pytest.mark.parametrize("content", [b"[]", b"{", b"\xff", b"[" * 20_000, b'["a"]\n'])
def test_a_damaged_run_says_what_to_delete(
    out: Path, inputs: list[Input], name: str, content: bytes
) -> None:
    begin(out, inputs, 1)
    (parts_folder(out) / name).write_bytes(content)
    refused(out, inputs, f"delete {re.escape(str(parts_folder(out)))}", resume=True)


def test_a_damaged_record_alone_is_to_be_deleted(out: Path, inputs: list[Input]) -> None:
    whole(out, inputs)
    record_path(out).write_text("{")
    refused(out, inputs, f"delete {re.escape(str(record_path(out)))}", resume=True)


def test_what_a_kill_between_table_and_end_leaves_is_finished(
    out: Path, inputs: list[Input], monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(runs, "replace_text", kill)
        with suppress(Killed), opened(out, inputs, SETTINGS, None, resume=False):
            pass
    assert not parts_folder(out).exists()  # nothing was begun: no run.json
    expected = whole(out, inputs)
    begin(out, inputs, 34)
    with monkeypatch.context() as patch:
        patch.setattr(runs, "replace_text", kill)
        with suppress(Killed), opened(out, inputs, SETTINGS, None, resume=True) as run:
            run.finish()
    with opened(out, inputs, SETTINGS, None, resume=True) as run:
        assert label(run) == 0
        run.finish()
    assert out.read_bytes() == expected


@pytest.mark.parametrize("older", [False, True])
def test_a_kill_between_table_and_record_is_no_alteration(
    out: Path, inputs: list[Input], monkeypatch: pytest.MonkeyPatch, older: bool
) -> None:
    if older:
        whole(out, inputs[:3])
    begin(out, inputs, 34)
    swap = Path.replace

    def killed(source: Path, target: Path) -> Path:
        if target == record_path(out):
            raise Killed
        return swap(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with suppress(Killed), opened(out, inputs, SETTINGS, None, resume=True) as run:
            run.finish()
    made = out.read_bytes()
    with opened(out, inputs, SETTINGS, None, resume=True) as run:
        assert run.finish().files == 100
    assert out.read_bytes() == made
    with opened(out, inputs, SETTINGS, None, resume=True) as run:
        assert run.finished is not None


def test_a_table_that_somebody_put_there_meanwhile_stays(out: Path, inputs: list[Input]) -> None:
    begin(out, inputs, 34)
    out.write_text("mine")
    with (
        pytest.raises(BatchError, match="altered after a run wrote it, or no run did"),
        opened(out, inputs, SETTINGS, None, resume=True) as run,
    ):
        run.finish()
    assert out.read_text() == "mine"
    out.unlink()
    with opened(out, inputs, SETTINGS, None, resume=True) as run:
        assert run.missing() == [] and run.finish().files == 100


@pytest.mark.parametrize("count", ["1e400", "-4", '"x"', "null"])
def test_impossible_counts_are_damage(out: Path, inputs: list[Input], count: str) -> None:
    whole(out, inputs)
    record = record_path(out).read_text()
    record_path(out).write_text(record.replace('"not_read": 0', f'"not_read": {count}'))
    refused(out, inputs, f"delete {re.escape(str(record_path(out)))} and", resume=True)


def test_what_is_no_file_is_no_table(out: Path, inputs: list[Input]) -> None:
    os.mkfifo(out)
    refused(out, inputs, "is no file", resume=False)


def test_a_missing_part_is_no_table(out: Path, inputs: list[Input]) -> None:
    with pytest.raises(BatchError, match="missing"):  # noqa: SIM117
        with opened(out, inputs, SETTINGS, None, resume=False) as run:
            label(run, 33)
            run.finish()
    assert not out.exists()


@pytest.mark.parametrize(
    "part", [b"", b"\n", b"x", b"[]\n", b'{"files": 1}\n', b'{"sha256": "0"}\n', b"[1]\n[2]\n"]
)
def test_what_is_no_whole_part_is_told(part: bytes) -> None:
    assert counts_of(part) is None
    with pytest.raises(BatchError, match="damaged"):
        Run(Path("t.csv"), {}, []).save(next(cut([Input("a")])), part)


def test_inputs_of_a_run_are_found_alike_again(tmp_path: Path, inputs: list[Input]) -> None:
    assert find_inputs([str(tmp_path / "in")]).inputs == inputs
