"""add_runtimes.py: what stops it is one line, before Keras is imported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "add_runtimes.py"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("no model", "no model card"),
        ("altered model", "was altered"),
        ("no data", "nowhere"),
        ("other data", "trained on another data set"),
    ],
)
def test_what_stops_it_is_one_line(
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
        [sys.executable, str(SCRIPT), "--model", str(network), "--data", str(data)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("Stopped: ")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
