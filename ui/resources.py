"""What the pages share: the loaded network, its card, its reports. Loaded once a process."""

from pathlib import Path

import streamlit as st

from fer_core.errors import ModelError, ReportError, command
from fer_core.evaluation.ablation_report import ABLATION_FILE, AblationReport, load_ablation
from fer_core.evaluation.audits.doubts import Doubt, read_doubts
from fer_core.evaluation.audits.robustness import RobustnessReport, load_robustness
from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.history import History, read_history
from fer_core.evaluation.predictions import Predictions, read_predictions
from fer_core.evaluation.report import EvaluationReport, load_report
from fer_core.recognition.recognizer import Recognizer
from fer_core.store import model_files
from fer_core.store.model_files import (
    CARD_SUFFIX,
    DEFAULT_MODEL,
    DOUBTS_SUFFIX,
    HISTORY_SUFFIX,
    NETWORK_SUFFIX,
    PREDICTIONS_SUFFIX,
    REPORT_SUFFIX,
    ROBUSTNESS_SUFFIX,
    ModelCard,
    model_file,
)
from fer_core.store.names import printable
from ui import facts
from ui.widgets import right_of_100

_CHOSEN = "chosen-model"
_THRESHOLD = "chosen-threshold"
"""In the session: the model that is used, and the threshold in the place of its own."""

Stamp = tuple[tuple[int, int] | None, ...]
"""Modification time (ns) and size of each file, None for a missing one."""


def models_folder() -> Path:
    """The folder of the models, read at each call so that a test can point it elsewhere."""
    return Path(model_files.MODELS)


def recognizer(stem: str = "") -> Recognizer:
    """The loaded network, shared by all sessions (it is safe to call from several threads).

    Without a stem it is this visitor's choice, with the threshold that they have set. A changed
    file is loaded again. Raises ModelError, which `ui.frame.run` shows on the page.
    """
    if stem or (at := threshold()) is None:
        return _recognizer(*_model(stem or chosen()))
    return _with_threshold(*_model(chosen()), at)


def model_card(stem: str = "") -> ModelCard:
    """The card alone, without loading the network. Raises ModelError."""
    return _card(*_model(stem or chosen()))


def card_if_any(stem: str) -> ModelCard | None:
    """None if it is missing or damaged."""
    try:
        return model_card(stem)
    except ModelError:
        return None


def detector_sentence() -> str:
    """Which face detector is in use, and how to get the better one. Raises ModelError."""
    used = recognizer()
    name = used.detector_name
    if used.finds_landmarks:
        return f"Faces are found by **{name}**, with their eyes: a tilted head is straightened."
    return (
        f"Faces are found by OpenCV's **{name}**, which misses tilted and turned faces. Run "
        f"`{command('scripts/fetch_models.py')}` once to get YuNet, the better one, and restart "
        "the app."
    )


def title(stem: str) -> str:
    """A model's title, or its stem if its card cannot be read."""
    try:
        return printable(model_card(stem).title)
    except ModelError:
        return stem


def model_names() -> list[str]:
    """The stems that can be used, the default first."""
    return model_files.list_models(models_folder())


def report_names() -> list[str]:
    """The stems that have an evaluation report, the model in use first."""
    names = model_files.list_reports(models_folder())
    return sorted(names, key=lambda name: (name != chosen(), name))


def report(stem: str = "") -> EvaluationReport:
    """Raises ReportError if the report is missing or damaged."""
    path = model_file(stem or chosen(), REPORT_SUFFIX)
    return _report(str(path), _stamp(path))


def headline_figure(stem: str = "") -> tuple[str, Estimate, int] | None:
    """The headline's part, figure and number of faces, of the report or else of the card."""
    try:
        split_name, split = facts.headline_split(report(stem))
        return None if split.accuracy is None else (split_name, split.accuracy, split.n)
    except ReportError:
        pass
    card = card_if_any(stem)
    headline = {} if card is None else card.headline
    if not headline.get("accuracy"):
        return None
    return str(headline["split"]), Estimate(**headline["accuracy"]), int(headline.get("n", 0))


