"""Files to fetch: made once, and there as long as their button is."""

import csv
import io

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest


class Page:
    """A page with one button; what its file is made of, and whether it is shown, can change."""

    def __init__(self) -> None:
        self.of: object = [1]
        self.shown = True
        self.made: list[object] = []

    def make(self) -> bytes:
        self.made.append(self.of)
        return repr(self.of).encode()

    def draw(self) -> None:
        from ui import downloads

        downloads.begin()
        if self.shown:
            downloads.button("Fetch", "a.txt", "text/plain", key="a", of=self.of, make=self.make)
        downloads.sweep()


@pytest.fixture
def given(monkeypatch) -> list[object]:
    """What the buttons were given, run by run."""
    handed = []

    def button(label, data, *_, **options):
        assert options["on_click"] == "ignore"
        handed.append(data)

    monkeypatch.setattr(st, "download_button", button)
    return handed


def _app(page: Page) -> AppTest:
    def script(page):
        page.draw()

    app = AppTest.from_function(script, args=(page,), default_timeout=60).run()
    assert not app.exception
    return app


def test_a_file_is_made_once_for_what_it_is_made_of(given):
    page = Page()
    app = _app(page)
    page.of = [1]  # equal, though another list
    app.run()
    page.of = [2]
    app.run()
    assert page.made == [[1], [2]]
    # Bytes, not a callable: Streamlit drops a callable's file when any visitor's run ends.
    assert given == [b"[1]", b"[1]", b"[2]"]


def test_a_file_without_a_button_is_forgotten(given):
    page = Page()
    app = _app(page)
    page.shown = False
    app.run()
    assert app.session_state["downloads"] == {}
    page.shown = True
    app.run()
    assert page.made == [[1], [1]]


def test_a_table_can_be_fetched_without_formulas(given):
    def draw():
        from ui import downloads

        downloads.table([{"name": "=1+1", "n": -1}, {"name": "b", "n": None}], "odd")
        downloads.table([], "empty")

    app = AppTest.from_function(draw, default_timeout=60).run()
    assert not app.exception
    (data,) = given
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows == [["name", "n"], ["'=1+1", "-1"], ["b", ""]]
    assert len(app.dataframe) == 2


def test_no_page_hands_a_download_a_callable():
    """Every file goes by way of ui/downloads.py."""
    from test_architecture import python_files

    users = [path for path, source in python_files() if "download_button(" in source]
    assert users == ["ui/downloads.py"]
