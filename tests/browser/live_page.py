"""How a viewer works the live page, and what they see of it.

Nothing here relies on speed: what is read is checked before it is used, and whoever waits asks
again until `PATIENCE` is over.
"""

from __future__ import annotations

import base64
import contextlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from playwright.sync_api import Error, Frame, FrameLocator, Page

from fer_core.labels import COLORS, DISPLAY_NAMES
from fer_core.types import Box, RGBImage
from ui.live import words

PATIENCE = 150.0
"""Seconds. Two busy cores share the app, the browser, and whatever else runs."""

FRAME = 'iframe[title="streamlit_webrtc.component.webrtc_streamer"]'

_PLAYS = """() => {
  const video = document.querySelector("video");
  return Boolean(video && video.videoWidth > 0 && video.currentTime > 0);
}"""
_PICTURE = """() => {
  const video = document.querySelector("video");
  if (!video?.videoWidth) return null;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  return canvas.toDataURL("image/png").split(",")[1];
}"""
_MOVES = """([frames, milliseconds]) => new Promise((resolve) => {
  const video = document.querySelector("video");
  if (!video) return resolve(false);
  let left = frames;
  const count = () => {
    left -= 1;
    if (left > 0) video.requestVideoFrameCallback(count);
    else resolve(true);
  };
  video.requestVideoFrameCallback(count);
  setTimeout(() => resolve(false), milliseconds);
})"""
_BARS = """(bars) => [
  bars.querySelector(".title")?.textContent ?? "",
  Array.from(bars.querySelectorAll(".row"), (row) => [".name", ".share"].map(
    (part) => row.querySelector(part).textContent)),
]"""

Value = TypeVar("Value")


def within(page: Page, seconds: float, condition: Callable[[], Value]) -> Value | None:
    """What the condition gives as soon as it is true; None if it is not in time.

    It waits in Playwright's way, which keeps the page running. What Streamlit replaces while it is
    read counts as not yet there.
    """
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(Error):
            if value := condition():
                return value
        if time.monotonic() > deadline:
            return None
        page.wait_for_timeout(200)


def until(page: Page, condition: Callable[[], Value]) -> Value:
    """What the condition gives once it is true; the test fails if it never is."""
    value = within(page, PATIENCE, condition)
    assert value is not None, "it did not happen in time"
    return value


def said(page: Page) -> str:
    """The words of the page and of the camera's frame, for whoever reads a failed test."""
    texts = []
    for frame in page.frames:
        with contextlib.suppress(Error):
            texts.append(frame.locator("body").inner_text(timeout=2000))
    return "\n---\n".join(texts)


def download(page: Page, button: str) -> bytes:
    """What a download button gives. A click that meets a rerun of the page is lost: then again."""

    def received() -> list[bytes]:
        with page.expect_download(timeout=20_000) as waiting:
            page.get_by_role("button", name=button).click()
        return [waiting.value.path().read_bytes()]

    return until(page, received)[0]


