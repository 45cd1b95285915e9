"""A model's files, its card, and their hashes.

A model is the set of files under `models/` that share a stem. Its card says which bytes belong to
it: a file is parsed only after its SHA-256 has matched.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fer_core.errors import ModelError
from fer_core.labels import EMOTIONS
from fer_core.store.card_fields import check_fields
from fer_core.store.class_names import class_names, require_class_names
from fer_core.store.files import expand, read_json, read_regular

MODELS_VARIABLE: Final = "FER_MODELS"


def _models_folder() -> Path:
    """FER_MODELS, or the default network that an installed package brings, or a checkout's own."""
    if named := os.environ.get(MODELS_VARIABLE):
        return expand(named)
    package = Path(__file__).resolve().parents[1]
    packaged = package / "models"
    return packaged if packaged.is_dir() else package.parent / "models"


MODELS: Final = _models_folder()
DEFAULT_MODEL: Final = "ultimate_model"
NETWORK_SUFFIX: Final = ".tflite"
INT8_SUFFIX: Final = ".int8.tflite"
ONNX_SUFFIX: Final = ".onnx"
KERAS_SUFFIX: Final = ".keras"
CARD_SUFFIX: Final = ".card.json"
REPORT_SUFFIX: Final = ".report.json"
HISTORY_SUFFIX: Final = ".history.csv"
PREDICTIONS_SUFFIX: Final = ".predictions.csv"
ROBUSTNESS_SUFFIX: Final = ".robustness.json"
DOUBTS_SUFFIX: Final = ".doubts.csv"

SUFFIXES: Final = (
    INT8_SUFFIX, NETWORK_SUFFIX, ONNX_SUFFIX, KERAS_SUFFIX, CARD_SUFFIX, REPORT_SUFFIX,
    HISTORY_SUFFIX, PREDICTIONS_SUFFIX, ROBUSTNESS_SUFFIX, DOUBTS_SUFFIX,
)  # fmt: skip
"""Of a model's files; each stands before those that it ends with."""

_NAME: Final = re.compile(r"\w[\w.-]{0,99}")
_LARGEST: Final = 2**30
"""Bytes of a model's file that is read, whatever its card says."""
_REMEDY = (
    "Train and export one (see README), or restore the models folder: with git in a checkout, by "
    "installing the package again otherwise."
)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model's card.

    Attributes:
        stem: The name that its files share.
        title: Its name on the pages.
        summary: How it was made, in a sentence or two.
        created: Date, as in 2026-11-24.
        emotions: Class order; always `EMOTIONS`.
        input: Shape, type and range of what it takes.
        files: Suffix (".tflite", ".keras", …) → {"sha256", "bytes"}.
        recipe: The training configuration, as in configs/.
        data: Images and SHA-256 of the data set, and training images of each expression.
        parameters: How many weights.
        temperature: Already folded into the last layer; 1.0 if none was fitted.
        neutral_lowered: How much lower Neutral's logit is in the last layer than it was trained,
            before the temperature; 0.0 if it is as trained.
        unsure_below: Confidence under which the answer is "unsure", in [0, 1).
        ways: How else the network may be asked (`recognition.answers.ways`): a way's name →
            {"temperature", "unsure_below", "validation": figures}; empty if none was fitted.
        usability: Note on a face → {"threshold", …}, by `evaluation.audits.usability`.
        validation: Figures on the validation part that chose the epoch.
        headline: {"split", "n", "accuracy": {"value", "low", "high"}}, or empty.
        runtimes: Suffix → what `fer_core.export.runtimes` measured of that file on the test
            faces, also of one that was left out.
        licence: Of the weights.
        intended_use: One sentence.
        limits: One sentence each.
    """

    stem: str
    title: str
    summary: str
    created: str
    emotions: tuple[str, ...]
    input: Mapping[str, Any]
    files: Mapping[str, Mapping[str, Any]]
    recipe: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    parameters: int = 0
    temperature: float = 1.0
    neutral_lowered: float = 0.0
    unsure_below: float = 0.0
    ways: Mapping[str, Any] = field(default_factory=dict)
    usability: Mapping[str, Any] = field(default_factory=dict)
    validation: Mapping[str, Any] = field(default_factory=dict)
    headline: Mapping[str, Any] = field(default_factory=dict)
    runtimes: Mapping[str, Any] = field(default_factory=dict)
    licence: str = ""
    intended_use: str = ""
    limits: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_name(self.stem)
        if tuple(self.emotions) != EMOTIONS:
            raise ModelError(
                f"The card of {self.stem} lists the expressions {', '.join(self.emotions)}. "
                f"Expected: {', '.join(EMOTIONS)}."
            )
        if not 0.0 <= self.unsure_below < 1.0:
            raise ModelError(
                f"The card of {self.stem} has an unsure_below outside [0, 1). "
                f"Received: {self.unsure_below}"
            )

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    def to_json(self) -> str:
        """The card's file."""
        return json.dumps(self.to_dict(), indent=2) + "\n"

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ModelCard:
        """Reads what `to_dict` wrote.

        Raises KeyError, TypeError, ValueError or ModelError if a field is missing, unknown, or
        wrong.
        """
        check_fields(values)
        lists = {"emotions": tuple(values["emotions"]), "limits": tuple(values.get("limits", ()))}
        return cls(**{**values, **lists})


