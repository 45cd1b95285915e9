"""Photos come in: dropped, as a folder, from the camera, or the sample; each has its turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.images.structure import MAX_JPEG_PIXELS, MAX_PIXELS, MAX_WEBP_PIXELS
from fer_core.recognition.answers.ways import EVERYDAY, MIXES
from fer_core.recognition.photos import Photo, PhotoResult
from fer_core.recognition.recognizer import Recognizer
from ui import sample
from ui.photos import correcting, kept, shutter
from ui.server import service, uploads
from ui.server.turns import cost

MOST_PHOTOS: Final = 50
SHOWN_S: Final = 0.5
"""So long after a result, in seconds, it stands on the page, as soon as the photo that is being
looked at is done."""
TOGETHER_S: Final = 3.0
"""Seconds within which photos that are added one by one count as added together: the first one's
card is open, however quickly each was looked at."""
ENDINGS: Final = ("jpg", "jpeg", "png", "webp", "heic", "heif")
"""Of the files that are taken out of a folder; a single file may have any name."""
LIMITS: Final = (
    f"JPEG, PNG, WebP or HEIC, up to {uploads.PHOTO_MB} MB and {MAX_PIXELS // 1_000_000} "
    f"megapixels (WebP {MAX_WEBP_PIXELS // 1_000_000}), {MOST_PHOTOS} at a time."
)
MORE: Final = (
    f"A JPEG may have {MAX_JPEG_PIXELS // 1_000_000} megapixels. Photos are looked at on the "
    "computer that runs this app."
)
MIX_HELP: Final = (
    "With all seven alike, anger, disgust and fear are answered more often, as suits posed "
    "pictures; on everyday pictures fewer answers are right. To change it, remove all photos."
)
RESULTS_ONLY: Final = "Only the results are kept, until you leave."

_INTAKE: Final = "photo-intake"
"""In the session: the visitor's `Intake`."""
_FOLDER: Final = "photo-folder"
_SAMPLE: Final = "sample"

_MIX: Final = "photo-mix"
"""In the session: the mix of expressions that the visitor expects."""
_MIX_MENU: Final = "photo-mix-menu"

Photos = dict[str, Photo]
"""What somebody has given and was not looked at yet, by an id."""


@dataclass
class Intake:
    """How far the photos that somebody gave are looked at; one object, as `kept.Kept` is.

    Attributes:
        done: The ids of the uploaded photos that were looked at. It is not emptied: a photo that
            somebody chooses at that moment would be lost.
        sample: Whether the sample was asked for. Only the run after the click knows of the click.
        came: Id → when a photo was first seen, in seconds of `time.monotonic`.
        looked_at: While photos are looked at: how many were.
        waiting: The ids of those that were not yet.
        ended: When the last photo that there was had been looked at, in the same seconds.
        too_many: How many were left out, which is still to be said.
    """

    done: set[str] = field(default_factory=set)
    sample: bool = False
    came: dict[str, float] = field(default_factory=dict)
    looked_at: int = 0
    waiting: set[str] = field(default_factory=set)
    ended: float | None = None
    too_many: int = 0

    def begins_with(self, key: str) -> bool:
        """Whether a photo was not added while others are looked at, or just after them."""
        late = self.ended is None or self.came.get(key, 0.0) - self.ended > TOGETHER_S
        return not self.looked_at and late

    def finish(self) -> None:
        """No photo waits any more."""
        self.looked_at = 0
        self.waiting.clear()
        self.came.clear()


def _intake() -> Intake:
    found: Intake = st.session_state.setdefault(_INTAKE, Intake())
    return found


def draw() -> Photos:
    """Draw what takes photos, and what became of those that it could not keep."""
    intake = _intake()
    photos = _given(intake)
    if lost := intake.waiting - photos.keys():
        _tell_of_lost(len(lost))
        intake.waiting -= lost
    if not photos:
        intake.finish()
    if intake.too_many:
        st.warning(
            f"{intake.too_many} photos more than the {MOST_PHOTOS} that fit at a time were left "
            "out. Remove some, then add those again.",
            icon=":material/filter_none:",
        )
        intake.too_many = 0
    return photos


def mix() -> str:
    """The mix of expressions that the visitor expects, of `MIXES`."""
    return str(st.session_state.get(_MIX, EVERYDAY))


