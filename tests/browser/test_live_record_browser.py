"""What the live page keeps of a session: numbers, controls, summary, downloads."""

import csv
import io
import json
from pathlib import Path

import cv2
import numpy as np
from camera_film import HEIGHT, WIDTH
from live_page import controls, go_to, picture, press_stop, rows, start, title, until

from fer_core.labels import EMOTIONS


def _names_a_face(page):
    return "%" in title(page) or "nsure" in title(page)


def _download(page, button):
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path())


def _stop(page):
    press_stop(page)
    controls(page).get_by_role("button", name="Start camera").wait_for()
    page.get_by_role("heading", name="This session").wait_for()


def test_session_is_summed_up_and_its_table_says_what_was_shown(open_page):
    page = open_page("live")
    start(page)
    assert until(page, lambda: _names_a_face(page))
    page.wait_for_timeout(3000)
    shown, bars = title(page).split()[0].strip(":").lower(), rows(page)
    page.locator(".timeline").wait_for()
    _stop(page)
    page.get_by_text("Face 1 was in view").wait_for()

    table = list(csv.DictReader(io.StringIO(_download(page, "Download table").read_text("utf-8"))))
    assert {row["face"] for row in table} == {"1"}
    last = table[-1]
    assert last["label"] == shown
    for emotion in EMOTIONS:  # the film is steady, and so are its answers
        assert abs(100 * float(last[emotion]) - bars[emotion.capitalize()]) < 6
    times = [float(row["time_s"]) for row in table]
    assert times == sorted(times)
    assert int(last["x"]) >= 0 and int(last["x"]) + int(last["width"]) <= WIDTH
    assert int(last["y"]) >= 0 and int(last["y"]) + int(last["height"]) <= HEIGHT

    session = json.loads(_download(page, "Download session").read_text("utf-8"))
    assert session["emotions"] == list(EMOTIONS)
    assert len(session["rows"]) == len(table)


def test_two_faces_have_a_number_each_and_one_can_be_chosen(open_page):
    page = open_page("live", camera="two faces")
    start(page)
    choice = page.get_by_role("radio", name="Face 2").or_(page.get_by_role("button", name="Face 2"))
    choice.wait_for()
    choice.click()
    assert until(page, lambda: title(page).startswith("Face 2: "))
    _stop(page)
    page.get_by_text("Face 1 was in view").wait_for()
    page.get_by_text("Face 2 was in view").wait_for()


def test_empty_room_is_said_to_be_empty(open_page):
    page = open_page("live", camera="empty room")
    start(page)
    page.get_by_text("No face found for a while").wait_for()
    assert title(page) == "No face in the picture"
    _stop(page)
    page.get_by_text("no face was found").wait_for()
    assert page.get_by_role("button", name="Download table").count() == 0


def test_face_that_leaves_and_returns_has_another_number(open_page):
    page = open_page("live", camera="leaving")
    start(page)
    assert until(page, lambda: _names_a_face(page))
    assert until(page, lambda: title(page) == "No face in the picture")
    assert until(page, lambda: _names_a_face(page))
    page.wait_for_timeout(1000)
    _stop(page)
    table = csv.DictReader(io.StringIO(_download(page, "Download table").read_text("utf-8")))
    times = {}
    for row in table:
        times.setdefault(row["face"], []).append(float(row["time_s"]))
    assert list(times)[:2] == ["1", "2"]
    assert times["2"][0] - times["1"][-1] > 1.0


def test_pause_rests_the_analysis_and_snapshot_saves_what_is_shown(open_page):
    page = open_page("live")
    start(page)
    assert until(page, lambda: _names_a_face(page))
    image = cv2.imread(str(_download(page, "Snapshot")))
    assert image.shape == (HEIGHT, WIDTH, 3)
    assert _alike(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), picture(page))

    page.get_by_role("button", name="Pause").click()
    page.get_by_text("The analysis is paused").wait_for()
    assert until(page, lambda: not any(rows(page).values()))
    page.get_by_role("button", name="Go on").click()
    assert until(page, lambda: _names_a_face(page))


def test_settings_change_the_picture_and_are_remembered(open_page):
    page = open_page("live")
    start(page)
    assert until(page, lambda: _names_a_face(page))
    mirrored = picture(page)
    page.get_by_text("Mirror the picture").click()
    assert until(page, lambda: _alike(picture(page), mirrored[:, ::-1]))
    press_stop(page)
    controls(page).get_by_role("button", name="Start camera").wait_for()
    go_to(page, "Photos")
    go_to(page, "Live")
    controls(page).get_by_role("button", name="Start camera").wait_for()
    assert (
        not page.get_by_role("switch", name="Mirror the picture")
        .or_(page.get_by_role("checkbox", name="Mirror the picture"))
        .is_checked()
    )


def _alike(one, other):
    """Whether two pictures show the same scene; the film moves by a few pixels."""
    small = [cv2.resize(image, (40, 30), interpolation=cv2.INTER_AREA) for image in (one, other)]
    return np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1] > 0.9
