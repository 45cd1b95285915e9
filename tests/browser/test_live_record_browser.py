"""What the live page keeps of a session: numbers, controls, summary, downloads."""

import csv
import io
import json
import re
from itertools import combinations

import cv2
import numpy as np
import pytest
from axe import serious
from camera_film import HEIGHT, WIDTH
from live_page import (
    bars,
    bars_of_a_face,
    choose_model,
    controls,
    download,
    go_to,
    picture,
    press_stop,
    start,
    take,
    until,
    video_frame,
    wait_for_picture,
    within,
)

from fer_core.labels import DISPLAY_NAMES, EMOTIONS
from ui.live import words

KEY = """document.body.dispatchEvent(
  new KeyboardEvent("keydown", { key: "m", code: "KeyM", bubbles: true }))"""


def _table(page):
    rows = csv.DictReader(io.StringIO(take(page, "Every frame (CSV)").decode("utf-8")))
    return list(rows)


def _faces(page):
    """The rows of faces alone."""
    return [row for row in _table(page) if row["face_id"] != "0"]


def _names(page):
    """What the faces of the summary are called."""
    labels = page.locator(".strips .line .name")
    labels.first.wait_for()
    return labels.all_inner_texts()


def _stop(page):
    press_stop(page)
    page.get_by_role("heading", name="This session").wait_for()


def _shows(row, shown):
    """Whether the row of a table is what the bars showed, which round to whole percents."""
    return row["answer"] == shown.answer and all(
        abs(100 * float(row[emotion]) - shown.percents[DISPLAY_NAMES[emotion]]) <= 0.51
        for emotion in EMOTIONS
    )


def test_session_is_summed_up_and_its_table_says_what_was_shown(open_page):
    page = open_page("live")
    start(page)
    shown = until(page, lambda: bars_of_a_face(page))
    page.locator(".timeline").wait_for()
    _stop(page)
    assert _names(page)[0] == "Face 1"

    table = _faces(page)
    assert table[0]["face_id"] == "1"
    assert any(_shows(row, shown) for row in table)
    times = [float(row["timestamp"]) for row in table]
    assert times == sorted(set(times)), "one face has one row a frame"
    for row in table:
        assert int(row["x"]) >= 0 and int(row["x"]) + int(row["width"]) <= WIDTH
        assert int(row["y"]) >= 0 and int(row["y"]) + int(row["height"]) <= HEIGHT

    session = json.loads(take(page, "Everything, with its making (JSON)"))
    assert session["emotions"] == list(EMOTIONS)
    assert sum(row[1] != 0 for row in session["rows"]) == len(table)
    said = session["summary"]
    parts = said["analysed_s"] + said["paused_s"] + said["not_analysed_s"]
    assert parts == pytest.approx(session["duration_s"], abs=0.003)
    assert all(each["end_s"] <= session["duration_s"] for each in session["episodes"])


def test_two_faces_have_a_number_each_and_one_can_be_chosen(open_page):
    """The higher number of the two: 2, unless the machine was too busy to follow them."""
    page = open_page("live", camera="two faces")
    start(page)
    names = re.compile(r"Face \d+")
    choices = page.get_by_role("radio", name=names).or_(page.get_by_role("button", name=names))

    def chosen():
        name = choices.last.inner_text(timeout=2000)
        if choices.last.get_attribute("aria-checked", timeout=2000) != "true":
            choices.last.click(timeout=2000)  # another click would undo it
        return bars(page).title.startswith(f"{name}: ") and name

    name = until(page, chosen)
    _stop(page)
    assert {"Face 1", name} <= set(_names(page))


def test_another_model_answers_for_the_camera(open_page):
    page = open_page("about")
    choose_model(page, "Seed recipe")
    go_to(page, "Live")
    start(page)
    until(page, lambda: bars_of_a_face(page))
    _stop(page)
    session = json.loads(take(page, "Everything, with its making (JSON)"))
    assert session["model"] == "seed_recipe"


def test_empty_room_is_said_to_be_empty(open_page):
    page = open_page("live", camera="empty room")
    start(page)
    page.get_by_text("No face found for a while").wait_for()
    until(page, lambda: bars(page).title == "No face in the picture")
    _stop(page)
    page.get_by_text("no face was in view").wait_for()
    assert {row["face_id"] for row in _table(page)} == {"0"}


def test_face_that_leaves_and_returns_has_another_number(open_page):
    page = open_page("live", camera="leaving")
    start(page)
    until(page, lambda: bars_of_a_face(page))
    until(page, lambda: bars(page).title == "No face in the picture")
    # The strips stand there as soon as there was a second face.
    until(page, lambda: "Face 2" in page.locator(".strip .name").all_inner_texts())
    _stop(page)
    times = {}
    for row in _faces(page):
        times.setdefault(row["face_id"], []).append(float(row["timestamp"]))
    assert list(times)[:2] == ["1", "2"]
    assert times["2"][0] - times["1"][-1] > 1.0


