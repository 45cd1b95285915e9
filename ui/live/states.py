"""What the live page says while the app knows of a camera: one table decides every sentence.

What only the browser knows (camera blocked, connection lost, …) is `words.CAMERA` and `words.LOST`:
while camera.js shows one of those, it lies over the bars, and the notice of this table is hidden.
Text only; no Streamlit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from fer_core.video.overlay import caption
from fer_core.video.tracking import TrackedFace
from ui.live import words
from ui.live.pipeline.session import Status

State = Literal[
    "off", "connecting", "unreached", "silent", "paused", "looking", "failing", "behind", "dark",
    "empty", "nobody", "one", "several",
]  # fmt: skip
_PATIENCE: Final = 3.0  # seconds without frames, answers or faces before the page says so
_DARK: Final = 40.0  # mean of the picture, of 255; a choice made by eye


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at one moment.

    Attributes:
        on: Whether the camera runs, or the browser and the app agree on a connection.
        status: Of the session.
    """

    on: bool
    status: Status

    @property
    def faces(self) -> tuple[TrackedFace, ...]:
        return self.status.latest.faces if self.status.latest else ()


@dataclass(frozen=True, slots=True)
class Saying:
    """What the page says in a state.

    Attributes:
        state: Its name.
        applies: Whether it is this one, if none of those above it in the table is.
        title: Above the bars; `{answer}` and `{number}` are those of the face that they are of.
        notice: Below them; "" without any.
        kind: Of the notice: "warning" if the viewer may want to act.
        figures: Whether rate and delay are said: only if there are answers to have them.
    """

    state: State
    applies: Callable[[Facts], bool]
    title: str
    notice: str = ""
    kind: Literal["info", "warning"] = "info"
    figures: bool = False


TABLE: Final = (
    Saying("off", lambda f: not f.on, words.SEVEN, words.BEFORE),
    Saying(
        "unreached",
        lambda f: f.status.frames == 0 and f.status.since_frame > 2 * _PATIENCE,
        "No connection",
        words.UNREACHED,
        "warning",
    ),
    Saying("connecting", lambda f: f.status.frames == 0, "Connecting …"),
    Saying(
        "silent",
        lambda f: f.status.since_frame > _PATIENCE,
        "No picture",
        words.SILENT,
        "warning",
    ),
    Saying("paused", lambda f: f.status.paused, "Paused", words.PAUSED),
    Saying(
        "failing",
        lambda f: f.status.since_answer > _PATIENCE and f.status.failures > 0,
        "No answer at the moment",
        words.FAILING,
        "warning",
    ),
    Saying(
        "behind",
        lambda f: f.status.since_answer > _PATIENCE,
        "No answer at the moment",
        words.BEHIND,
    ),
    Saying("looking", lambda f: f.status.latest is None, "Looking …"),
    Saying(
        "dark",
        lambda f: f.status.since_face > _PATIENCE and (f.status.brightness or 0) < _DARK,
        "No face in the picture",
        words.DARK,
        "warning",
        figures=True,
    ),
    Saying(
        "empty",
        lambda f: f.status.since_face > _PATIENCE and not f.faces,
        "No face in the picture",
        words.EMPTY,
        figures=True,
    ),
    Saying("nobody", lambda f: not f.faces, "No face in the picture", figures=True),
    Saying("one", lambda f: len(f.faces) == 1, "{answer}", figures=True),
    Saying("several", lambda f: True, "Face {number}: {answer}", figures=True),
)


def saying(facts: Facts) -> Saying:
    """The first of the table that applies."""
    return next(row for row in TABLE if row.applies(facts))


def title(said: Saying, face: TrackedFace | None) -> str:
    """What stands above the bars of this face; None if there are none to show."""
    if face is None:
        return said.title
    text = said.title.format(answer=caption(face), number=face.number)
    return text[0].upper() + text[1:]


def figures(status: Status) -> str:
    """ "12 frames a second analysed"."""
    rate = round(status.analysed_fps)
    if rate < 1:
        return "Less than 1 frame a second analysed"
    return f"{rate} {'frame' if rate == 1 else 'frames'} a second analysed"
