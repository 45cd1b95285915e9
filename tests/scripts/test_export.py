"""export.py: what stops it is one line, before Keras is imported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import export

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "export.py"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("no model", "none.card.json"),
        ("altered model", "was altered"),
        ("no data", "nowhere"),
        ("other data", "trained on another data set"),
    ],
)
def test_what_stops_further_runtimes_is_one_line(
    make_model: Callable[..., Path],
    dataset_folder: Path,
    tmp_path: Path,
    fault: str,
    message: str,
) -> None:
    network, data = make_model(), dataset_folder
    if fault == "no model":
        network = tmp_path / "none.tflite"
    if fault == "altered model":
        network.write_bytes(network.read_bytes()[:-1] + b"!")
    if fault == "no data":
        data = tmp_path / "nowhere"
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--add-runtimes", str(network), "--data", str(data)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("Stopped: ")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "one of the arguments --run --add-runtimes is required"),
        (["--run", "x"], "--name STEM is missing"),
        (["--run", "x", "--add-runtimes", "y"], "not allowed with"),
    ],
)
def test_it_is_told_what_to_export(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        export.main([*options, "--data", "x"])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", ["sub/x", "x.int8", "x.tflite", ".hidden"])
def test_a_name_that_no_model_can_have_is_told_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    options = ["--run", tmp_path / "run", "--name", name, "--data", tmp_path / "none"]
    assert export.main([str(option) for option in options]) == 2
    assert f"Received: {name!r}" in capsys.readouterr().err
