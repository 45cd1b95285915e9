"""What a viewer can set on the live page, remembered while the browser's tab is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from fer_core.recognition.answers.ways import MIXES, Way
from fer_core.recognition.recognizer import Recognizer
from fer_core.video.tracking import TrackedFace
from ui.charts.session_words import clock
from ui.live.pipeline.session import LiveSession
from ui.live.pipeline.settings import DETECTION_WIDTHS, PARTS, Settings
from ui.recorded.faces import MOST_NAME

_PART_NAMES: Final = {
    "box": "Box",
    "label": "Label",
    "bars": "Bars",
    "landmarks": "Eyes, nose, mouth",
}
_FIRST: Final = Settings()
_CHOSEN: Final = "live_chosen_face"
PARTICIPANT_HELP: Final = "Stands in the downloads and their names. Empty for none."
MARK_KEY: Final = "m"
MOST_NOTE: Final = 200
"""Letters of an event's note."""


def draw(recognizer: Recognizer) -> tuple[str, Settings]:
    """Draw the settings in the sidebar.

    Args:
        recognizer: Whose threshold is the first one, and whose detector may know no landmarks.

    Returns:
        The participant's name, and the settings; `paused` is not among them.
    """
    with st.sidebar:
        st.header("Live settings", anchor=False)
        participant, mix = _participant(), _mix()
        return participant, Settings(
            mirror=_mirror(),
            parts=frozenset(_parts(recognizer.finds_landmarks)),
            smoothing=_smoothing(),
            mix=mix,
            unsure_below=_threshold(recognizer.asked(Way(mix=mix)).unsure_below),
            detection=_detection(),
        )


@st.fragment
def buttons(session: LiveSession) -> None:
    """Pause the analysis or resume it, and mark an event, by the button or by its key."""
    paused = session.settings.paused
    with st.container(horizontal=True):
        st.button(
            "Resume" if paused else "Pause",
            key="live_pause",
            icon=":material/play_arrow:" if paused else ":material/pause:",
            help="Faces are looked at and recorded again; the pause stays a gap."
            if paused
            else "Pauses the analysis and the record. The picture goes on, without boxes.",
            on_click=_pause,
            args=(session, not paused),
        )
        st.button(
            "Mark",
            key="live_mark",
            icon=":material/flag:",
            shortcut=MARK_KEY,
            help="Marks an event at this moment, in the timeline and the downloads. "
            "A note can be added below, then or later.",
            on_click=session.mark,
        )


def _pause(session: LiveSession, paused: bool) -> None:
    session.settings = replace(session.settings, paused=paused)


@st.fragment(run_every=2.0)
def last_note(session: LiveSession) -> None:
    """The note of the event that was marked last, once there is one."""
    marks = session.record.marks
    with st.container(key="live_note", height=90, border=False):
        if marks:
            last = len(marks) - 1
            key = f"live_note_{id(session)}_{last}"
            saved = ", saved" if marks[last].note else ""
            st.text_input(
                f"Note on the event at {clock(marks[last].time)}{saved}",
                marks[last].note,
                max_chars=MOST_NOTE,
                key=key,
                on_change=lambda: session.record.note(last, st.session_state[key].strip()),
            )


def face_choice(faces: Sequence[TrackedFace]) -> None:
    """Draw a choice if there are several faces.

    A choice lasts while its face is in view. Its place is always there, so that nothing moves when
    a face comes or goes.
    """
    with st.container(key="live_chooser", height=50, border=False):
        if len(faces) > 1:
            shown = current_face(faces)
            assert shown is not None
            _choice([face.number for face in faces], shown.number)


def current_face(faces: Sequence[TrackedFace]) -> TrackedFace | None:
    """The chosen face, if it is in view; see `chosen_face`."""
    return chosen_face(faces, st.session_state.get(_CHOSEN))


def chosen_face(faces: Sequence[TrackedFace], number: int | None) -> TrackedFace | None:
    """The face with this number, or else the one with the lowest; None if there is none."""
    for face in faces:
        if face.number == number:
            return face
    return min(faces, key=lambda face: face.number, default=None)


def _participant() -> str:
    name: str = st.text_input(
        "Participant",
        max_chars=MOST_NAME,
        placeholder="Name or code",
        help=PARTICIPANT_HELP,
        **_remembered("participant"),
    )
    return name.strip()


def _mix() -> str:
    return str(
        st.selectbox(
            "Expected mix of expressions",
            list(MIXES),
            format_func=lambda name: MIXES[name].capitalize(),
            help="With all seven alike, anger, disgust and fear are answered more often, as suits "
            "posed expressions; of everyday ones fewer answers are right.",
            **_remembered("mix"),
        )
    )


def _mirror() -> bool:
    return st.toggle(
        "Mirror the picture",
        _FIRST.mirror,
        help="On, the picture moves as in a mirror. The answers are the same either way.",
        **_remembered("mirror"),
    )


def _parts(landmarks: bool) -> list[str]:
    """Without landmarks if the detector has none."""
    return st.pills(
        "Draw on the video",
        [part for part in PARTS if landmarks or part != "landmarks"],
        selection_mode="multi",
        default=[part for part in PARTS if part in _FIRST.parts],
        format_func=_PART_NAMES.__getitem__,
        help="What stands on each face. Choose none for the bare picture.",
        **_remembered("parts"),
    )


def _smoothing() -> float:
    return st.slider(
        "Smoothing (seconds)",
        0.0,
        2.0,
        _FIRST.smoothing,
        0.1,
        help="Probabilities are averaged over about this time: more is steadier, less is quicker. "
        "0 shows each frame by itself.",
        **_remembered("smoothing"),
    )


def _threshold(of_the_model: float) -> float:
    own = round(100 * of_the_model)
    percent = st.slider(
        "Unsure below (%)",
        0,
        90,
        own,
        help="If the likeliest expression has less than this, the answer is “unsure”. "
        f"The model's own threshold is {100 * of_the_model:.0f} %.",
        **_remembered(f"unsure_{own}"),  # another model or mix begins with its own
    )
    # The model's own is finer than the slider.
    return of_the_model if percent == own else percent / 100


def _detection() -> str:
    chosen: str = st.segmented_control(
        "Look for faces",
        list(DETECTION_WIDTHS),
        default=_FIRST.detection,
        required=True,
        format_func=str.capitalize,
        help="Fast finds large faces with the least work. Far faces finds small ones as well, "
        "with about three times the work of Balanced.",
        **_remembered("detection"),
    )
    return chosen


def _remembered(name: str) -> dict[str, Any]:
    """For a widget that keeps its value while the viewer visits another page."""
    return {"key": f"live_{name}", "persist_state": "session"}


def _choice(numbers: Sequence[int], shown: int) -> None:
    key = f"live_faces_{'_'.join(map(str, numbers))}"
    st.segmented_control(
        "Face",
        numbers,
        default=shown,
        required=True,
        format_func=lambda number: f"Face {number}",
        key=key,
        label_visibility="collapsed",
        on_change=lambda: st.session_state.update({_CHOSEN: st.session_state[key]}),
    )
