"""The live page in Chromium, with a film of a real face as the camera."""

import re
import time
from urllib.parse import urlsplit

import cv2
import numpy as np
import psutil
import pytest
from app_server import running_app
from camera_film import HEIGHT, WIDTH
from live_page import (
    FRAME,
    bars,
    bars_of_a_face,
    controls,
    edges_in_colour,
    go_to,
    moves,
    picture,
    press_start,
    press_stop,
    start,
    until,
    video_frame,
    wait_for_picture,
)

from fer_core.labels import DISPLAY_NAMES, EMOTIONS
from fer_core.recognition.detection import load_detector
from ui.live import words

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


def _boxed(page, film_face):
    """The bars of a face that the picture shows boxed in its expression's colour; None while it
    does not, as at moments when the answer is old or changes between the two looks."""
    film_image, box = film_face
    image, shown = picture(page), bars(page)
    if image is None or shown.answer is None:
        return None
    assert max(edges_in_colour(film_image, box, shown.answer)) < 0.5, (
        "the film itself has this colour"
    )
    image = cv2.resize(image, (WIDTH, HEIGHT))  # a busy browser sends smaller pictures
    # An unsure answer's box is dashed.
    enough = 0.4 if shown.answer == "unsure" else 0.75
    return shown if min(edges_in_colour(image, box, shown.answer)) > enough else None


def test_its_buttons_have_the_pages_typeface(open_page):
    page = open_page("live")
    controls(page).get_by_role("button", name="Start camera").wait_for()
    loaded = "[...document.fonts].some(({ status }) => status === 'loaded')"
    until(page, lambda: video_frame(page).evaluate(loaded))


def test_face_comes_back_boxed_with_its_expression_beside_it(open_page, film_face):
    page = open_page("live")
    start(page)
    shown = until(page, lambda: _boxed(page, film_face))
    assert list(shown.percents) == [DISPLAY_NAMES[emotion] for emotion in EMOTIONS]
    assert sum(shown.percents.values()) == pytest.approx(100, abs=4)
    if shown.answer != "unsure":
        assert shown.percents[DISPLAY_NAMES[shown.answer]] == max(shown.percents.values())
    height, width, _ = wait_for_picture(page).shape
    assert width / height == pytest.approx(WIDTH / HEIGHT)
    until(page, lambda: moves(page, frames=5))
    figures = re.compile(r"frames? a second analysed · at least (\d+)\xa0ms from camera to screen")
    shown = page.locator(".figures").filter(has_text=figures)
    shown.wait_for()
    assert 10 < int(figures.search(shown.inner_text())[1]) < 5000

    press_stop(page)
    until(page, lambda: bars(page).answer is None)
    page.get_by_text("Seven apparent expressions").wait_for()
    start(page)
    until(page, lambda: bars_of_a_face(page))


def test_leaving_the_page_frees_the_camera_and_the_place(open_page):
    page = open_page("live")
    start(page)
    go_to(page, "Photos")
    go_to(page, "Live")
    controls(page).get_by_role("button", name="Start camera").wait_for()
    start(page)
    until(page, lambda: moves(page))

    following = open_page("live")
    page.close()  # says no goodbye
    start(following)


def test_one_session_too_many_is_refused_and_the_first_goes_on(open_page):
    first, second = open_page("live"), open_page("live")
    start(first)
    press_start(second)
    second.get_by_text(words.BUSY).wait_for()
    until(second, lambda: second.locator(FRAME).count() == 0)
    second.get_by_role("link", name="Use photos").wait_for()
    until(first, lambda: moves(first))
    press_stop(first)
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
    controls(page).get_by_role("button", name="Start camera").wait_for()
    before = page.locator(FRAME).bounding_box()["y"]
    press_start(page)
    page.get_by_role("status").filter(has_text=words.CAMERA[state]).wait_for()
    # What was said before the trouble makes room, and nothing moves.
    until(page, lambda: not page.locator(".st-key-live_notice").get_by_text("Press").is_visible())
    assert page.locator(FRAME).bounding_box()["y"] == pytest.approx(before, abs=1)
    raw = controls(page).get_by_role("alert").filter(visible=True)
    until(page, lambda: raw.count() == 0)  # the browser's own words do not stay beside them


def test_page_without_https_says_so(open_page):
    page = open_page(
        "live",
        script="Object.defineProperty(window, 'isSecureContext', { get: () => false });",
    )
    page.get_by_role("status").filter(has_text=words.CAMERA["insecure"]).wait_for()


def test_narrow_page_stacks_and_does_not_scroll_sideways(open_page):
    page = open_page("live", viewport={"width": 390, "height": 844})
    start(page)
    until(page, lambda: page.locator(".bars").count() == 1)  # those of the run before are gone
    video, beside = page.locator(FRAME).bounding_box(), page.locator(".bars").bounding_box()
    assert video["y"] + video["height"] <= beside["y"]
    last = page.locator(".bars .row").last.bounding_box()
    assert last["y"] + last["height"] <= 844, "the bars are out of view"
    assert beside["x"] >= 0
    assert beside["x"] + beside["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    button = controls(page).get_by_role("button", name="Stop").bounding_box()
    assert button["y"] + button["height"] <= 844, "the button is out of view"


def test_the_app_ends_in_time_while_somebody_is_live(browsers, tmp_path):
    with running_app(tmp_path / "app.log", {}) as url:
        port = str(urlsplit(url).port)
        (app,) = [child for child in psutil.Process().children() if port in child.cmdline()]
        context = browsers("film").new_context()
        page = context.new_page()
        page.goto(f"{url}/live")
        start(page)
        wait_for_picture(page)
        asked = time.monotonic()
        app.terminate()
        app.wait(30)
        assert time.monotonic() - asked < 10
        context.close()
