"""What the pages share: the loaded network, its card, its reports. Loaded once a process."""

from pathlib import Path

import streamlit as st

from fer_core.errors import ModelError
from fer_core.evaluation.ablation_report import ABLATION_FILE, AblationReport, load_ablation
from fer_core.evaluation.history import History, read_history
from fer_core.evaluation.report import EvaluationReport, load_report
from fer_core.recognition.recognizer import Recognizer
from fer_core.store import model_files
from fer_core.store.model_files import (
    CARD_SUFFIX,
    DEFAULT_MODEL,
    HISTORY_SUFFIX,
    NETWORK_SUFFIX,
    REPORT_SUFFIX,
    ModelCard,
    model_file,
)
from fer_core.store.names import printable

Stamp = tuple[tuple[int, int] | None, ...]
"""Modification time (ns) and size of each file, None for a missing one."""


def models_folder() -> Path:
    """The folder of the models, read at each call so that a test can point it elsewhere."""
    return Path(model_files.MODELS)


def recognizer(stem: str = DEFAULT_MODEL) -> Recognizer:
    """The loaded network, shared by all sessions (it is safe to call from several threads).

    A changed file is loaded again. Raises ModelError, which `ui.frame.run` shows on the page.
    """
    return _recognizer(*_model(stem))


def model_card(stem: str = DEFAULT_MODEL) -> ModelCard:
    """The card alone, without loading the network. Raises ModelError."""
    return _card(*_model(stem))


def detector_sentence() -> str:
    """Which face detector is in use, and how to get the better one. Raises ModelError."""
    name = recognizer().detector_name
    if name == "YuNet":
        return "Faces are found by **YuNet**, with their eyes: a tilted head is straightened."
    return (
        f"Faces are found by OpenCV's **{name}**, which misses tilted and turned faces. Run "
        "`python scripts/fetch_models.py` once to get YuNet, the better one, and restart the app."
    )


def title(stem: str) -> str:
    """A model's title, or its stem if its card cannot be read."""
    try:
        return printable(model_card(stem).title)
    except ModelError:
        return stem


def report_names() -> list[str]:
    """The stems that have an evaluation report, the model in use first."""
    names = model_files.list_reports(models_folder())
    return sorted(names, key=lambda name: (name != DEFAULT_MODEL, name))


def report(stem: str = DEFAULT_MODEL) -> EvaluationReport:
    """Raises ReportError if the report is missing or damaged."""
    path = model_file(stem, REPORT_SUFFIX)
    return _report(str(path), _stamp(path))


def history(stem: str = DEFAULT_MODEL) -> History:
    """The training history. Raises ReportError if it is missing or damaged."""
    path = model_file(stem, HISTORY_SUFFIX)
    return _history(str(path), _stamp(path))


def ablation() -> AblationReport | None:
    """What became of the recipe's claims, or None if that was not tested.

    Raises ReportError if the file is damaged.
    """
    path = models_folder() / ABLATION_FILE
    return _ablation(str(path), _stamp(path)) if path.exists() else None


def _model(stem: str) -> tuple[str, Stamp]:
    network = model_file(stem, NETWORK_SUFFIX)
    return str(network), _stamp(network, model_file(stem, CARD_SUFFIX))


def _stamp(*paths: Path) -> Stamp:
    stats = [path.stat() if path.is_file() else None for path in paths]
    return tuple(stat and (stat.st_mtime_ns, stat.st_size) for stat in stats)


# The stamp takes part in the key and nothing else: a replaced file is read again.
@st.cache_resource(show_spinner="Loading the network …", max_entries=4)
def _recognizer(path: str, stamp: Stamp) -> Recognizer:
    return Recognizer.load(path)


@st.cache_resource(show_spinner=False, max_entries=16)
def _card(path: str, stamp: Stamp) -> ModelCard:
    return model_files.load_card(path)


@st.cache_resource(show_spinner="Reading the report …", max_entries=16)
def _report(path: str, stamp: Stamp) -> EvaluationReport:
    return load_report(Path(path))


@st.cache_resource(show_spinner="Reading the training history …", max_entries=16)
def _history(path: str, stamp: Stamp) -> History:
    return read_history(Path(path))


@st.cache_resource(show_spinner=False, max_entries=4)
def _ablation(path: str, stamp: Stamp) -> AblationReport:
    return load_ablation(path)
