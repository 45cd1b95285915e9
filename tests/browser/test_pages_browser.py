"""Every page as it opens: its title and headings, its drawer, what jumps, and its weight."""

from itertools import pairwise

import pytest
from axe import serious
from live_page import until, wait_for_foot

PAGES = {
    "": "Apparent expression",
    "live": "Live · Apparent expression",
    "photos": "Photos · Apparent expression",
    "films": "Films · Apparent expression",
    "evaluation": "Evaluation · Apparent expression",
    "about": "About · Apparent expression",
}
SIZES = {1280: 900, 390: 844}
MOST_SHIFT = 0.05
"""Of all layout shifts together: half of where "good" ends for Cumulative Layout Shift."""
MOST_MB = 3.5
"""What Start may fetch."""
OBSERVE = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
FAILED = """performance.getEntriesByType("resource")
  .filter(({ responseStatus }) => responseStatus >= 400).map(({ name }) => name)"""


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_whole_in_its_width_and_nothing_jumps(open_page, path, width):
    size = {"width": width, "height": SIZES[width]}
    page = open_page(path, script=OBSERVE, late=True, viewport=size)
    drawn(page)
    assert page.title() == PAGES[path]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.shift") < MOST_SHIFT
    assert page.evaluate(FAILED) == [], "as the browser's console would say"
    headings = page.get_by_test_id("stMain").locator("h1, h2, h3, h4")
    levels = headings.evaluate_all("all => all.map(heading => Number(heading.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels)), "none is left out"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(open_page, path, theme):
    page = open_page(path, color_scheme=theme)
    drawn(page)
    assert serious(page) == []


def test_start_is_light(open_page):
    page = open_page()
    drawn(page)
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').map(each => [each.name, each.transferSize])"
    )
    assert not any("Plotly" in name for name, _ in sizes)
    assert 1e6 < sum(size for _, size in sizes) < MOST_MB * 1e6


def test_the_drawer_closes_after_a_choice(open_page):
    page = open_page("photos", viewport={"width": 390, "height": 844})
    drawn(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    link = page.get_by_test_id("stSidebarNavLink").filter(has_text="About")
    until(page, lambda: link.bounding_box()["x"] >= 0)
    link.click()
    page.get_by_role("heading", name="Model card").wait_for()
    sidebar = page.get_by_test_id("stSidebar")
    until(page, lambda: (box := sidebar.bounding_box()) is None or box["x"] + box["width"] <= 0)


def test_the_focus_can_be_seen(open_page):
    page = open_page()
    drawn(page)
    for _ in range(3):
        page.keyboard.press("Tab")
    style = page.evaluate(
        "(({outlineStyle, outlineWidth, outlineColor}) => [outlineStyle, outlineWidth, "
        "outlineColor])(getComputedStyle(document.activeElement))"
    )
    assert style == ["solid", "3px", "rgb(47, 127, 191)"], "as in frame.css: 3:1 on every ground"


def test_a_card_of_start_is_a_link_as_a_whole(open_page):
    page = open_page()
    drawn(page)
    box = page.get_by_text("take the results home").bounding_box()
    page.mouse.click(box["x"] + 5, box["y"] + 5)  # whatever lies on top there
    page.get_by_role("heading", name="Photos", exact=True).wait_for()


@pytest.mark.parametrize("width", SIZES)
def test_a_second_link_of_a_card_leads_elsewhere(open_page, width):
    page = open_page(viewport={"width": width, "height": SIZES[width]})
    drawn(page)
    page.get_by_test_id("stMain").get_by_role("link", name="Films").click()
    page.get_by_role("heading", name="Films", exact=True).wait_for()
    assert not page.get_by_text("MB per file").is_visible(), "the page says it in its own words"


def drawn(page):
    """Waits for the foot, which comes last, and for what its parts fetch."""
    wait_for_foot(page)
    page.wait_for_load_state("networkidle")
    until(page, lambda: not page.get_by_test_id("stSkeleton").count())
    page.wait_for_timeout(500)  # for a shift that follows the last part