def split_name(name: str) -> tuple[str, str]:
    """A file's name as a model's stem and one of `SUFFIXES`, or "" if it ends with none of them."""
    suffix = next((suffix for suffix in SUFFIXES if name.endswith(suffix)), "")
    return name.removesuffix(suffix), suffix


def check_name(stem: str) -> None:
    """Raises `ModelError` if a model cannot be called so, or could not be found by that name."""
    if not _is_name(stem):
        raise ModelError(
            "A model's name has up to 100 letters, digits, underscores, hyphens and dots, the "
            "first no hyphen or dot. It does not end as a model's files do "
            f"({', '.join(SUFFIXES)}), nor in a dot or .int8. Received: {stem!r}"
        )


def list_models(folder: Path = MODELS) -> list[str]:
    """Stems of the models that can be run, the default first."""
    return _stems(folder, NETWORK_SUFFIX)


def list_reports(folder: Path = MODELS) -> list[str]:
    """Stems of the models that have an evaluation report, the default first."""
    return _stems(folder, REPORT_SUFFIX)


def model_file(model: str | Path, suffix: str) -> Path:
    """The file of a model with this suffix, whether or not it exists.

    Args:
        model: A stem ("ultimate_model") of `models/`, or the path of any of the model's files, or
            what these paths have in common ("other/folder/my_model").

    Raises:
        ModelError: no model can have this name.
    """
    if not isinstance(model, str | os.PathLike):
        raise ModelError(
            "Expected: a model's name, or the path of one of its files. Received: "
            f"{type(model).__name__}"
        )
    path = expand(model)
    stem, own_suffix = split_name(path.name)
    check_name(stem)
    in_models = path.parent == Path() and not own_suffix
    return (MODELS if in_models else path.parent) / f"{stem}{suffix}"


def load_card(model: str | Path = DEFAULT_MODEL) -> ModelCard:
    """Reads a model's card. The files' names decide on its stem: a renamed copy is a model, too.

    Raises:
        ModelError: it is missing or damaged.
    """
    path = model_file(model, CARD_SUFFIX)
    stem, _ = split_name(path.name)
    return read_json(
        path, ModelError, _REMEDY, lambda values: ModelCard.from_dict({**values, "stem": stem})
    )


def load_model(model: str | Path = DEFAULT_MODEL) -> tuple[ModelCard, bytes]:
    """Reads a model's card and its float LiteRT network, whose hash has matched.

    The float network is what the app and the reports run, whichever of its files names the model.

    Raises:
        ModelError: if either is missing, truncated or altered, or they disagree on the classes.
    """
    card, path = load_card(model), model_file(model, NETWORK_SUFFIX)
    network = verified_bytes(card, path)
    require_class_names(class_names(network, path.name), card.emotions, path.name)
    return card, network


def verified_bytes(card: ModelCard, path: Path) -> bytes:
    """A file of a model, compared with the card before anything parses it.

    Raises:
        ModelError: it is missing or no regular file, or its size or SHA-256 is not the card's.
    """
    suffix = split_name(path.name)[1]
    expected = card.files.get(suffix)
    if expected is None:
        raise ModelError(f"The card of {card.stem} names no {suffix} file. {_REMEDY}")
    size: int = expected["bytes"]
    try:
        data = read_regular(path, most=min(size, _LARGEST))
    except FileNotFoundError as error:
        raise ModelError(f"There is no model file at {path}. {_REMEDY}") from error
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read: {error.strerror}. {_REMEDY}") from error
    if len(data) < size:
        raise ModelError(
            f"{path.name} is {len(data):,} bytes long, but its card says {size:,}: it was cut "
            f"short. {_REMEDY}"
        )
    if hashlib.sha256(data).hexdigest() != expected.get("sha256"):
        raise ModelError(f"{path.name} was altered: it does not match its card. {_REMEDY}")
    return data


def file_record(path: Path) -> dict[str, Any]:
    """The card's entry for a file."""
    data = path.read_bytes()
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def _is_name(stem: str) -> bool:
    fits = _NAME.fullmatch(stem) is not None and not stem.endswith(".")
    return fits and not split_name(stem)[1] and split_name(stem + NETWORK_SUFFIX)[0] == stem


def _stems(folder: Path, suffix: str) -> list[str]:
    files = [split_name(path.name) for path in folder.glob(f"*{suffix}") if path.is_file()]
    stems = [stem for stem, found in files if found == suffix and _is_name(stem)]
    return sorted(stems, key=lambda stem: (stem != DEFAULT_MODEL, stem))
