"""The Photos page in Chromium: files in, results and downloads out."""

import csv
import io
import json
import zipfile

import pytest
from live_page import download, until
from portrait import PORTRAIT

from fer_core.images import decode
from fer_core.labels import DISPLAY_NAMES, EMOTIONS
from fer_core.recognition.answers.ways import Way
from fer_core.recognition.recognizer import Recognizer


@pytest.fixture
def expected():
    """What the library answers for the portrait, looked at twice, as the page does."""
    recognizer = Recognizer.load().asked(Way(looks=2))
    return recognizer.analyze(decode(PORTRAIT.read_bytes()))


@pytest.fixture
def uploaded(open_page):
    """The page after a portrait, a damaged file and a file that is no picture were dropped in."""
    page = open_page("photos")
    page.locator('input[type="file"]').set_input_files(
        [
            {"name": "=portrait.jpg", "mimeType": "image/jpeg", "buffer": PORTRAIT.read_bytes()},
            {"name": "broken.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"},
            {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"These are words."},
        ]
    )
    page.get_by_role("button", name="Download table (CSV)", disabled=False).wait_for()
    return page


def test_table_holds_one_row_a_face_with_the_librarys_answers(uploaded, expected):
    text = download(uploaded, "Download table (CSV)").decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text)))
    assert len(table) == len(expected) + 2 >= 3
    assert [bool(row["problem"]) for row in table] == [False] * len(expected) + [True] * 2
    row, face = table[0], expected[0]
    assert row["file"] == "'=portrait.jpg", "a spreadsheet would take the name for a formula"
    assert row["answer"] == face.answer
    assert {side: int(row[side]) for side in ("x", "y", "width", "height")} == (
        face.face.box.to_dict()
    )
    probabilities = [float(row[emotion]) for emotion in EMOTIONS]
    assert probabilities == pytest.approx(face.probabilities, abs=1e-3)
    assert sum(probabilities) == pytest.approx(1, abs=1e-3)


def test_other_downloads(uploaded, expected):
    photos = json.loads(download(uploaded, "Download everything (JSON)"))["photos"]
    assert [photo["file"] for photo in photos] == ["=portrait.jpg", "broken.png", "notes.jpg"]
    assert photos[0]["faces"][0]["answer"] == expected[0].answer
    assert all(photo["problem"] for photo in photos[1:])
    with zipfile.ZipFile(io.BytesIO(download(uploaded, "Download pictures (ZIP)"))) as archive:
        (name,) = archive.namelist()
        assert decode(archive.read(name)).shape == decode(PORTRAIT.read_bytes()).shape


def test_results_stand_as_tiles_and_each_bad_file_has_its_reason(uploaded, expected):
    answer = DISPLAY_NAMES[expected[0].emotion]
    main = uploaded.locator('[data-testid="stMain"]')
    for part in ("1 photo", "2 files not readable"):
        main.get_by_text(part).first.wait_for()
    tiles = uploaded.get_by_role("group", name="Photos").get_by_role("button")
    assert [tile.text_content() for tile in tiles.all()] == [
        f"{answer}, {100 * expected[0].confidence:.0f} %=portrait.jpg",
        "!Not readablebroken.png",
        "!Not readablenotes.jpg",
    ]
    uploaded.locator('[data-testid="stImage"] img').first.wait_for()
    for i in (1, 2):
        tiles.nth(i).click()
        uploaded.get_by_text(f"{i + 1} of 3").wait_for()
        uploaded.locator('[data-testid="stAlert"]').filter(has_text="Accepted: JPEG").wait_for()


def test_tiles_are_one_stop_of_the_tab_key_and_arrows_go_on(uploaded):
    tiles = uploaded.get_by_role("group", name="Photos").get_by_role("button")
    uploaded.get_by_label("File name contains").focus()
    uploaded.keyboard.press("Tab")
    focused = "tile => tile.getRootNode().activeElement === tile"
    assert tiles.nth(0).evaluate(focused)
    uploaded.keyboard.press("End")
    assert tiles.nth(2).evaluate(focused)
    uploaded.keyboard.press("ArrowLeft")
    uploaded.keyboard.press("Enter")
    uploaded.get_by_text("2 of 3").wait_for()
    until(uploaded, lambda: tiles.nth(1).get_attribute("aria-current") == "true")
    assert tiles.nth(1).evaluate(focused), "the focus stays where it was"
    uploaded.keyboard.press("Tab")
    assert not tiles.nth(2).evaluate(focused)


