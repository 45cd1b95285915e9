"""A training recipe: one TOML file → one frozen object, checked once."""

from __future__ import annotations

import dataclasses
import reprlib
import tomllib
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fer_core.errors import TrainingError
from fer_core.store.files import read_regular
from fer_core.training.sections import (
    LARGEST_SEED,
    AugmentationConfig,
    DataConfig,
    ModelConfig,
    PhaseConfig,
    TeachersConfig,
    one_of,
    within,
)

MOST_RECIPE: Final = 2**15
"""Bytes of a recipe; those in configs/ have 3,000. The parser's time grows with the square."""
MONITORS: Final = ("val_loss", "val_accuracy")
_KINDS: Final[dict[Any, tuple[str, type | tuple[type, ...]]]] = {
    str: ("a text in quotes", str),
    bool: ("true or false", bool),
    int: ("a whole number", int),
    float: ("a number", (int, float)),
    tuple[str, ...]: ("a list of texts", tuple),
}


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """A whole recipe.

    Attributes:
        title: What the pages call it.
        summary: One or two sentences for the model card.
        seed: Of every random choice.
        monitor: What decides on the best epoch, the plateau and the early stop.
        logit_adjustment: The largest τ in [0, 1] of `calibration.choose_adjustment`, chosen on
            validation when training has ended; 0 for none.
    """

    title: str
    phases: tuple[PhaseConfig, ...]
    summary: str = ""
    seed: int = 1
    monitor: str = "val_loss"
    logit_adjustment: float = 0.0
    model: ModelConfig = dataclasses.field(default_factory=ModelConfig)
    data: DataConfig = dataclasses.field(default_factory=DataConfig)
    augmentation: AugmentationConfig = dataclasses.field(default_factory=AugmentationConfig)
    teachers: TeachersConfig = dataclasses.field(default_factory=TeachersConfig)

    def __post_init__(self) -> None:
        one_of("monitor", self.monitor, MONITORS)
        within("seed", self.seed, 0, LARGEST_SEED)
        within("logit_adjustment", self.logit_adjustment, 0.0, 1.0)
        if not self.phases:
            raise TrainingError("A recipe has at least one [[phases]].")

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainingConfig:
        """Raises `TrainingError` for an unknown name, a missing one, or a wrong value."""
        if not isinstance(values, dict):
            raise TrainingError(f"A recipe is a table. Received: {reprlib.repr(values)}")
        values = dict(values)
        phases = values.pop("phases", [])
        if not isinstance(phases, list | tuple):
            raise TrainingError(f"phases are [[phases]] tables. Received: {reprlib.repr(phases)}")
        for section in dataclasses.fields(cls):
            if isinstance(kind := section.default_factory, type):
                values[section.name] = _build(kind, section.name, values.get(section.name, {}))
        values["phases"] = tuple(_build(PhaseConfig, "phase", phase) for phase in phases)
        config = _build(cls, "the recipe", values)
        assert isinstance(config, TrainingConfig)
        return config


def load_config(path: str | Path) -> TrainingConfig:
    """Reads a recipe.

    Raises:
        TrainingError: if the file is missing, not TOML, or not a recipe.
    """
    path = Path(path)
    try:
        values = tomllib.loads(read_regular(path, MOST_RECIPE).decode())
    except FileNotFoundError as error:
        raise TrainingError(f"There is no recipe at {path}. See configs/ for some.") from error
    except OSError as error:
        raise TrainingError(
            f"{path} cannot be read: {error.strerror}. Name a TOML file."
        ) from error
    except (ValueError, RecursionError) as error:
        raise TrainingError(f"{path} is not valid TOML: {error}") from error
    return TrainingConfig.from_dict(values)


def _build(kind: type, section: str, values: Any) -> Any:
    if not isinstance(values, dict):
        raise TrainingError(
            f"{section} is a table of settings. Received: {reprlib.repr(values)}. See configs/."
        )
    fields = {f.name: f for f in dataclasses.fields(kind)}
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise TrainingError(
            f"Unknown setting in {section}: {', '.join(unknown)}. Accepted: {', '.join(fields)}."
        )
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    hints = typing.get_type_hints(kind)
    for name, value in values.items():
        _check(f"{name} in {section}", value, hints[name])
    try:
        return kind(**values)
    except TypeError as error:
        raise TrainingError(f"A setting is missing in {section}: {error}") from error


def _check(name: str, value: Any, hint: Any) -> None:
    """Raises `TrainingError` if a setting is of another kind than its field."""
    inner = typing.get_args(hint)
    kind = next((kind for kind in (hint, *inner) if kind in _KINDS), None)
    if kind is None or (value is None and type(None) in inner):
        return  # a section, or an optional setting
    words, accepted = _KINDS[kind]
    fits = isinstance(value, accepted) and isinstance(value, bool) is (kind is bool)
    if not fits or (isinstance(value, tuple) and not all(isinstance(v, str) for v in value)):
        raise TrainingError(f"{name} is {words}. Received: {reprlib.repr(value)}")
