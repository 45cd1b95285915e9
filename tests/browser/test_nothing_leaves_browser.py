"""What every page promises: nothing leaves this computer."""

from urllib.parse import urlsplit

from live_page import wait_for_foot
from playwright.sync_api import Page


def test_no_page_asks_another_computer_for_anything(open_page):
    page: Page = open_page()
    home = urlsplit(page.url).netloc
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in ("", "live", "photos", "evaluation", "about"):
        page.goto(f"http://{home}/{name}")
        wait_for_foot(page)
        page.wait_for_load_state("networkidle")
    assert any(urlsplit(url).netloc == home for url in asked), "no request was seen at all"
    elsewhere = {url for url in asked if url.startswith("http") and urlsplit(url).netloc != home}
    assert not elsewhere
