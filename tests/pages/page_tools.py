"""What the tests of the pages share."""

from __future__ import annotations

import dataclasses
import io
import re
from pathlib import Path

import numpy as np
from made_figures import split_of
from PIL import Image
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

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
    kinds = ("title", "header", "markdown", "caption", "error", "warning", "info")
    written = [str(item.value) for kind in kinds for item in app.get(kind)]
    return "\n".join([*written, *map(" ".join, figures(app))])


def figures(app: AppTest) -> list[tuple[str, str]]:
    """The name and the value of each large figure of a page."""
    html = "".join(item.proto.body for item in app.get("html"))
    return re.findall('<div class="figure">([^<]*)<div>([^<]*)</div></div>', html)


def open_panel(app: AppTest, name: str) -> AppTest:
    """Opens a tab of the Evaluation page: only the chosen one is drawn."""
    app.session_state["panel"] = name
    app.run()
    assert not app.exception
    return app


def png(value: int) -> bytes:
    """A plain gray picture of that level."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((120, 160, 3), value, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Adds (name, content) on the Photos page."""
    uploads = [(name, data, "application/octet-stream") for name, data in files]
    return app.file_uploader[0].set_value(uploads).run()


def button(app: AppTest, label: str) -> Button:
    return next(each for each in app.button if each.label == label)


def shown(app: AppTest) -> str:
    """The HTML on a page."""
    return "\n".join(html.proto.body for html in app.get("html"))