def take(page: Page, link: str) -> bytes:
    """What a link for a download gives."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    return waiting.value.path().read_bytes()


def wait_for_foot(page: Page) -> None:
    """Wait for what every page draws last. The words alone also name a choice on Evaluation."""
    page.locator(".st-key-foot").get_by_text("Model in use").wait_for()


def choose_model(page: Page, title: str) -> None:
    """Choose a model for all pages, on About. A menu that meets a rerun of the page closes."""
    menu = page.get_by_role("combobox", name="Model in use")
    option = page.get_by_role("option", name=title)
    menu.wait_for()

    def opened() -> bool | None:
        menu.click()
        return within(page, 3, option.is_visible)

    until(page, opened)
    option.click()
    page.locator(".st-key-foot").get_by_text(f"Model in use: {title}").wait_for()


def controls(page: Page) -> FrameLocator:
    return page.frame_locator(FRAME)


def press_start(page: Page) -> None:
    """Start the camera, over a session that nobody has downloaded as well."""
    controls(page).get_by_role("button", name="Start camera").click()
    discard(page)


def discard(page: Page) -> None:
    """Agree to lose a session that nobody has downloaded, if the page asks."""
    agree = page.get_by_role("button", name=words.UNSAVED["discard"])
    if within(page, 0.5, agree.is_visible):
        agree.click()


def press_stop(page: Page) -> None:
    """Stop the camera, and wait until it can be started again."""
    controls(page).get_by_role("button", name="Stop").click()
    controls(page).get_by_role("button", name="Start camera").wait_for()


def go_to(page: Page, name: str) -> None:
    """Open another page by its link.

    Streamlit loses a click that meets a rerun of the page, such as the one after a stop: then the
    viewer clicks again.
    """
    heading = page.get_by_role("heading", name=name, exact=True)

    def opened() -> bool:
        page.get_by_role("link", name=name).first.click()
        return bool(within(page, 8, heading.is_visible))

    until(page, opened)


def start(page: Page) -> None:
    """Start the camera and wait until its picture has come back from the app.

    On a busy machine a viewer has to try again: the place of the viewer before is freed late, or
    the connection does not come about in the time that a browser allows.
    """
    busy = page.get_by_role("button", name="Try again")
    again = page.get_by_role("button", name=words.AGAIN)
    unreachable = page.get_by_role("status").filter(has_text=words.LOST["unreachable"])

    def plays() -> bool:
        if within(page, 5, lambda: busy.is_visible() or _plays(page)) and not busy.is_visible():
            return True
        if busy.is_visible():
            busy.click()
            press_start(page)
        elif again.is_visible():
            again.click()
            discard(page)
        elif unreachable.is_visible():
            press_stop(page)
            press_start(page)
        return False

    press_start(page)
    until(page, plays)


def _plays(page: Page) -> bool:
    return bool(video_frame(page).evaluate(_PLAYS))


def video_frame(page: Page) -> Frame:
    """The streamer's frame. Raises Playwright's Error while there is none."""
    handle = page.locator(FRAME).element_handle(timeout=2000)
    frame = handle.content_frame()
    if frame is None:
        raise Error("the streamer's frame is loading")
    return frame


def picture(page: Page) -> RGBImage | None:
    """(height, width, 3) uint8 RGB: what the video shows at the moment; None before it plays."""
    encoded = video_frame(page).evaluate(_PICTURE)
    if encoded is None:
        return None
    image = cv2.imdecode(np.frombuffer(base64.b64decode(encoded), np.uint8), cv2.IMREAD_COLOR)
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def wait_for_picture(page: Page) -> RGBImage:
    """As `picture`, once the video plays."""
    return until(page, lambda: [image] if (image := picture(page)) is not None else [])[0]


def moves(page: Page, frames: int = 3) -> bool:
    """Whether so many new frames are shown within a few seconds; it answers once they are."""
    return bool(video_frame(page).evaluate(_MOVES, [frames, 8000]))


@dataclass(frozen=True)
class Bars:
    """The bars beside the video, read at one moment.

    Attributes:
        title: Above them.
        percents: Expression's name → percent, in their order; empty without a face.
    """

    title: str
    percents: dict[str, int]

    @property
    def answer(self) -> str | None:
        """The expression in the title, as its key: "Face 2: happy 47 %" → "happy"; None if it
        names none, as in "No face in the picture"."""
        names = "|".join(DISPLAY_NAMES.values())
        found = re.fullmatch(
            rf"(?:face \d+: )?(?:({names}) \d+ %|(unsure): .+)", self.title, re.IGNORECASE
        )
        return (found[1] or found[2]).lower() if found else None


def bars(page: Page) -> Bars:
    """Raises Playwright's Error while there are none, or they are being built."""
    title, rows = page.locator(".bars").last.evaluate(_BARS, timeout=2000)
    if len(rows) != 7 or not all(share for _, share in rows):
        raise Error("the bars are being built")
    known = {name: int(share.split()[0]) for name, share in rows if share != "–"}
    return Bars(title, known)


def bars_of_a_face(page: Page) -> Bars | None:
    """The bars; None while their title names no expression."""
    shown = bars(page)
    return shown if shown.answer else None


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
