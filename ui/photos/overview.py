"""All photos at once: totals in words and as bars, and the ways out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.labels import COLORS, DISPLAY_NAMES
from fer_core.recognition import photos as photo_results
from fer_core.recognition.photos import PhotoResult
from fer_core.recognition.recognizer import Recognizer
from ui import downloads
from ui.photos import choice, correcting, kept
from ui.widgets import plain


def draw(recognizer: Recognizer, *, complete: bool) -> None:
    """Draw it.

    Args:
        complete: Whether every photo was looked at; before that there is nothing to download, as
            all files would be made anew with each.
    """
    results = list(kept.results().values())
    st.markdown(f"**{plain(photo_results.totals(results))}**")
    with st.container(key="photo-overview"):  # on a telephone below the photos: frame.css
        _chart_and_buttons(results, recognizer, complete)


def _chart_and_buttons(results: list[PhotoResult], recognizer: Recognizer, complete: bool) -> None:
    place: DeltaGenerator = st.container()
    if len(results) > 1 and any(result.faces for result in results):
        chart, place = st.columns(2, gap="large")
        with chart:
            st.html(totals_html(choice.answers(results)))
    with place, st.container(horizontal=True):
        _downloads(results, recognizer, complete)
        if correcting.is_on():
            correcting.take_along(results)
        if st.button("Remove all", icon=":material/delete:"):
            kept.remove_all()
            st.rerun()


def totals_html(answers: dict[str, int]) -> str:
    """One bar for each answer, in their fixed order: how many faces got it."""
    most = max(1, *answers.values())
    rows = "".join(
        f'<div class="row"><span>{DISPLAY_NAMES[name]}</span>'
        f'<span class="track"><span class="bar" style="width:{100 * n / most:.1f}%;'
        f'background:{COLORS[name]}"></span></span><span class="share">{n:,}</span></div>'
        for name, n in answers.items()
    )
    return f'<div class="face"><div class="answers">{rows}</div></div>'


def _downloads(results: list[PhotoResult], recognizer: Recognizer, complete: bool) -> None:
    def button(
        label: str, name: str, kind: str, make: Callable[[list[PhotoResult]], bytes]
    ) -> None:
        # A result equals only itself, so that this tells whether they are the same ones.
        downloads.button(
            label, name, kind, key=name, of=results, make=partial(make, results), ready=complete
        )

    button("Download table (CSV)", "faces.csv", "text/csv", photo_results.as_csv)
    as_json = partial(photo_results.as_json, recognizer=recognizer)
    button("Download everything (JSON)", "faces.json", "application/json", as_json)
    if any(result.annotated for result in results):
        button("Download pictures (ZIP)", "pictures.zip", "application/zip", photo_results.as_zip)
