"""The Evaluation page on somebody's own pictures, and another model on the other pages."""

import io
import json
import zipfile

from live_page import download, go_to, until, within

from ui.evaluation.own import WHOLE
from ui.sample import SAMPLE


def _archive(count):
    """Whole pictures by class: the portrait, so often, called happy and sad in turn."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for i in range(count):
            archive.writestr(f"mine/{('happy', 'sad')[i % 2]}/{i}.jpg", SAMPLE.read_bytes())
    return {"name": "mine.zip", "mimeType": "application/zip", "buffer": file.getvalue()}


def _evaluate(page, count):
    page.get_by_text("Evaluate on your own pictures").click()
    page.get_by_text(WHOLE).wait_for()
    page.locator('input[type="file"]').set_input_files(_archive(count))
    button = page.get_by_role("button", name="Evaluate", exact=True, disabled=False)
    button.wait_for()
    button.click()


def test_whole_pictures_are_uploaded_and_evaluated(open_page):
    page = open_page("evaluation")
    _evaluate(page, 4)
    main = page.get_by_test_id("stMain")
    until(page, lambda: "On your 4 pictures it was right for 50 of 100" in main.inner_text())
    page.get_by_text("Evaluate on your own pictures").click()
    forget = page.get_by_role("button", name="Forget these pictures")
    until(page, lambda: forget.is_visible())
    forget.click()
    until(page, lambda: "On your 4 pictures" not in main.inner_text())


def test_an_evaluation_can_be_stopped(open_page):
    page = open_page("evaluation")
    _evaluate(page, 200)
    stop = page.get_by_role("button", name="Stop", exact=True)
    page.get_by_text("of 200 pictures").wait_for()

    def stopped():
        if stop.is_visible():
            stop.click(timeout=2000)
        return within(page, 5, lambda: not stop.is_visible())

    until(page, stopped)
    page.get_by_role("button", name="Evaluate", exact=True).wait_for()
    assert "your 200 pictures" not in page.get_by_test_id("stMain").inner_text()


def test_another_model_answers_for_photos(open_page):
    page = open_page("about")
    page.get_by_role("combobox", name="Model in use").wait_for()
    option = page.get_by_role("option", name="Seed recipe")

    def opened():
        page.get_by_role("combobox", name="Model in use").click()
        return within(page, 3, option.is_visible)

    until(page, opened)
    option.click()
    page.locator(".st-key-foot").get_by_text("Model in use: Seed recipe").wait_for()
    go_to(page, "Photos")
    page.get_by_role("button", name="Use the sample").click()
    page.get_by_text("1 photo, 1 face").wait_for()
    found = json.loads(download(page, "Download everything (JSON)"))
    assert found["model"] == "seed_recipe"
