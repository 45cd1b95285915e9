"""What the Evaluation page compares: models on one part, or one model on two."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st

from fer_core.data.dataset import DATA_VARIABLE
from fer_core.data.layout import Layout
from fer_core.data.sources import Source, open_source
from fer_core.errors import DataError, ImageError, ReportError
from fer_core.evaluation.on_photos import OWN
from fer_core.evaluation.predictions import Predictions
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.split_report import SplitReport
from fer_core.images import decode, to_gray
from fer_core.types import GrayImage
from ui import resources

__all__ = [
    "OWN",
    "OWN_KEY",
    "Faces",
    "OwnEvaluation",
    "Subject",
    "data_faces",
    "in_part",
    "own_evaluation",
]

Faces = Callable[[str], GrayImage | None]
"""A path in the data set → the face, or None if it cannot be had here."""

OWN_KEY: Final = "own-evaluation"
"""In the session: an `OwnEvaluation`."""


@dataclass(frozen=True, eq=False)
class OwnEvaluation:
    """What became of somebody's own pictures.

    Attributes:
        name: Of the folder or archive.
        reports, predictions: Each model's, by its stem.
        faces: Path → the face as the network saw it; gone with the session.
        faceless: Pictures in which no face was found.
    """

    name: str
    reports: dict[str, EvaluationReport]
    predictions: dict[str, Predictions]
    faces: dict[str, GrayImage]
    faceless: int


@dataclass(frozen=True, eq=False)
class Subject:
    """A model on a part of a data set: a column of the page.

    Attributes:
        key: Unique on the page.
        title: Plain text.
        stem: The model's; "" of a report that was loaded from a file.
        report: The whole report.
        part: The name of the part.
        way: How the network is asked, of the report's `ways`; "" for one look and the everyday mix.
    """

    key: str
    title: str
    stem: str
    report: EvaluationReport
    part: str
    way: str = ""

    @property
    def split(self) -> SplitReport:
        return (self.report.ways[self.way] if self.way else self.report.splits)[self.part]

    def predictions(self) -> Predictions:
        """The model's answers for the part, image by image.

        Raises ReportError if they are not at hand.
        """
        own = own_evaluation()
        if self.part == OWN and own is not None:
            return own.predictions[self.stem]
        if self.way:
            raise ReportError(
                "Single answers are stored of one look and the everyday mix alone. Choose “once” "
                "under “Each face is asked”."
            )
        if not self.stem:
            raise ReportError(
                "A report that was loaded from a file brings no single answers. A model of this "
                "app does: choose one above."
            )
        return in_part(resources.predictions(self.stem), self.part, self.report.copies)

    def faces(self) -> Faces | None:
        """Looks images up by path; None if the data are not on this computer."""
        own = own_evaluation()
        if self.part == OWN and own is not None:
            return own.faces.get
        return data_faces()


def data_faces() -> Faces | None:
    """Looks images of the data set up by path; None without `FER_DATA`."""
    path = os.environ.get(DATA_VARIABLE)
    return None if not path else _LookUp(_source(path))


def own_evaluation() -> OwnEvaluation | None:
    found = st.session_state.get(OWN_KEY)
    return found if isinstance(found, OwnEvaluation) else None


def in_part(predictions: Predictions, part: str, copies: Collection[str] = ()) -> Predictions:
    """The rows of a part, by what the images' paths say; all of them for "test".

    Args:
        copies: Of a report, which "private_deduplicated" is without.
    """
    if part not in ("public", "private", "private_deduplicated"):
        return predictions
    wanted, layout = part.split("_")[0], Layout()
    places = [layout.split_and_label(path) for path in predictions.paths]
    rows = np.array([place is not None and place[0] == wanted for place in places], dtype=bool)
    if part == "private_deduplicated":
        without = frozenset(copies)
        rows &= np.array([path not in without for path in predictions.paths], dtype=bool)
    paths = tuple(path for path, keep in zip(predictions.paths, rows, strict=True) if keep)
    return Predictions(paths, predictions.labels[rows], predictions.probabilities[rows])


class _LookUp:
    """Reads single images of a data set."""

    def __init__(self, source: Source | None) -> None:
        self._entries = {} if source is None else {e.path: e for e in source.entries}

    def __call__(self, path: str) -> GrayImage | None:
        try:
            return to_gray(decode(self._entries[path].read()))
        except (KeyError, DataError, ImageError):
            return None


@st.cache_resource(show_spinner="Opening the data set …", max_entries=1)
def _source(path: str) -> Source | None:
    """The names of what FER_DATA holds: 36,000 of them, no pixels."""
    try:
        return open_source(path)
    except DataError:
        return None
