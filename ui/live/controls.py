"""What a viewer can set on the live page, remembered while the browser's tab is open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import streamlit as st

from ui.live.pipeline.session import LiveSession
from ui.live.pipeline.settings import DETECTION_WIDTHS, PARTS, Settings

_PART_NAMES: Final = {
    "box": "Box",
    "label": "Label",
    "bars": "Bars",
    "landmarks": "Eyes, nose, mouth",
}
_FIRST: Final = Settings()


def draw(model_threshold: float) -> Settings:
    """Draws the settings in the sidebar and returns what they say; `paused` is not among them.

    Args:
        model_threshold: The model's own "unsure" threshold, where that setting starts.
    """
    with st.sidebar:
        st.subheader("Live settings", anchor=False)
        return Settings(
            mirror=_mirror(),
            parts=frozenset(_parts()),
            smoothing=_smoothing(),
            unsure_below=_threshold(model_threshold),
            detection=_detection(),
        )


@st.fragment
def pause_button(session: LiveSession) -> None:
    """Rests the analysis, or goes on with it."""
    paused = session.settings.paused
    st.button(
        "Go on" if paused else "Pause",
        key="live_pause",
        icon=":material/play_arrow:" if paused else ":material/pause:",
        help="Rests the analysis and the record. The picture goes on, without boxes.",
        on_click=_pause,
        args=(session, not paused),
    )


def _pause(session: LiveSession, paused: bool) -> None:
    session.settings = replace(session.settings, paused=paused)


def _mirror() -> bool:
    return st.toggle(
        "Mirror the picture",
        _FIRST.mirror,
        help="On, the picture moves as in a mirror. The answers are the same either way.",
        **_remembered("mirror"),
    )


def _parts() -> list[str]:
    return st.pills(
        "Draw on the video",
        PARTS,
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
    percent = st.slider(
        "Unsure below (%)",
        0,
        90,
        round(100 * of_the_model),
        help="Where the likeliest expression has less than this, the answer is “unsure”. "
        f"The model's own threshold is {100 * of_the_model:.0f} %.",
        **_remembered("unsure"),
    )
    # The model's own is finer than the slider.
    return of_the_model if percent == round(100 * of_the_model) else percent / 100


def _detection() -> str:
    return st.segmented_control(
        "Look for faces",
        list(DETECTION_WIDTHS),
        default=_FIRST.detection,
        required=True,
        format_func=str.capitalize,
        help="Fast finds large faces with the least work. Far faces finds small ones as well, "
        "with about three times the work of Balanced.",
        **_remembered("detection"),
    )


def _remembered(name: str) -> dict[str, Any]:
    """For a widget that keeps its value while the viewer visits another page."""
    return {"key": f"live_{name}", "persist_state": "session"}
