"""The live page in Chromium, with a film of a real face as the camera."""

import re

import cv2
import numpy as np
import pytest
from camera_film import HEIGHT, WIDTH
from live_page import (
    FRAME,
    controls,
    edges_in_colour,
    frames_within,
    go_to,
    picture,
    press_start,
    press_stop,
    rows,
    start,
    title,
    until,
)

from fer_core.labels import DISPLAY_NAMES, EMOTIONS
from fer_core.recognition.detection import load_detector
from ui.live import words as states
from ui.live.pipeline.pool import SILENT

NEVER_ANSWERED = "navigator.mediaDevices.getUserMedia = () => new Promise(() => {});"
IN_USE = """navigator.mediaDevices.getUserMedia = () => Promise.reject(
  new DOMException("Could not start video source", "NotReadableError"));"""


@pytest.fixture(scope="module")
def film_face(film):
    """The film's first frame as a mirror shows it, and where the detector finds the face in it."""
    with film("film").open("rb") as file:
        file.readline()
        file.readline()
        planes = np.frombuffer(file.read(WIDTH * HEIGHT * 3 // 2), np.uint8)
    image = cv2.flip(cv2.cvtColor(planes.reshape(-1, WIDTH), cv2.COLOR_YUV2RGB_I420), 1)
    (face,) = load_detector().detect(image)
    return image, face.box


def _shown(page):
    """The expression in the title, as its key: "Happy 47 %" → "happy"."""
    return title(page).split()[0].strip(":").lower()


def test_face_comes_back_boxed_with_its_expression_beside_it(open_page, film_face):
    film_image, box = film_face
    page = open_page("live")
    start(page)
    names = {name.lower() for name in DISPLAY_NAMES.values()}
    assert until(page, lambda: _shown(page) in names)

    expression = _shown(page)
    assert max(edges_in_colour(film_image, box, expression)) < 0.5, (
        "the film itself has this colour"
    )
    # Where the network is unsure its box is dashed.
    enough = 0.4 if expression == "unsure" else 0.75
    assert until(page, lambda: min(edges_in_colour(picture(page), box, _shown(page))) > enough), (
        edges_in_colour(picture(page), box, _shown(page))
    )
    assert picture(page).shape[1] / picture(page).shape[0] == pytest.approx(WIDTH / HEIGHT)
    assert until(page, lambda: frames_within(page, 1000) >= 5)

    bars = rows(page)
    assert list(bars) == [DISPLAY_NAMES[emotion] for emotion in EMOTIONS]
    assert sum(bars.values()) == pytest.approx(100, abs=4)
    if expression != "unsure":
        assert bars[DISPLAY_NAMES[expression]] == max(bars.values())
    figures = page.get_by_text(re.compile(r"\d+ frames a second analysed · \d+ ms delay"))
    assert figures.count() == 1

    press_stop(page)
    controls(page).get_by_role("button", name="Start camera").wait_for()
    page.get_by_text("Seven apparent expressions").wait_for()
    start(page)
    assert until(page, lambda: _shown(page) in names)


def test_leaving_the_page_frees_the_camera_and_the_place(open_page):
    page = open_page("live")
    start(page)
    go_to(page, "Photos")
    go_to(page, "Live")
    controls(page).get_by_role("button", name="Start camera").wait_for()
    start(page, 30)
    assert until(page, lambda: frames_within(page, 1000) >= 3)

    following = open_page("live")
    page.close()  # says no goodbye
    start(following, SILENT + 30)


def test_one_session_too_many_is_refused_and_the_first_goes_on(open_page):
    first, second = open_page("live"), open_page("live")
    start(first)
    press_start(second)
    second.get_by_text(states.BUSY).wait_for()
    assert second.locator(FRAME).count() == 0
    assert second.get_by_role("link", name="Use photos").is_visible()
    assert until(first, lambda: frames_within(first, 1000) >= 3)
    press_stop(first)
    controls(first).get_by_role("button", name="Start camera").wait_for()
    second.get_by_role("button", name="Try again").click()
    start(second)


@pytest.mark.parametrize(
    ("camera", "script", "state"),
    [
        ("denied", "", "denied"),
        ("none", "", "missing"),
        ("film", IN_USE, "in_use"),
        ("film", NEVER_ANSWERED, "asking"),
    ],
    ids=["denied", "missing", "in use", "asking"],
)
def test_camera_trouble_is_said_in_words(open_page, camera, script, state):
    page = open_page("live", camera=camera, script=script)
    if state == "asking":  # the film's browser allows without asking
        page.add_init_script(
            "navigator.permissions.query = () => Promise.resolve({ state: 'prompt' });"
        )
        page.reload()
    press_start(page)
    page.get_by_role("status").filter(has_text=states.CAMERA[state]).wait_for()
    raw = controls(page).get_by_role("alert").filter(visible=True)
    assert raw.count() == 0, "the browser's own words stand there as well"


def test_page_without_https_says_so(open_page):
    page = open_page(
        "live",
        script="Object.defineProperty(window, 'isSecureContext', { get: () => false });",
    )
    page.get_by_role("status").filter(has_text=states.CAMERA["insecure"]).wait_for()


def test_narrow_page_stacks_and_does_not_scroll_sideways(open_page):
    page = open_page("live", viewport={"width": 390, "height": 844})
    start(page)
    page.locator(".bars .title").wait_for()
    video, bars = page.locator(FRAME).bounding_box(), page.locator(".bars").bounding_box()
    assert video["y"] + video["height"] <= bars["y"]
    assert bars["x"] >= 0
    assert bars["x"] + bars["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    button = controls(page).get_by_role("button", name="Stop").bounding_box()
    assert button["y"] + button["height"] <= 844, "the button is out of view"
