"""Streamlit's own test harness around the real app, with a small model instead of the large one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fer_core.store import model_files
from page_tools import write_history, write_report
from ui.charts import draw

APP = Path(__file__).resolve().parents[2] / "app.py"
Open = Callable[[str], AppTest]


@pytest.fixture
def models(tmp_path: Path, make_model, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder of its own, with the default model, its report and its history."""
    make_model(model_files.DEFAULT_MODEL)
    write_report(tmp_path / f"{model_files.DEFAULT_MODEL}.report.json")
    write_history(tmp_path / f"{model_files.DEFAULT_MODEL}.history.csv")
    monkeypatch.setattr(model_files, "MODELS", tmp_path)
    monkeypatch.setattr(draw, "PAINT_S", 0.0)
    st.cache_resource.clear()
    return tmp_path


@pytest.fixture
def open_page(models: Path) -> Open:
    """Opens a page of the app by its file's name; "start" is what the app opens with."""

    def opened(name: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        if name != "start":
            app.switch_page(f"pages/{name}.py")
        app.run()
        assert not app.exception
        return app

    return opened
