"""What axe-core finds on a page, but for what is Streamlit's own and no fault by WCAG."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

EXCEPTED = {
    # The pale label of a choice that cannot be made now (WCAG 1.4.3 leaves out what is inactive).
    ("color-contrast", "<p>Expected mix of expressions</p>"),
}


def serious(page: Page) -> list[tuple[str, str]]:
    """(rule, HTML) of each serious or critical violation."""
    found = Axe().run(page).response
    assert found["testEngine"]["name"] == "axe-core"
    return [
        (each["id"], node["html"])
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
        if (each["id"], node["html"]) not in EXCEPTED
    ]
