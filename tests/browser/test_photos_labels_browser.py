"""A visitor of the Photos page gives a folder, corrects answers, and takes the zip along."""

import io
import zipfile

from live_page import download, go_to, until, within

from fer_core.images import decode
from ui.sample import SAMPLE


def _choose(page, label, value):
    """A click that meets a rerun of the page opens nothing: then again."""
    option = page.get_by_role("option", name=value, exact=True)

    def opened():
        page.get_by_role("combobox", name=label).click()
        return within(page, 3, option.is_visible)

    until(page, opened)
    option.click()


def _notice(page):
    """Pixels that the page takes to say that there is no better detector, if it does."""
    notices = page.get_by_test_id("stAlert").filter(has_text="YuNet").all()
    return sum(notice.bounding_box()["height"] + 16 for notice in notices)


def test_a_face_is_labelled_and_the_zip_holds_it(open_page):
    page = open_page("photos", viewport={"width": 390, "height": 844})
    page.get_by_text("up to 20 MB").wait_for()
    page.get_by_text("Correct answers").click()
    page.get_by_text("Kept now: 0").wait_for()
    page.locator('input[type="file"]').set_input_files(
        [
            {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": SAMPLE.read_bytes()}
            for name in ("one", "two")
        ]
    )
    page.get_by_text("Kept now: 2").wait_for()
    page.get_by_role("button", name="Download table (CSV)", disabled=False).wait_for()
    first = page.get_by_role("group", name="Photos").get_by_role("button").first
    until(page, lambda: first.bounding_box()["y"] - _notice(page) < 844)  # on the first screen
    menu = "Your label for face 1"
    _choose(page, menu, "Sad")
    page.get_by_role("button", name="Make a zip of 1 labelled face").wait_for()
    _choose(page, menu, "Fear")
    undo = page.get_by_role("button", name="Undo label")
    undo.click()
    until(page, lambda: page.get_by_role("combobox", name=menu).input_value() == "Sad")
    page.get_by_role("button", name="Next").click()
    page.get_by_text("2 of 2").wait_for()
    _choose(page, menu, "Not a face")
    page.get_by_role("button", name="Make a zip of 2 labelled faces").click()
    with zipfile.ZipFile(io.BytesIO(download(page, "Download labelled faces (ZIP)"))) as archive:
        assert set(archive.namelist()) == {
            "faces/test/sad/one.png", "photos/sad/one.jpg", "labels.csv",
        }  # fmt: skip
        assert archive.read("photos/sad/one.jpg") == SAMPLE.read_bytes()
        assert decode(archive.read("faces/test/sad/one.png")).shape == (48, 48, 3)
        assert b"not a face" in archive.read("labels.csv")
    page.set_viewport_size({"width": 1280, "height": 900})
    go_to(page, "Films")
    go_to(page, "Photos")
    page.get_by_text("2 photos, 2 faces").wait_for()
    page.get_by_text("2 of 2").wait_for()  # the open card as well


def test_a_whole_folder_is_taken_with_its_pictures_alone(open_page, tmp_path):
    (tmp_path / "trip" / "deeper").mkdir(parents=True)
    (tmp_path / "trip" / "a.jpg").write_bytes(SAMPLE.read_bytes())
    (tmp_path / "trip" / "deeper" / "b.JPG").write_bytes(SAMPLE.read_bytes())
    (tmp_path / "trip" / "notes.txt").write_text("no picture")
    page = open_page("photos")
    page.get_by_text("up to 20 MB").wait_for()
    page.get_by_text("Take a whole folder").click()
    page.get_by_text("Choose a folder of photos").wait_for()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload directories").click()
    assert chooser.value.element.get_attribute("webkitdirectory") is not None
    chooser.value.set_files(tmp_path / "trip")
    page.get_by_text("2 photos, 2 faces").wait_for()
    tiles = page.get_by_role("group", name="Photos").get_by_role("button")
    labels = "tiles => tiles.map(tile => tile.getAttribute('aria-label').split('. ')[0]).sort()"
    until(page, lambda: tiles.evaluate_all(labels) == ["trip/a.jpg", "trip/deeper/b.JPG"])
