"""A Ray cluster of two machines, both here: rows as of one process, whatever is killed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from batch_tools import FACE, NOBODY, SLOW, paint, stub_job, waited
from films import every, square, write_film

from fer_core.batch.cluster import on_a_cluster
from fer_core.batch.parts import label_shard
from fer_core.batch.shards import Shard, cut
from fer_core.batch.worker import pack
from fer_core.errors import BatchError

pytest.importorskip("ray", reason="requirements-cluster.txt is not installed")

ROOT = Path(__file__).resolve().parents[3]
PORTRAIT = ROOT / "ui/assets/eileen_collins.jpg"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("PYTHONPATH", str(ROOT / "tests"))  # for its processes: the stand-in
        cluster = Cluster()
        try:
            for _ in range(2):
                cluster.add_node(
                    num_cpus=1, object_store_memory=80_000_000, include_dashboard=False
                )
            cluster.wait_for_nodes()
            yield cluster.address
        finally:
            cluster.shutdown()


def tasks() -> list[psutil.Process]:
    """Processes of the cluster that label at this moment."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if "ray::_label" in " ".join(process.info["cmdline"] or []):
            found.append(process)
    return found


def test_a_killed_worker_loses_and_doubles_nothing(address: str, tmp_path: Path) -> None:
    shards = list(cut(paint(tmp_path / "in", [SLOW, FACE, NOBODY] * 70)))
    saved = dict[int, bytes]()
    killed = list[int]()

    def save(shard: Shard, part: bytes) -> None:
        assert shard.index not in saved
        saved[shard.index] = part

    def kill() -> None:
        assert waited(lambda: len(tasks()) == 2)  # one on each machine
        before = len(saved)
        assert waited(lambda: len(saved) >= before + 6 and len(tasks()) == 2)
        process = tasks()[0]
        process.kill()
        killed.append(process.pid)

    killer = threading.Thread(target=kill)
    killer.start()
    machines = on_a_cluster(shards, pack(stub_job()), save, lambda *_: None, address=address)
    killer.join()
    assert len(killed) == 1
    assert len(machines) == 2 and sum(machines.values()) == len(shards)  # both did their share
    assert saved == {
        shard.index: label_shard(stub_job(), shard.inputs, {}, False, lambda _: None)
        for shard in shards
    }


def test_the_command_gives_the_same_table(
    address: str, tmp_path: Path, make_model: Callable[..., Path]
) -> None:
    folder = tmp_path / "in"
    paint(folder, [NOBODY] * 40)
    shutil.copy(PORTRAIT, folder)
    (folder / "bad.jpg").write_text("no picture")
    write_film(folder / "film.mp4", every(0.1, 12), square)
    command = [sys.executable, str(ROOT / "scripts/predict.py"), "in", "--model", str(make_model())]
    for options in (["--out", "one.csv"], ["--out", "ray.csv", "--annotate", "copies"]):
        ray = ["--engine", "ray", "--address", address] if "ray.csv" in options else []
        run = subprocess.run(
            [*command, *options, *ray], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert run.returncode == 1 and "43 files (1 film), 1 not read" in run.stdout, run.stderr
    assert "on 2 machines" in run.stderr
    assert (tmp_path / "ray.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()
    copies = [path.name for path in (tmp_path / "copies").rglob("*") if path.is_file()]
    assert len([name for name in copies if not name.startswith("film")]) == 41
    assert any(name.startswith("film") and name.endswith(".mp4") for name in copies), copies


def test_no_cluster_is_said(tmp_path: Path) -> None:
    shards = list(cut(paint(tmp_path / "in", [FACE])))
    with pytest.raises(BatchError, match="Ray cluster"):
        on_a_cluster(
            shards, pack(stub_job()), lambda *_: None, lambda *_: None, address="127.0.0.1:1"
        )
