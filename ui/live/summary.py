"""What the page shows of a session after the camera stopped, and its downloads."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from fer_core.labels import DISPLAY_NAMES
from fer_core.video.exports import session as export
from fer_core.video.record import ANSWERS, SessionRecord
from fer_core.video.summary import FaceSummary, Summary, summarize
from ui import downloads
from ui.charts.draw import draw as draw_chart
from ui.charts.faces import MOST_STRIPS, answer_strips
from ui.charts.session_words import read_face, read_lost, read_session, read_strips

_EMPTY: Final = "No frame was analysed in this session, so there is nothing to sum up."
_NO_FACE: Final = "There is no table, because no face was found."


def draw(record: SessionRecord, card_title: str, settings: Mapping[str, Any]) -> None:
    """Draw the summary.

    Args:
        record: Of the session; no longer written to.
        card_title: The network's name, for the download.
        settings: What the figures depend on, as values of JSON, for the download.
    """
    st.subheader("This session")
    rows = record.rows()
    if not len(rows):
        st.markdown(_EMPTY)
        return
    summary = summarize(rows)
    if not summary.faces:
        st.markdown(f"{read_session(summary)} {_NO_FACE}")
        return
    _sentences(summary)
    draw_chart(answer_strips(rows), "session_strips", read_strips(summary))
    st.caption(f"Which answer was shown when, from the start on.{_left_out(summary)}")
    st.markdown("**Share of each face's time in view**")
    st.dataframe(shares(summary), hide_index=True, key="session_shares", height="content")
    _downloads(record, card_title, settings)


def shares(summary: Summary) -> dict[str, list[str]]:
    """A table by columns: the answers, then each face's shares in words."""
    return {
        "Answer": [DISPLAY_NAMES[answer] for answer in ANSWERS],
        **{
            f"Face {face.number}": [_percent(face.shares[answer]) for answer in ANSWERS]
            for face in _shown(summary)
        },
    }


def file_name(started: datetime.datetime | None, timezone: str | None, suffix: str) -> str:
    """ "session_2026-03-01_14-05-09.csv": the start as the viewer's clock showed it.

    Args:
        started: With its time zone.
        timezone: The viewer's, as "Europe/Vienna"; UTC if it is not known.
        suffix: With its dot.
    """
    if started is None:
        return f"session{suffix}"
    try:
        local = started.astimezone(ZoneInfo(timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        local = started
    return f"session_{local:%Y-%m-%d_%H-%M-%S}{suffix}"


def _sentences(summary: Summary) -> None:
    st.markdown(read_session(summary))
    if lost := read_lost(summary):
        st.caption(lost)
    st.markdown("\n".join(f"- {read_face(face)}" for face in _shown(summary)))


def _shown(summary: Summary) -> list[FaceSummary]:
    """The faces that are drawn: those in view the longest, by number."""
    longest = sorted(summary.faces, key=lambda face: -face.seconds)[:MOST_STRIPS]
    return sorted(longest, key=lambda face: face.number)


def _left_out(summary: Summary) -> str:
    if len(summary.faces) <= MOST_STRIPS:
        return ""
    return (
        f" Of the {len(summary.faces)} faces, these {MOST_STRIPS} were in view the longest; "
        "the downloads have all."
    )


def _percent(share: float) -> str:
    """ "61 %"; "under 1 %" is not none."""
    if 0 < share < 0.01:
        return "under 1 %"
    return f"{100 * share:.0f} %"


def _downloads(record: SessionRecord, card_title: str, settings: Mapping[str, Any]) -> None:
    def as_csv() -> bytes:
        return export.as_csv(record.rows()).encode()

    def as_json() -> bytes:
        return export.as_json(
            record.rows(), model=card_title, settings=settings, started=record.started
        ).encode()

    def button(label: str, make: Callable[[], bytes], suffix: str, kind: str) -> None:
        name = file_name(record.started, st.context.timezone, suffix)
        made_of = (record, card_title, settings)
        downloads.button(label, name, kind, key=f"session{suffix}", of=made_of, make=make)

    with st.container(horizontal=True):
        button("Download table (CSV)", as_csv, ".csv", "text/csv")
        button("Download session (JSON)", as_json, ".json", "application/json")
    st.caption("One row for each analysed frame and face: figures only, no picture.")