@pytest.mark.parametrize("width", [390, 1280])
def test_thirty_photos_fit_a_page(open_page, width):
    page = open_page("photos", viewport={"width": width, "height": 844})
    page.get_by_text("up to 20 MB").wait_for()
    _add(page, *((f"{i}.jpg", PORTRAIT.read_bytes()) for i in range(30)))
    page.get_by_text("30 photos,").wait_for()
    page.get_by_role("button", name="Download table (CSV)", disabled=False).wait_for()
    page.get_by_text("1 of 30").wait_for()
    tile = page.get_by_role("group", name="Photos").get_by_role("button").first.bounding_box()
    notices = sum(
        each.bounding_box()["height"] + 16 for each in page.get_by_test_id("stAlert").all()
    )
    assert tile["y"] + tile["height"] - notices < 844 or width > 390, "whole on the first screen"
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("main => main.scrollHeight") < 3500
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_sample_needs_no_file(open_page, expected):
    page = open_page("photos", viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="Use the sample").click()
    page.get_by_role("button", name="Download table (CSV)", disabled=False).wait_for()
    page.locator('[data-testid="stMain"]').get_by_text("1 photo").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def _add(page, *files):
    page.locator('input[type="file"]').set_input_files(
        [{"name": name, "mimeType": "image/jpeg", "buffer": data} for name, data in files]
    )


def test_a_file_that_is_too_large_is_answered_in_words_beside_the_others(open_page):
    page = open_page("photos")
    page.get_by_text("up to 20 MB").wait_for()
    _add(page, ("photo1.jpg", PORTRAIT.read_bytes()), ("photo2.jpg", bytes(22 * 1024**2)))
    page.get_by_text("1 photo,").wait_for()
    page.get_by_text("1 file not readable").wait_for()
    page.get_by_role("button", name="Next").click()
    page.get_by_text("too large: 22 MB. A photo may have 20 MB").wait_for()
    assert not page.get_by_text("MB per file").first.is_visible()


def test_five_photos_chosen_one_by_one_are_five_results(open_page):
    page = open_page("photos")
    page.get_by_text("up to 20 MB").wait_for()
    for i in range(5):
        _add(page, (f"photo{i}.jpg", PORTRAIT.read_bytes()))
        page.wait_for_timeout(150)
    page.get_by_text("5 photos,").wait_for()
    page.get_by_text("1 of 5").wait_for()
    text = download(page, "Download table (CSV)").decode("utf-8-sig")
    names = {row["file"] for row in csv.DictReader(io.StringIO(text))}
    assert names == {f"photo{i}.jpg" for i in range(5)}


def test_a_download_stays_when_another_visitors_run_has_ended(uploaded, open_page):
    other = open_page("photos")
    for count in (1, 2):
        other.get_by_role("button", name="Use the sample").click()
        other.get_by_text(f"{count} photo").first.wait_for()
        other.get_by_role("button", name="Download table (CSV)", disabled=False).wait_for()
        photos = json.loads(download(uploaded, "Download everything (JSON)"))["photos"]
        assert len(photos) == 3


def test_a_table_has_no_export_of_its_own(uploaded):
    """It would write a name that begins with "=" as it is."""
    uploaded.get_by_text("All faces as a table").click()
    uploaded.locator('[data-testid="stDataFrame"]').hover()
    tools = uploaded.locator('[data-testid="stElementToolbarButton"]')
    until(uploaded, lambda: tools.count() > 0)
    names = [tools.nth(i).get_by_role("button").get_attribute("aria-label") for i in range(
        tools.count()
    )]  # fmt: skip
    assert any("Search" in name or "Fullscreen" in name for name in names), names
    assert not any("Download" in name or "CSV" in name for name in names), names
