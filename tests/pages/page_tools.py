"""What the tests of the pages share."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from made_figures import split_of
from streamlit.testing.v1 import AppTest

from fer_core.evaluation.audits.slices import Agreement, slices
from fer_core.evaluation.history import COLUMNS
from fer_core.evaluation.report import EvaluationReport, save_report


def write_report(path: Path, seed: int = 0) -> None:
    """A report over 700 made-up answers, right for about two of three."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(7), 100)
    answers = np.where(rng.random(700) < 0.65, labels, rng.integers(0, 7, 700))
    split = split_of(labels, answers, confidence=0.7, unsure_below=0.4)
    measured = {"brightness": rng.uniform(0, 255, 700)}
    split = dataclasses.replace(
        split,
        slices=slices(measured, labels == answers),
        agreement=(Agreement(1, 4, 100, 40, 50, 45), Agreement(9, 10, 600, 500, 590, 510)),
    )
    names = ("public", "private", "test", "private_deduplicated")
    save_report(EvaluationReport(dict.fromkeys(names, split), model=path.name.split(".")[0]), path)


def write_history(path: Path) -> None:
    phases = ("warm-up", "warm-up", "fine-tuning")
    rows = [f"{i},{name},96,0.001,2,0.3,2,0.3,1" for i, name in enumerate(phases, start=1)]
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")


def texts(app: AppTest) -> str:
    """Everything written on a page."""
    kinds = ("title", "header", "markdown", "caption", "error", "warning", "info", "metric")
    return "\n".join(str(item.value) for kind in kinds for item in app.get(kind))
