"""The Evaluation page on somebody's own pictures, and another model on the other pages."""

import io
import json
import zipfile

from films import every, write_film
from live_page import choose_model, download, go_to, take, until, within
from portrait import PORTRAIT

from fer_core.images import decode
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
    until(page, lambda: not page.get_by_text(WHOLE).is_visible())
    assert stop.is_visible(), "the form has gone before the work is done"

    def stopped():
        if stop.is_visible():
            stop.click(timeout=2000)
        return within(page, 5, lambda: not stop.is_visible())

    until(page, stopped)
    page.get_by_role("button", name="Evaluate", exact=True).wait_for()
    page.wait_for_timeout(1000)  # longer than a fold takes to close
    assert page.get_by_text(WHOLE).is_visible(), "the form stays open"
    assert "your 200 pictures" not in page.get_by_test_id("stMain").inner_text()


def test_another_model_answers_for_photos_and_films(open_page, tmp_path):
    page = open_page("about")
    choose_model(page, "Seed recipe")
    go_to(page, "Photos")
    page.get_by_role("button", name="Use the sample").click()
    page.get_by_text("1 photo, 1 face").wait_for()
    found = json.loads(download(page, "Download everything (JSON)"))
    assert found["model"] == "seed_recipe"

    portrait = decode(PORTRAIT.read_bytes())[:300, 60:360]
    film = write_film(tmp_path / "one.mp4", every(0.1, 10), lambda i: portrait)
    go_to(page, "Films")
    page.get_by_text("Drop a film here").wait_for()
    page.locator('input[type="file"]').set_input_files(film)
    page.get_by_role("button", name="Look at the film").click()
    found = json.loads(take(page, "Everything, with its making (JSON)"))
    assert found["model"] == "seed_recipe"
