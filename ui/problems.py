"""What went wrong, in words on a page: no folder of the app's computer is named there."""

from __future__ import annotations

import re
from typing import Final, Literal

import streamlit as st

from fer_core.errors import FerError
from fer_core.recognition.recognizer import Recognizer
from ui import resources
from ui.widgets import plain

Kind = Literal["error", "warning", "info"]
"""How bad it is: something failed, something needs attention, something is only not there."""

_FOLDERS: Final = re.compile(
    r"""
    (?<![\w/:.~])          # not within a word, a link or a relative path
    (?: ~?/(?:[^\s/]+/)*   # /home/somebody/ or ~/
      | [A-Za-z]:\\(?:[^\s\\]+\\)* )
    (?=[^\s/\\])           # before a path's last part
    """,
    re.VERBOSE,
)


def show(problem: FerError | str, kind: Kind = "error") -> None:
    """Draw a problem: an error's message is written for the person at the screen."""
    draw = {"error": st.error, "warning": st.warning, "info": st.info}[kind]
    draw(plain(said(problem)), icon=f":material/{kind}:")


def tell_of_detector(used: Recognizer) -> None:
    """Draw that only the lesser face detector is there, if so, and how to get the better one."""
    if not used.finds_landmarks:
        st.info(resources.detector_sentence(), icon=":material/info:")


def said(problem: FerError | str) -> str:
    """The message without folders, which are nobody's business: of a path its last part stays."""
    folder = str(resources.models_folder())
    return _FOLDERS.sub("", str(problem).replace(folder, "models"))
