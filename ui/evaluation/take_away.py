"""The evaluation to take home: one HTML file, the report as JSON; and a saved report, loaded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Final

import streamlit as st

from fer_core.errors import FerError, ReportError
from fer_core.evaluation.report import EvaluationReport, parse_report
from fer_core.store.files import MOST_TEXT
from ui import downloads, problems, resources
from ui.charts.trust.html import as_html
from ui.evaluation.subjects import OWN, Subject
from ui.server import uploads
from ui.widgets import file_name, plain

_LOADED: Final = "loaded-report"
"""In the session: (title, report) of a file."""


def show(subjects: Sequence[Subject]) -> None:
    """Downloads of what is on the page, and the way back in."""
    for subject in subjects:
        st.markdown(f"**{plain(subject.title)}**")
        with st.container(horizontal=True):
            name = f"{subject.stem or 'report'}{'.own' if subject.part == OWN else ''}"
            downloads.button(
                "Evaluation (HTML)",
                f"{name}.html",
                "text/html",
                key=f"{subject.key}-html",
                of=subject.report,
                make=partial(_html, subject),
            )
            downloads.button(
                "Report (JSON)",
                f"{name}.report.json",
                "application/json",
                key=f"{subject.key}-json",
                of=subject.report,
                make=partial(_json, subject),
            )
    st.caption(
        "The HTML file holds its charts: it opens without a network and prints. Each table has its "
        "own CSV under “The numbers”, each chart its picture in its corner."
    )
    _load()


def loaded() -> tuple[str, EvaluationReport] | None:
    """A saved report that was loaded, with its title."""
    found: tuple[str, EvaluationReport] | None = st.session_state.get(_LOADED)
    return found


def _load() -> None:
    file = st.file_uploader(
        "Load a saved report (JSON)",
        type=["json"],
        max_upload_size=MOST_TEXT // 2**20,
        key="saved-report",
    )
    if file is None:
        return
    try:
        report = parse_report(uploads.content(file), file.name)
    except FerError as error:
        problems.show(error)
        return
    title = f"{report.model or 'report'} (from a file)"
    if loaded() != (title, report):
        st.session_state[_LOADED] = (title, report)
        st.rerun()
    st.html(f"{file_name(file.name)} can be chosen under “Compare with”.")


def _json(subject: Subject) -> bytes:
    return json.dumps(subject.report.to_dict(), indent=1).encode()


def _html(subject: Subject) -> bytes:
    card = resources.card_if_any(subject.stem) if subject.stem else None
    robustness = None
    if subject.stem and subject.part != OWN:
        try:
            robustness = resources.robustness(subject.stem)
        except ReportError:
            robustness = None
    return as_html(subject.report, subject.title, card, robustness).encode()
