"""The Films page in Chromium: a film in, progress, the film beside its timeline, files out."""

import csv
import io
import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from films import every, write_film, write_sound_only
from live_page import go_to, until
from portrait import PORTRAIT

from fer_core.images import decode

SIZE = (480, 360)


def two_people(i: int) -> np.ndarray:
    """The portrait at the left and, from the thirtieth frame on, mirrored at the right."""
    face = decode(PORTRAIT.read_bytes())[:300, 60:360]
    small = cv2.resize(face, (220, 220), interpolation=cv2.INTER_AREA)
    image = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    image[60:280, 10 + i % 8 : 230 + i % 8] = small
    if i >= 30:
        image[60:280, 250:470] = small[:, ::-1]
    return image


@pytest.fixture(scope="module")
def recording(tmp_path_factory) -> Path:
    """Six seconds at ten frames a second, with sound."""
    path = tmp_path_factory.mktemp("film") / "two.mp4"
    return write_film(path, every(0.1, 60), two_people, sound=True)


def look_at(page, film: Path) -> None:
    page.locator('input[type="file"]').set_input_files(film)
    page.get_by_role("button", name="Look at the film").click()


def analysed(open_page, film: Path, **options):
    page = open_page("films", **options)
    look_at(page, film)
    page.get_by_text("Take it with you").wait_for()
    page.locator(".film[data-tracks]").wait_for(state="attached")
    until(page, lambda: page.locator("video").evaluate("video => video.videoWidth") > 0)
    return page


def moment(page) -> float:
    return float(page.locator(".film[data-tracks]").get_attribute("data-time"))


def output(page, label: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=label).click()
    return Path(waiting.value.path()).read_bytes()


def faces_of(page) -> set[str]:
    table = csv.DictReader(io.StringIO(output(page, "Every frame (CSV)").decode()))
    return {row["name"] for row in table} - {""}


def boxes(page) -> np.ndarray:
    """(height, width) of whether something is drawn over the film."""
    drawn = page.locator("canvas.boxes").evaluate(
        "c => [c.width, c.height, [...c.getContext('2d').getImageData(0, 0, c.width, c.height)"
        ".data.filter((_, i) => i % 4 === 3)]]"
    )
    return np.array(drawn[2]).reshape(drawn[1], drawn[0]) > 0


def test_from_a_film_to_its_timeline_names_and_files(open_page, recording):
    page = analysed(open_page, recording)
    strips = page.locator(".strips .line")
    assert strips.count() == 2
    assert page.locator(".strips .run").count() >= 2

    plot = page.locator(".plot")
    plot.scroll_into_view_if_needed()
    place = plot.bounding_box()
    page.mouse.click(place["x"] + 0.75 * place["width"], place["y"] + place["height"] / 2)
    time = 0.75 * 5.9
    until(page, lambda: abs(page.locator("video").evaluate("v => v.currentTime") - time) < 0.2)
    until(page, lambda: abs(moment(page) - time) < 0.2)
    half = boxes(page).shape[1] // 2
    assert boxes(page)[:, :half].any() and boxes(page)[:, half:].any(), "both faces have a box"

    page.locator("video").evaluate("video => { video.currentTime = 1 }")
    until(page, lambda: abs(moment(page) - 1) < 0.15)
    until(page, lambda: not boxes(page)[:, half + 20 :].any())
    page.locator(".strips button").nth(1).click()
    until(page, lambda: "not in view" in page.locator(".who").inner_text())

    before = moment(page)
    plot.focus()
    page.keyboard.press("ArrowRight")
    until(page, lambda: moment(page) == pytest.approx(before + 1, abs=0.15))

    assert faces_of(page) == {"Face 1", "Face 2"}
    page.get_by_label("Name").fill("Anna")
    page.get_by_label("Name").press("Enter")
    until(page, lambda: page.locator(".strips button").first.inner_text() == "Anna")
    assert faces_of(page) == {"Anna", "Face 2"}
    page.get_by_label("Is the same person as").click()
    page.get_by_role("option", name="Face 2").click()
    until(page, lambda: page.locator(".strips .line").count() == 1)
    assert len(faces_of(page)) == 1
    report = json.loads(output(page, "Everything, with its making (JSON)"))
    assert len(report["summary"]["faces"]) == 1 and report["model_sha256"]
    assert output(page, "Captions (WebVTT)").startswith(b"WEBVTT")
    assert output(page, "Every frame (Parquet)").startswith(b"PAR1")

    page.get_by_role("button", name="Make the film with boxes (MP4)").click()
    with av.open(io.BytesIO(output(page, "Film with boxes (MP4)"))) as container:
        assert container.streams.audio
        assert sum(1 for _ in container.decode(video=0)) == 60


