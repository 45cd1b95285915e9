"""How a viewer works the live page, and what they see of it."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import cv2
import numpy as np
from playwright.sync_api import Error, Frame, FrameLocator, Page

from fer_core.labels import COLORS
from fer_core.types import Box, RGBImage

FRAME = 'iframe[title="streamlit_webrtc.component.webrtc_streamer"]'

_PLAYS = """() => {
  const video = document.querySelector("video");
  return video && video.videoWidth > 0 && video.currentTime > 0;
}"""
_PICTURE = """() => {
  const video = document.querySelector("video");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  return canvas.toDataURL("image/png").split(",")[1];
}"""
_COUNT_FRAMES = """(milliseconds) => new Promise((resolve) => {
  const video = document.querySelector("video");
  if (!video) return resolve(0);
  let frames = 0;
  const count = () => { frames += 1; video.requestVideoFrameCallback(count); };
  video.requestVideoFrameCallback(count);
  setTimeout(() => resolve(frames), milliseconds);
})"""


def controls(page: Page) -> FrameLocator:
    return page.frame_locator(FRAME)


def press_start(page: Page) -> None:
    controls(page).get_by_role("button", name="Start camera").click()


def press_stop(page: Page) -> None:
    controls(page).get_by_role("button", name="Stop").click()


def go_to(page: Page, name: str) -> None:
    """Opens another page by its link.

    Streamlit loses a click that meets a rerun of the page, such as the one after a stop: then the
    viewer clicks again.
    """
    link = page.get_by_role("link", name=name).first
    heading = page.get_by_role("heading", name=name, exact=True)
    for _ in range(5):
        link.click()
        if until(page, heading.is_visible, 8):
            return
    raise AssertionError(f"{name} never opened")


def start(page: Page, seconds: float = 60) -> None:
    """Starts the camera and waits until its picture has come back from the app.

    It asks again while the place of the viewer before is still taken: a busy machine frees it late.
    """
    deadline = time.monotonic() + seconds
    press_start(page)
    busy = page.get_by_role("button", name="Try again")
    while not until(page, lambda: busy.is_visible() or _plays(page)) or busy.is_visible():
        assert time.monotonic() < deadline, "no picture in time"
        if busy.is_visible():
            busy.click()
            press_start(page)


def _plays(page: Page) -> bool:
    try:
        return bool(video_frame(page).evaluate(_PLAYS))
    except (AssertionError, AttributeError, Error):  # the frame goes where a start is refused
        return False


def video_frame(page: Page) -> Frame:
    frame = page.locator(FRAME).element_handle().content_frame()
    assert frame is not None
    return frame


def picture(page: Page) -> RGBImage:
    """(height, width, 3) uint8 RGB: what stands in the video at the moment."""
    data = base64.b64decode(video_frame(page).evaluate(_PICTURE))
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), 1), cv2.COLOR_BGR2RGB)


def frames_within(page: Page, milliseconds: int) -> int:
    return int(video_frame(page).evaluate(_COUNT_FRAMES, milliseconds))


def rows(page: Page) -> dict[str, int]:
    """The bars: name → percent, in their order."""
    names = page.locator(".bars .name").all_inner_texts()
    shares = page.locator(".bars .share").all_inner_texts()
    return {name: int(share.split()[0]) for name, share in zip(names, shares, strict=True)}


def title(page: Page) -> str:
    return page.locator(".bars .title").last.inner_text()


def edges_in_colour(image: RGBImage, box: Box, expression: str, reach: int = 9) -> list[float]:
    """For each side of a box, the share of its length near which the expression's colour is.

    Args:
        reach: How many pixels from the side count as near: the film moves and boxes follow.
    """
    value = int(COLORS[expression].removeprefix("#"), 16)
    color = np.array([value >> 16, value >> 8 & 255, value & 255])
    # Video keeps colour at half its resolution, so that a thin line comes back paler.
    alike = np.abs(image.astype(int) - color).sum(axis=2) < 110
    top, left = max(0, box.y - reach), max(0, box.x - reach)
    rows_, columns = (
        slice(box.y + reach, box.bottom - reach),
        slice(box.x + reach, box.right - reach),
    )
    sides = [
        alike[top : box.y + reach, columns].any(axis=0),
        alike[box.bottom - reach : box.bottom + reach, columns].any(axis=0),
        alike[rows_, left : box.x + reach].any(axis=1),
        alike[rows_, box.right - reach : box.right + reach].any(axis=1),
    ]
    return [float(side.mean()) for side in sides]


def until(page: Page, condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether it comes true in time. Waits in Playwright's way, which keeps the page running."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        page.wait_for_timeout(200)
    return True
