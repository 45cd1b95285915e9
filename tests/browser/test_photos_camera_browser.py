"""The camera of the Photos page: its shutter, and what is said if it gives no picture."""

import json

import pytest
from live_page import PATIENCE, download, until

from ui.camera_words import START
from ui.photos.shutter import TAKE, WORDS

NOTED = """(() => {
  const devices = navigator.mediaDevices, ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => (window.lent = await ask(wanted));
})()"""
IN_USE_ONCE = """(() => {
  const devices = navigator.mediaDevices, ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    devices.getUserMedia = ask;
    throw new DOMException("Could not start video source", "NotReadableError");
  };
})()"""


def _open(open_page, **options):
    page = open_page("photos", **options)
    page.get_by_text("up to 20 MB").wait_for()
    page.get_by_text("Use the camera").click()
    return page


@pytest.mark.parametrize("size", [(390, 844), (1280, 720)])
def test_the_shutter_is_in_view_and_its_picture_is_a_photo_like_any_other(open_page, size):
    width, height = size
    page = _open(open_page, script=NOTED, viewport={"width": width, "height": height})
    shutter = page.get_by_role("button", name=TAKE, disabled=False)
    shutter.wait_for()
    box = shutter.bounding_box()
    assert box["y"] + box["height"] <= height
    shutter.click()
    page.get_by_text("1 photo, 1 face").wait_for()
    shutter.click()
    page.get_by_text("2 photos, 2 faces").wait_for()
    photos = json.loads(download(page, "Download everything (JSON)"))["photos"]
    camera = page.evaluate("window.lent.getVideoTracks()[0].getSettings()")
    sizes = {(photo["file"], photo["width"], photo["height"]) for photo in photos}
    assert sizes == {("camera.jpg", camera["width"], camera["height"])}
    page.get_by_text("Use the camera").click()
    until(page, lambda: page.evaluate("window.lent.getTracks()[0].readyState") == "ended")


@pytest.mark.parametrize(
    ("camera", "state"), [("denied", "denied"), ("none", "missing")], ids=["denied", "missing"]
)
def test_a_camera_that_gives_no_picture_is_told_in_words(open_page, camera, state):
    page = _open(open_page, camera=camera)
    page.get_by_role("status").filter(has_text=WORDS[state]).wait_for()
    page.get_by_role("button", name=START).wait_for()
    assert not page.get_by_role("button", name=TAKE).is_visible()
    assert page.locator('a[href^="http"]:not([href*="127.0.0.1"])').count() == 0


def test_a_camera_in_use_can_be_tried_again(open_page):
    page = _open(open_page, script=IN_USE_ONCE)
    page.get_by_role("status").filter(has_text=WORDS["in_use"]).wait_for()
    page.get_by_role("button", name=START).click()
    page.get_by_role("button", name=TAKE, disabled=False).wait_for(timeout=1000 * PATIENCE)
    assert not page.get_by_text(WORDS["in_use"]).is_visible()


def test_the_camera_serves_beside_the_folder_as_well(open_page):
    page = _open(open_page)
    page.get_by_text("Take a whole folder").click()
    page.get_by_text("Choose a folder of photos").wait_for()
    page.get_by_role("button", name=TAKE, disabled=False).click()
    page.get_by_text("1 photo, 1 face").wait_for()
