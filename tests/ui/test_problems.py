from pathlib import Path

import pytest

from fer_core.errors import ReportError
from fer_core.store import model_files
from ui import problems


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("There is no file at /home/ann/models/a.tflite.", "There is no file at a.tflite."),
        ("There is none at ~/models/a.tflite.", "There is none at a.tflite."),
        ("FER_ASSETS is set to /data, which", "FER_ASSETS is set to data, which"),
        (r"C:\Users\ann\a.tflite was altered", "a.tflite was altered"),
        ("'/srv/fer/a.json' (in /srv/fer)", "'a.json' (in fer)"),
        ("as happy/, sad/ or test/happy/a.jpg", "as happy/, sad/ or test/happy/a.jpg"),
        ("5 / 7, and/or https://a.org/b/c", "5 / 7, and/or https://a.org/b/c"),
        ("Run scripts/evaluate.py.", "Run scripts/evaluate.py."),
    ],
)
def test_of_a_path_the_last_part_is_said(message: str, said: str) -> None:
    assert problems.said(ReportError(message)) == said


def test_the_models_folder_is_called_so(monkeypatch, tmp_path: Path) -> None:
    folder = tmp_path / "Ann's models"
    monkeypatch.setattr(model_files, "MODELS", folder)
    assert problems.said(f"No file in {folder}.") == "No file in models."
    assert problems.said(f"No file at {folder / 'a.tflite'}.") == "No file at models/a.tflite."
