"""The Evaluation page in Chromium: its matrix is drawn with the report's own numbers."""

import numpy as np
import pytest
from live_page import until

from fer_core.evaluation.report import load_report
from fer_core.labels import EMOTIONS
from fer_core.store.model_files import DEFAULT_MODEL, REPORT_SUFFIX, model_file

PLOT = ".js-plotly-plot"
CELLS = f"{PLOT}:has(.heatmaplayer) .annotation-text"
LINES = """(cells) => cells.map((cell) =>
  Array.from(cell.querySelectorAll("tspan.line"), (line) => line.textContent))"""


@pytest.fixture
def split():
    return load_report(model_file(DEFAULT_MODEL, REPORT_SUFFIX)).splits["private"]


def _drawn(page, line):
    """One line of each cell of the matrix, as numbers; None while it is not drawn."""
    cells = page.locator(CELLS).evaluate_all(LINES)
    if len(cells) != len(EMOTIONS) ** 2 or min(map(len, cells)) <= line:
        return None
    numbers = [float(cell[line].split()[0].replace(",", "")) for cell in cells]
    return np.array(numbers).reshape(len(EMOTIONS), len(EMOTIONS))


def _shows(page, line, expected, tolerance=0.0):
    """Whether the matrix is drawn with these numbers."""
    drawn = _drawn(page, line)
    return drawn is not None and bool((np.abs(drawn - expected) <= tolerance).all())


def test_matrix_is_drawn_with_the_reports_numbers(open_page, split):
    counts = np.array(split.confusion_matrix)
    shares = 100 * counts / counts.sum(axis=1, keepdims=True)
    page = open_page("evaluation")
    page.locator(f"{PLOT} .heatmaplayer image").first.wait_for(state="attached")
    box = page.locator(f"{PLOT}:has(.heatmaplayer)").bounding_box()
    assert min(box["width"], box["height"]) > 300
    # By row, which the page opens with, the share comes first and the count under it.
    until(page, lambda: _shows(page, 0, shares, 0.51))
    until(page, lambda: _shows(page, 1, counts))

    page.get_by_text("Counts", exact=True).click()
    until(page, lambda: _shows(page, 0, counts))


def test_on_a_telephone_the_matrix_has_room_for_its_numbers(open_page):
    page = open_page("evaluation", viewport={"width": 390, "height": 844})
    page.locator(CELLS).first.wait_for()
    plot = page.locator(f"{PLOT}:has(.heatmaplayer)").bounding_box()["width"]
    cell = page.locator(f"{PLOT} .heatmaplayer image").first.bounding_box()["width"] / len(EMOTIONS)
    assert cell * len(EMOTIONS) > 0.7 * plot
    widest = max(text.bounding_box()["width"] for text in page.locator(CELLS).all())
    assert widest + 6 <= cell, "no number touches the edges of its cell"


def test_headline_is_the_reports_accuracy(open_page, split):
    page = open_page("evaluation")
    figure = f"{100 * split.accuracy.value:.1f} %"
    page.locator(".figure").filter(has_text=figure).first.wait_for()


def test_narrow_page_does_not_scroll_sideways(open_page):
    page = open_page("evaluation", viewport={"width": 390, "height": 844})
    page.locator(PLOT).first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_click_on_a_cell_chooses_the_faces_behind_it(open_page, split):
    page = open_page("evaluation")
    until(page, lambda: page.locator(CELLS).count() == len(EMOTIONS) ** 2)
    words = page.locator(CELLS).nth(7 * EMOTIONS.index("fear") + EMOTIONS.index("sad"))
    words.scroll_into_view_if_needed()
    cell = words.bounding_box()
    page.mouse.click(cell["x"] + cell["width"] / 2, cell["y"] + cell["height"] / 2)
    count = split.counts[EMOTIONS.index("fear"), EMOTIONS.index("sad")]
    page.get_by_text(f"{count:,} faces, the surest answers first").first.wait_for()
