"""The connection test under the video: each step with a mark and, if it failed, the remedy."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st
from streamlit_webrtc.config import compile_rtc_configuration
from streamlit_webrtc.eventloop import get_global_event_loop

from ui.component import component
from ui.live import words
from ui.live.components import STATIC
from ui.live.webrtc import ice
from ui.live.webrtc.probe import ProbeError, Probes

_KEY: Final = "live_connection_test"
_REPLY: Final = "live_connection_reply"
_WORDS: Final = {
    "test": words.TEST,
    "steps": words.STEPS,
    "marks": words.MARKS,
    "kinds": words.KINDS,
    "results": words.RESULTS,
}


@st.fragment
def draw() -> None:
    """Draw the test, folded up. A button starts it in the browser (connection_test.js).

    Raises:
        FerError: if `FER_ICE_SERVERS` is damaged.
    """
    with st.expander(words.TEST["title"], icon=":material/network_check:"):
        _component(
            key=_KEY,
            data={
                "words": _WORDS,
                "configuration": ice.rtc_configuration(),
                "reply": st.session_state.get(_REPLY),
            },
            on_offer_change=_answer,
            on_candidates_change=_add_candidates,
        )


@st.cache_resource(show_spinner=False)
def _probes() -> Probes:
    """One a process."""
    return Probes(get_global_event_loop())


def _answer() -> None:
    offer = st.session_state[_KEY]["offer"]
    st.session_state[_REPLY] = reply(_probes(), offer) if offer else None


def _add_candidates() -> None:
    message = st.session_state[_KEY]["candidates"]
    if message:
        _probes().add_candidates(str(message["name"]), list(message["candidates"]))


def reply(probes: Probes, offer: dict[str, Any]) -> dict[str, Any]:
    """Answer a browser's {"name", "sdp"}.

    Returns:
        "name", and either "sdp" and the "kinds" of addresses that the app has, or an "error" among
        the outcomes of the step "app".
    """
    name = str(offer["name"])
    servers = compile_rtc_configuration(ice.rtc_configuration())
    try:
        answer = probes.answer(name, offer["sdp"], servers)
    except ProbeError as error:
        return {"name": name, "error": error.state}
    return {"name": name, "sdp": answer.sdp, "kinds": list(answer.kinds)}


_component = component(
    STATIC,
    "connection_test",
    """
      <div class="test">
        <p class="lead"></p>
        <button type="button"></button>
        <ol hidden></ol>
        <p class="verdict" role="status"></p>
      </div>
    """,
)
