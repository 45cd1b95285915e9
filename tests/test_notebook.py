"""The guided tour runs from its first cell to its last, on generated data, and is stored clean."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks/training_pipeline.ipynb"


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]


def test_it_is_stored_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    assert outputs(notebook) == []
    assert {c.execution_count for c in notebook.cells if c.cell_type == "code"} == {None}


def test_started_elsewhere_it_says_where_to_start(tmp_path: Path) -> None:
    first = next(c for c in nbformat.read(NOTEBOOK, as_version=4).cells if c.cell_type == "code")
    run = subprocess.run(
        [sys.executable, "-c", first.source],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = run.stderr.splitlines()  # no traceback
    assert "checkout" in line and line.endswith(f"Started in: {tmp_path}")


@pytest.mark.slow
def test_it_runs_on_generated_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FER_DATA", raising=False)
    monkeypatch.delenv("MPLBACKEND", raising=False)  # Streamlit's harness sets Agg: no pictures
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # what the notebook writes goes with the test
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(
        notebook,
        timeout=600,  # a cell, on a busy machine
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
    ).execute()
    shown = outputs(notebook)
    text = "".join(output.text for output in shown if output.output_type == "stream")
    figures = [output for output in shown if "image/png" in output.get("data", {})]
    assert len(figures) == 7
    assert "schematic faces" in text
    assert "found 1 face(s)" in text
    # Guessing reaches a seventh: the miniature must have learned something.
    share = float(text.split("right for ")[1].split("%")[0]) / 100
    assert share > 0.22