def _choose_mix() -> None:
    """All photos are answered with one mix: it is chosen before the first one."""
    st.session_state[_MIX_MENU] = mix()  # a widget's own state ends with a change of page
    st.selectbox(
        "Expected mix of expressions",
        list(MIXES),
        format_func=lambda name: MIXES[name].capitalize(),
        key=_MIX_MENU,
        on_change=lambda: st.session_state.update({_MIX: st.session_state[_MIX_MENU]}),
        disabled=bool(kept.results()),
        help=MIX_HELP,
    )


def _given(intake: Intake) -> Photos:
    folder = bool(st.session_state.get(_FOLDER))
    files = st.file_uploader(
        "Choose a folder of photos" if folder else "Drop photos here",
        type=ENDINGS if folder else None,
        accept_multiple_files="directory" if folder else True,
        max_upload_size=uploads.WIDGET_MB,
        help=MORE,
        key=f"photos-{folder}",
    )
    st.caption(LIMITS if correcting.is_on() else f"{LIMITS} {RESULTS_ONLY}")
    with st.container(horizontal=True, vertical_alignment="center", key="photo-intake"):
        camera = st.toggle("Use the camera")
        # Another uploader takes its place, and photos in this one would be lost.
        wait = any(file.file_id in intake.waiting for file in files)
        st.toggle("Take a whole folder", key=_FOLDER, disabled=wait)
        if st.button("Use the sample", icon=":material/portrait:"):
            intake.sample = True
        correcting.switch()
    correcting.say_what_is_kept()
    if camera:
        shutter.draw()
    with st.sidebar:
        _choose_mix()
    photos: Photos = {}
    if intake.sample:
        photos[_SAMPLE] = Photo("eileen_collins.jpg", sample.SAMPLE.read_bytes)
    for file in files:
        if file.file_id not in intake.done:
            photos[file.file_id] = Photo(file.name, partial(uploads.content, file))
    for key in photos:
        intake.came.setdefault(key, time.monotonic())
    return photos


def look_at_next(photos: Photos, recognizer: Recognizer) -> None:
    """Looks at photos for `SHOWN_S` and starts the page over with their results.

    Each result is kept and its original dropped at once: whoever adds a photo meanwhile starts this
    page over, with the photos that are left and the new one.
    """
    intake, left = _intake(), list(photos)
    bar, ends = st.progress(0.0), time.monotonic() + SHOWN_S
    while left and len(kept.results()) < MOST_PHOTOS:
        count = intake.looked_at
        share = count / (count + len(left))
        bar.progress(share, f"{count} of {count + len(left)} photos looked at")
        intake.waiting = set(left)
        key, photo = left[0], photos[left[0]]
        result = _look_at(photo, recognizer, partial(_say_place, bar, share))
        keep_original = correcting.keeps_original(result)
        opens = photo.name == shutter.FILE or intake.begins_with(key)
        number = kept.add(result, open_it=opens)
        # From here on to the next round nothing looks into the session.
        keep_original(number, photo)
        intake.looked_at += 1
        _drop(intake, left.pop(0))
        if left and time.monotonic() > ends:
            st.rerun()
    intake.too_many = len(left)
    for key in left:
        _drop(intake, key)
    intake.finish()
    intake.ended = time.monotonic()
    st.rerun()


def _drop(intake: Intake, key: str) -> None:
    intake.waiting.discard(key)
    if key == _SAMPLE:
        intake.sample = False
    else:
        intake.done.add(key)
        uploads.drop(key)


def _tell_of_lost(count: int) -> None:
    """Streamlit drops an uploader's files once its page is left."""
    st.warning(
        f"{count} {'photo was' if count == 1 else 'photos were'} not looked at, because this page "
        "was left meanwhile. Add them again.",
        icon=":material/filter_none:",
    )


def _look_at(photo: Photo, recognizer: Recognizer, on_wait: Callable[[int], None]) -> PhotoResult:
    """The photo's result, once it is its turn among all visitors' photos."""
    with service.TURNS.turn(uploads.session_id(), cost(photo), on_wait) as worker:
        return worker.analyze(photo, recognizer)


def _say_place(bar: DeltaGenerator, share: float, place: int) -> None:
    others = "a photo" if place == 1 else f"{place} photos"
    bar.progress(share, f"Waiting for {others} of other visitors …" if place else "Waiting …")
