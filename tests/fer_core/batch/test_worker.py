"""A process that labels: what kills it or makes it hang costs one file, and is said."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from batch_tools import FACE, HANGS, KILLS, KILLS_ONCE, NOBODY, shard_of, stub_job, waited

from fer_core.batch.engines import on_this_machine
from fer_core.batch.parts import counts_of, label_shard, rows_in
from fer_core.batch.rows import COLUMNS
from fer_core.batch.shards import cut
from fer_core.batch.worker import Worker, pack
from fer_core.errors import BatchError


def as_dicts(part: bytes) -> list[dict[str, Any]]:
    assert counts_of(part) is not None
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows_in(part)]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_accidents_are_rows_and_the_other_files_go_on(here: Path) -> None:
    (here / "in").mkdir()
    shard = shard_of(here / "in", [FACE, KILLS, NOBODY, HANGS, KILLS_ONCE, FACE])
    worker = Worker(pack(stub_job()), patience=2)
    beats = list[float]()
    try:
        part = worker.label(shard, beats.append)
    finally:
        worker.close()
    rows = as_dicts(part)
    assert [Path(row["file"]).stem for row in rows] == ["000", "001", "002", "003", "004", "005"]
    assert [row["faces_found"] for row in rows] == [1, None, 0, None, 0, 1]
    assert "signal 9" in rows[1]["problem"] and "2 seconds" in rows[3]["problem"]
    assert [bool(row["problem"]) for row in rows] == [False, True, False, True, False, False]
    assert (here / "killed_once").exists()  # a single death is no file's fault
    assert max(beats) == 5.0
    counts = counts_of(part)
    assert counts is not None
    assert (counts.files, counts.faces, counts.not_read) == (6, 2, 2)


def test_a_worker_labels_as_the_function_does(here: Path) -> None:
    shard = shard_of(here / "in", [FACE, NOBODY])
    worker = Worker(pack(stub_job()))
    try:
        part = worker.label(shard)
        first = worker.pid
        assert worker.label(shard) == part
        assert worker.pid == first  # it stays
    finally:
        worker.close()
    assert part == label_shard(stub_job(), shard.inputs, {}, False, lambda _: None)


def test_a_worker_that_cannot_begin_is_said(here: Path) -> None:
    worker = Worker(b"no job")
    with pytest.raises(BatchError, match="cannot load"):
        worker.label(shard_of(here / "in", [FACE]))


def test_other_versions_are_refused(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pickle

    versions, folder, job = pickle.loads(pack(stub_job()))
    worker = Worker(pickle.dumps(({**versions, "numpy": "0.1"}, folder, job)))
    with pytest.raises(BatchError, match="same versions"):
        worker.label(shard_of(here / "in", [FACE]))
    worker.close()
    elsewhere = Worker(pickle.dumps((versions, str(here / "absent"), job)))
    with pytest.raises(BatchError, match="folder"):
        elsewhere.label(shard_of(here / "in", [FACE]))
    elsewhere.close()


def test_a_worker_can_be_stopped_while_it_hangs(here: Path) -> None:
    shard = shard_of(here / "in", [HANGS])
    worker, begun = Worker(pack(stub_job())), threading.Event()
    failures = list[BaseException]()

    def label() -> None:
        try:
            worker.label(shard, lambda _: begun.set())
        except BatchError as error:
            failures.append(error)

    thread = threading.Thread(target=label)
    thread.start()
    assert begun.wait(60)
    worker.stop()
    thread.join(30)
    assert not thread.is_alive() and len(failures) == 1


@pytest.mark.parametrize("workers", [1, 3])
def test_every_shard_is_saved_once_whoever_labels_it(here: Path, workers: int) -> None:
    shards = list(cut(shard_of(here / "in", [FACE, NOBODY] * 40).inputs))
    saved = dict[int, bytes]()
    lock = threading.Lock()

    def save(shard: Any, part: bytes) -> None:
        with lock:
            assert shard.index not in saved
            saved[shard.index] = part

    on_this_machine(shards, pack(stub_job()), save, lambda *_: None, workers=workers)
    plain = {s.index: label_shard(stub_job(), s.inputs, {}, False, lambda _: None) for s in shards}
    assert saved == plain


def test_what_saving_raises_ends_all_workers(here: Path) -> None:
    shards = list(cut(shard_of(here / "in", [FACE] * 3 + [HANGS]).inputs))

    def save(shard: Any, part: bytes) -> None:
        raise OSError("full")

    ended = threading.Event()

    def label() -> None:
        with pytest.raises(OSError, match="full"):
            on_this_machine(shards, pack(stub_job()), save, lambda *_: None, workers=2)
        ended.set()

    threading.Thread(target=label, daemon=True).start()
    assert waited(ended.is_set)
