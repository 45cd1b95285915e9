"""The Photos page in Chromium: files in, results and downloads out."""

import csv
import io
import json
import zipfile

import pytest
from conftest import PORTRAIT

from fer_core.images import decode
from fer_core.labels import EMOTIONS
from fer_core.recognition.recognizer import Recognizer


@pytest.fixture
def expected():
    """What the library answers for the portrait."""
    recognizer = Recognizer.load()
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
    page.get_by_role("button", name="Download table (CSV)").wait_for()
    return page


def _download(page, button):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return waiting.value.path().read_bytes()


def test_table_holds_one_row_a_face_with_the_librarys_answers(uploaded, expected):
    text = _download(uploaded, "Download table (CSV)").decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text)))
    assert len(table) == len(expected) >= 1
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
    photos = json.loads(_download(uploaded, "Download everything (JSON)"))["photos"]
    assert [photo["file"] for photo in photos] == ["=portrait.jpg", "broken.png", "notes.jpg"]
    assert photos[0]["faces"][0]["answer"] == expected[0].answer
    assert all(photo["problem"] for photo in photos[1:])
    with zipfile.ZipFile(io.BytesIO(_download(uploaded, "Download pictures (ZIP)"))) as archive:
        (name,) = archive.namelist()
        assert decode(archive.read(name)).shape == decode(PORTRAIT.read_bytes()).shape


def test_result_stands_on_the_page_and_each_bad_file_has_its_reason(uploaded, expected):
    text = uploaded.locator('[data-testid="stMain"]').inner_text()
    assert "3 photos" in text
    assert "2 files not readable" in text
    for name in ("=portrait.jpg", "broken.png", "notes.jpg"):
        assert name in text
    reasons = uploaded.locator('[data-testid="stAlert"]').filter(has_text="Accepted: JPEG")
    assert reasons.count() == 2
    assert uploaded.locator('[data-testid="stImage"] img').count() >= 1
    assert expected[0].emotion in text.lower()


def test_sample_needs_no_file(open_page, expected):
    page = open_page("photos", viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="Use the sample").click()
    page.get_by_role("button", name="Download table (CSV)").wait_for()
    assert "1 photo" in page.locator('[data-testid="stMain"]').inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
