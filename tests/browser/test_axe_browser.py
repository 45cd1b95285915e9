"""Pages with results, with errors, with an open drawer: axe-core, and figures by the keyboard."""

import pytest
from axe import serious
from live_page import until, wait_for_foot

THEMES = pytest.mark.parametrize("theme", ["light", "dark"])
BROKEN = {"mimeType": "image/jpeg", "buffer": b"no picture"}


def _give(page, name):
    page.locator("input[type=file]").first.set_input_files([{"name": name, **BROKEN}])
    page.get_by_role("alert").first.wait_for()
    page.wait_for_timeout(500)


@THEMES
def test_evaluation_in_every_tab(open_page, theme):
    page = open_page("evaluation", color_scheme=theme)
    wait_for_foot(page)
    figures = 0
    for tab in page.get_by_role("tab").all():
        tab.click()
        wait_for_foot(page)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        assert serious(page) == [], tab.inner_text()
        shown = page.get_by_role("figure").filter(visible=True)
        for figure in shown.all():
            assert len(figure.get_attribute("aria-label").split()) > 3, "it says what it shows"
            assert figure.evaluate("figure => (figure.focus(), figure === document.activeElement)")
        figures += shown.count()
    assert figures > 5


@THEMES
def test_photos_with_an_error_and_with_a_result(open_page, theme):
    page = open_page("photos", color_scheme=theme)
    wait_for_foot(page)
    _give(page, "broken.jpg")
    assert serious(page) == []
    page.reload()
    wait_for_foot(page)
    page.get_by_role("button", name="Use the sample").click()
    until(page, lambda: page.locator(".face").count())
    page.wait_for_timeout(500)
    assert serious(page) == []


@THEMES
def test_films_with_an_error(open_page, theme):
    page = open_page("films", color_scheme=theme)
    wait_for_foot(page)
    _give(page, "broken.mp4")
    assert serious(page) == []


@THEMES
@pytest.mark.parametrize("path", ["photos", "live"])
def test_an_open_drawer_on_a_telephone(open_page, path, theme):
    page = open_page(path, color_scheme=theme, viewport={"width": 390, "height": 844})
    wait_for_foot(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    link = page.get_by_test_id("stSidebarNavLink").filter(has_text="About")
    until(page, lambda: link.bounding_box()["x"] >= 0)
    page.wait_for_timeout(500)
    assert serious(page) == []