def test_pause_rests_the_analysis_and_snapshot_saves_what_is_shown(open_page):
    page = open_page("live")
    start(page)
    until(page, lambda: bars_of_a_face(page))
    snapshot = np.frombuffer(download(page, "Snapshot"), np.uint8)
    image = cv2.imdecode(snapshot, cv2.IMREAD_COLOR)
    # A busy browser sends smaller pictures.
    assert image.shape[1] / image.shape[0] == pytest.approx(WIDTH / HEIGHT)
    saved = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    until(page, lambda: _alike(saved, picture(page)))

    page.get_by_role("button", name="Pause").click()
    page.get_by_text("The analysis is paused").wait_for()
    until(page, lambda: not any(bars(page).percents.values()))
    page.get_by_role("button", name="Resume").click()
    until(page, lambda: bars_of_a_face(page))
    page.locator(".timeline .gap").filter(has_text="paused").wait_for()


def test_an_event_is_marked_by_key_and_stands_in_timeline_and_downloads(open_page):
    page = open_page("live")
    start(page)
    until(page, lambda: bars_of_a_face(page))
    video_frame(page).evaluate(KEY)  # as after a click in the camera's frame
    page.get_by_role("textbox", name="Note on the event").fill("smile asked for")
    page.keyboard.press("Enter")
    page.locator(".timeline .mark").filter(has_text="smile asked for").wait_for()
    _stop(page)
    page.locator(".notes .mark").wait_for()
    events = [row["event"] for row in _table(page) if row["event"]]
    assert events == ["smile asked for"]
    assert "\tsmile asked for" in take(page, "Events (BORIS)").decode()
    assert "smile asked for" in take(page, "Captions (WebVTT)").decode()


def test_a_session_that_nobody_downloaded_is_not_lost_without_a_question(open_page):
    page = open_page("live")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    start(page)
    until(page, lambda: bars_of_a_face(page))
    _stop(page)
    page.locator(".strips .name").first.wait_for()
    controls(page).get_by_role("button", name="Start camera").click()
    keep = page.get_by_role("button", name=words.UNSAVED["keep"])
    keep.click()
    controls(page).get_by_role("button", name="Start camera").wait_for()
    page.evaluate("setTimeout(() => location.reload())")
    until(page, lambda: asked == ["beforeunload"])
    assert _table(page), "it is still here"
    controls(page).get_by_role("button", name="Start camera").click()
    assert not within(page, 1, keep.is_visible), "it is downloaded: nothing to ask"
    until(page, lambda: bars_of_a_face(page))


def test_settings_change_the_picture_and_are_remembered(open_page):
    page = open_page("live")
    start(page)
    until(page, lambda: bars_of_a_face(page))
    mirrored = wait_for_picture(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_text("Mirror the picture").click()
    until(page, lambda: _alike(picture(page), mirrored[:, ::-1]))
    press_stop(page)
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
    if one is None or other is None:  # the video does not play at the moment
        return False
    small = [cv2.resize(image, (40, 30), interpolation=cv2.INTER_AREA) for image in (one, other)]
    return np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1] > 0.9


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_while_it_runs_and_after(open_page, theme):
    page = open_page("live", color_scheme=theme, viewport={"width": 390, "height": 844})
    start(page)
    until(page, lambda: bars_of_a_face(page))
    page.evaluate(KEY)
    page.get_by_label("Note on the event").fill("a note")
    page.keyboard.press("Enter")
    page.get_by_text(", saved").wait_for()
    assert serious(page) == []
    chart = page.locator(".timeline .chart")
    chart.press("ArrowLeft")
    page.locator(".timeline .head").filter(has_text="s ago").wait_for()
    page.get_by_role("button", name="Pause").click()
    until(page, lambda: bars(page).title == "Paused")
    assert bars(page).percents == {}, "nothing is 0 % while nothing is analysed"
    page.locator(".notes .gap").wait_for()
    page.evaluate(KEY)
    until(page, lambda: page.locator(".notes .mark").count() == 2)
    assert serious(page) == []
    assert _overlaps(page) == 0
    _stop(page)
    assert serious(page) == []
    controls(page).get_by_role("button", name="Start camera").click()
    page.get_by_role("button", name=words.UNSAVED["keep"]).wait_for()
    assert serious(page) == []


def _overlaps(page):
    """Of the words in the last minute's chart, how many pairs lie on each other."""
    boxes = page.locator(".notes .words").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect())"
        ".map(({left, right, top, bottom}) => [left, right, top, bottom])"
    )
    return sum(
        one[0] < two[1] - 1 and two[0] < one[1] - 1 and one[2] < two[3] - 1 and two[2] < one[3] - 1
        for one, two in combinations(boxes, 2)
    )