def test_on_a_telephone_nothing_is_too_wide(open_page, recording):
    page = analysed(open_page, recording, viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".film").evaluate("element => element.scrollWidth") <= 390


def test_what_chromium_does_not_play_is_shown_as_an_mp4(open_page, tmp_path):
    mkv = write_film(tmp_path / "a.mkv", every(0.1, 15), two_people)
    page = analysed(open_page, mkv)
    page.get_by_role("button", name="Remove").click()
    avi = write_film(tmp_path / "b.avi", every(0.1, 15), two_people, codec="mpeg4")
    look_at(page, avi)
    page.get_by_text("Take it with you").wait_for()
    until(page, lambda: page.locator("video").evaluate("video => video.videoWidth") == SIZE[0])


def test_films_wait_in_turn_can_be_stopped_and_go_on_while_another_page_is_open(
    open_page, tmp_path
):
    long = write_film(tmp_path / "long.mp4", every(0.1, 3000), two_people)
    first, second = open_page("films"), open_page("films")
    look_at(first, long)
    first.get_by_role("button", name="Stop here").wait_for()
    first.locator('[data-testid="stImage"] img').first.wait_for()
    look_at(second, tmp_path / "long.mp4")
    second.get_by_text("One film is looked at before yours").wait_for()

    go_to(first, "Photos")
    first.get_by_text("Drop photos here").wait_for()
    go_to(first, "Films")
    first.get_by_role("button", name="Stop here").click()
    first.get_by_text("Take it with you").wait_for()
    first.get_by_text("Stopped by hand").wait_for()
    rows = list(csv.DictReader(io.StringIO(output(first, "Every frame (CSV)").decode())))
    assert 1 < len({row["frame"] for row in rows}) < 2900

    second.locator('[data-testid="stImage"] img').first.wait_for()
    second.get_by_role("button", name="Stop here").click()
    second.get_by_text("Take it with you").wait_for()


def test_what_is_no_film_is_said_with_its_name(open_page, tmp_path):
    page = open_page("films")
    files = {
        "portrait.jpg": PORTRAIT.read_bytes(),
        "voice.mp4": write_sound_only(tmp_path / "voice.mp4").read_bytes(),
        "empty.mp4": b"",
        "cut.mp4": write_film(tmp_path / "c.mp4", every(0.1, 9)).read_bytes()[:-400],
    }
    words = {
        "portrait.jpg": "no film",
        "voice.mp4": "sound only",
        "empty.mp4": "no film",
        "cut.mp4": "cut off",
    }
    for name, content in files.items():
        page.locator('input[type="file"]').set_input_files(
            {"name": name, "mimeType": "video/mp4", "buffer": content}
        )
        main = page.locator('[data-testid="stMain"]')
        main.get_by_text(name).first.wait_for()
        main.locator('[data-testid="stAlert"]').filter(has_text=words[name]).first.wait_for()


def test_a_film_on_the_page_photos_is_sent_to_the_other_page(open_page, recording):
    page = open_page("photos")
    page.locator('input[type="file"]').set_input_files(recording)
    page.locator('[data-testid="stAlert"]').filter(has_text="The page Films takes it").wait_for()


def test_a_films_address_without_its_token_has_nothing(open_page, recording):
    page = analysed(open_page, recording)
    address = page.locator("video").get_attribute("src")
    token = address.split("/")[-2]
    ask = page.request
    base = page.url.rsplit("/", 1)[0]
    part = ask.get(base + address, headers={"Range": "bytes=10-19"})
    assert (part.status, len(part.body())) == (206, 10)
    assert ask.get(base + address.replace(token, token[:-1] + "_")).status == 404
    page.get_by_role("button", name="Remove").click()
    page.locator('input[type="file"]').wait_for(state="attached")
    assert ask.get(base + address).status == 404
