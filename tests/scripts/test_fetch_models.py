"""The script as it is called: its words and its exit status."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fer_core.store import assets
from scripts import fetch_models

ROOT = Path(__file__).resolve().parents[2]
CONTENT = b"a small network"


@pytest.fixture
def name(monkeypatch: pytest.MonkeyPatch) -> str:
    asset = assets.Asset((), hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    for module in (assets, fetch_models):
        monkeypatch.setattr(module, "ASSETS", {"network.bin": asset})
    monkeypatch.delenv(assets.ASSETS_VARIABLE, raising=False)
    return "network.bin"


def test_copies_then_says_that_it_is_there(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(CONTENT)
    arguments = ["--from", str(tmp_path), "--into", str(tmp_path / "into")]
    assert fetch_models.main(arguments) == 0
    assert "its hash is right" in capsys.readouterr().out
    assert (tmp_path / "into" / name).read_bytes() == CONTENT
    assert fetch_models.main(arguments) == 0
    assert "already there" in capsys.readouterr().out


def test_takes_the_environments_folder(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_bytes(CONTENT)
    monkeypatch.setenv(assets.ASSETS_VARIABLE, str(tmp_path))
    assert fetch_models.main(["--into", str(tmp_path / "into")]) == 0
    assert (tmp_path / "into" / name).read_bytes() == CONTENT


def test_a_wrong_file_is_refused_with_a_message(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(b"a false network")
    assert fetch_models.main(["--from", str(tmp_path), "--into", str(tmp_path / "into")]) == 1
    message = capsys.readouterr().err
    assert "not the pinned file, refused" in message
    assert "Haar cascade" in message
    assert list((tmp_path / "into").iterdir()) == []


def test_runs_from_anywhere_and_shows_no_traceback(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != assets.ASSETS_VARIABLE}
    run = subprocess.run(
        [sys.executable, ROOT / "scripts" / "fetch_models.py", "--from", tmp_path, "--into", "x"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert assets.YUNET in run.stderr
    assert "cannot be read" in run.stderr
    assert "Traceback" not in run.stderr
