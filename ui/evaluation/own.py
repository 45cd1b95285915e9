"""The way in for somebody's own labelled pictures: choose, watch, stop, forget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer_core.data.archives import Packed
from fer_core.data.findings import Finding
from fer_core.errors import FerError
from fer_core.evaluation.on_photos import answer_crop, find_photos, report_own
from fer_core.recognition.photos import Photo, PhotoResult
from fer_core.recognition.recognizer import Recognizer
from fer_core.store.files import expand
from ui import problems, resources
from ui.evaluation.subjects import OWN, OWN_KEY, OwnEvaluation, own_evaluation
from ui.server import service, uploads
from ui.server.turns import cost
from ui.widgets import plain

WHOLE: Final = "Whole pictures: find the face and crop it"
CROPS: Final = "Faces, cut out already"
_WORK: Final = "own-work"
"""In the session: a `Work` that is under way."""
_STOPPED: Final = "own-stopped"
"""In the session: whether the last one was stopped. Its form then stays open."""
_LOCAL: Final = {"localhost", "127.0.0.1", "::1"}


@dataclass
class Work:
    """An evaluation under way; it goes on in the next run of the page where this one stopped.

    Attributes:
        name: Of the folder or archive.
        stems: The models to ask.
        whole: Whether faces are to be found first.
        photos, findings: What is there, and what was left out.
        results: So far: number → result, in the photos' order.
    """

    name: str
    stems: tuple[str, ...]
    whole: bool
    photos: list[Photo]
    findings: tuple[Finding, ...]
    results: dict[int, PhotoResult] = field(default_factory=dict)


def offer(stems: Sequence[str]) -> None:
    """Chooses pictures, or goes on with those that were chosen."""
    work = st.session_state.get(_WORK)
    found = own_evaluation()
    expanded = work is not None or bool(st.session_state.get(_STOPPED))
    with st.expander("Evaluate on your own pictures", expanded=expanded):
        if isinstance(work, Work):
            st.empty()  # in the form's place, which would stay, greyed, until the work is done
            _go_on(work)
            return
        with st.container():
            if found is not None:
                st.markdown(f"Evaluated: **{plain(found.name)}**. Choose it under “Test images”.")
                st.button("Forget these pictures", on_click=_forget)
            _choose(tuple(stems))


def serves_this_computer_alone() -> bool:
    """Whether nobody else can reach the app, so that a path names the visitor's own folder."""
    address = st.get_option("server.address")
    hosts = set(st.get_option("server.allowedHosts") or [])
    return address in _LOCAL and hosts <= _LOCAL


def _choose(stems: tuple[str, ...]) -> None:
    most = st.get_option("server.maxUploadSize")
    st.caption(
        f"Class folders (happy/, sad/, …) as a zip or tar of up to {most} MB. It is forgotten with "
        f"this session. Above {uploads.PHOTO_MB} MB it lies on the app's disk while it comes in, "
        "in a file without a name."
    )
    kind = st.radio("What they are", [WHOLE, CROPS], key="own-kind")
    file = st.file_uploader("Archive of class folders", key="own-file")
    path = ""
    if serves_this_computer_alone():
        path = st.text_input("Or a folder or archive on this computer", key="own-path")
    if not st.button("Evaluate", type="primary", disabled=not (file or path)):
        return
    try:
        given = _given(path, file)
        photos, findings = find_photos(given)
    except FerError as error:
        problems.show(error)
        return
    name = Path(given.name).name
    st.session_state[_WORK] = Work(name, stems, kind == WHOLE, photos, findings)
    st.rerun()


def _given(path: str, file: UploadedFile | None) -> Path | Packed:
    if file is None or path:
        return expand(path.strip())
    return Packed(file.name, uploads.content(file))


def _go_on(work: Work) -> None:
    st.button("Stop", on_click=_stop, icon=":material/stop:")
    bar = st.progress(0.0, "Reading the pictures …")
    recognizers = [resources.recognizer(stem) for stem in work.stems]
    began, before = monotonic(), len(work.results)
    for number, photo in enumerate(work.photos):
        if number not in work.results:
            # By its number: the run that took this one's place may look at the same photo just now.
            work.results[number] = _look_at(photo, work, recognizers[0])
            _say_how_far(bar, work, began, before)
    results = [work.results[number] for number in range(len(work.photos))]
    evaluated = {r: report_own(results, work.findings, r) for r in recognizers}
    faces = {result.name: result.faces[0].crop for result in results if result.faces}
    faceless = sum(not result.faces and not result.problem for result in results)
    stems = dict(zip(work.stems, evaluated.values(), strict=True))
    st.session_state[OWN_KEY] = OwnEvaluation(
        work.name,
        {stem: report for stem, (report, _) in stems.items()},
        {stem: predictions for stem, (_, predictions) in stems.items()},
        faces,
        faceless,
    )
    st.session_state["part"] = OWN
    del st.session_state[_WORK]
    st.session_state.pop(_STOPPED, None)
    st.rerun()


def _look_at(photo: Photo, work: Work, recognizer: Recognizer) -> PhotoResult:
    if not work.whole:
        return answer_crop(photo, recognizer)
    with service.TURNS.turn(uploads.session_id(), cost(photo), lambda place: None) as worker:
        return worker.analyze(photo, recognizer)


def _say_how_far(
    bar: st.delta_generator.DeltaGenerator, work: Work, began: float, before: int
) -> None:
    done, n = len(work.results), len(work.photos)
    left = (monotonic() - began) / (done - before) * (n - done)
    minutes = f"{left / 60:.0f} min" if left > 90 else f"{left:.0f} s"
    bar.progress(done / n, f"{done:,} of {n:,} pictures, about {minutes} left")


def _stop() -> None:
    st.session_state.pop(_WORK, None)
    st.session_state[_STOPPED] = True


def _forget() -> None:
    st.session_state.pop(OWN_KEY, None)
    st.session_state.pop("part", None)