def headline(stem: str = "") -> str:
    """The headline figure in words: the same on Start, on About and in the foot."""
    return right_of_100(headline_figure(stem))


def history(stem: str = "") -> History:
    """The training history. Raises ReportError if it is missing or damaged."""
    path = model_file(stem or chosen(), HISTORY_SUFFIX)
    return _history(str(path), _stamp(path))


def predictions(stem: str) -> Predictions:
    """A model's stored answers. Raises ReportError if they are missing or damaged."""
    path = model_file(stem, PREDICTIONS_SUFFIX)
    return _predictions(str(path), _stamp(path))


def robustness(stem: str) -> RobustnessReport:
    """What harms a model. Raises ReportError if that was not measured, or the file is damaged."""
    path = model_file(stem, ROBUSTNESS_SUFFIX)
    if not path.exists():
        raise ReportError(
            f"What harms {title(stem)} was not measured yet: "
            f"`{command(f'scripts/trust/robustness.py --model {stem} --data PATH')}` does."
        )
    return _robustness(str(path), _stamp(path))


def doubts(stem: str) -> list[Doubt]:
    """Doubtful labels. Raises ReportError if none were looked for, or the file is damaged."""
    path = model_file(stem, DOUBTS_SUFFIX)
    if not path.exists():
        raise ReportError(
            "Doubtful labels were not looked for with this model yet: "
            f"`{command(f'scripts/trust/doubtful_labels.py --model {stem} --data PATH')}` does."
        )
    return _doubts(str(path), _stamp(path))


def images_of(stem: str) -> int:
    """How many images the model's data set has; 0 if the card does not say."""
    card = card_if_any(stem)
    return int(card.data.get("images", 0)) if card else 0


def chosen() -> str:
    """The stem of the model that this visitor uses."""
    return str(st.session_state.get(_CHOSEN, DEFAULT_MODEL))


def choose(stem: str) -> None:
    """Uses another model for this visitor; its own threshold comes with it."""
    set_threshold(None)  # first: a run may be ended between the two
    st.session_state[_CHOSEN] = stem


def threshold() -> float | None:
    """Below which this visitor wants "unsure"; None for the model's own."""
    found = st.session_state.get(_THRESHOLD)
    return None if found is None else float(found)


def set_threshold(at: float | None) -> None:
    st.session_state[_THRESHOLD] = at


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


# Kept: a worker that looks at photos starts anew for each other object.
@st.cache_resource(show_spinner=False, max_entries=32)
def _with_threshold(path: str, stamp: Stamp, at: float) -> Recognizer:
    return _recognizer(path, stamp).with_threshold(at)


@st.cache_resource(show_spinner=False, max_entries=16)
def _card(path: str, stamp: Stamp) -> ModelCard:
    return model_files.load_card(path)


@st.cache_resource(show_spinner="Reading the report …", max_entries=16)
def _report(path: str, stamp: Stamp) -> EvaluationReport:
    return load_report(Path(path))


@st.cache_resource(show_spinner="Reading the answers …", max_entries=4)
def _predictions(path: str, stamp: Stamp) -> Predictions:
    return read_predictions(path)


@st.cache_resource(show_spinner=False, max_entries=8)
def _robustness(path: str, stamp: Stamp) -> RobustnessReport:
    return load_robustness(Path(path))


@st.cache_resource(show_spinner=False, max_entries=4)
def _doubts(path: str, stamp: Stamp) -> list[Doubt]:
    return read_doubts(Path(path))


@st.cache_resource(show_spinner="Reading the training history …", max_entries=16)
def _history(path: str, stamp: Stamp) -> History:
    return read_history(Path(path))


@st.cache_resource(show_spinner=False, max_entries=4)
def _ablation(path: str, stamp: Stamp) -> AblationReport:
    return load_ablation(path)
