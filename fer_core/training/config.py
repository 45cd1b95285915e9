"""A training recipe: one TOML file → one frozen object, checked once."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fer_core.errors import TrainingError
from fer_core.training.sections import (
    AugmentationConfig,
    DataConfig,
    ModelConfig,
    PhaseConfig,
    TeachersConfig,
    one_of,
    within,
)

MONITORS: Final = ("val_loss", "val_accuracy")


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
        within("logit_adjustment", self.logit_adjustment, 0.0, 1.0)
        if not self.phases:
            raise TrainingError("A recipe has at least one [[phases]].")

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainingConfig:
        """Raises `TrainingError` for an unknown name, a missing one, or a wrong value."""
        values = dict(values)
        phases = values.pop("phases", [])
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
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise TrainingError(f"There is no recipe at {path}. See configs/ for some.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path} is not valid TOML: {error}") from error
    return TrainingConfig.from_dict(values)


def _build(kind: type, section: str, values: dict[str, Any]) -> Any:
    fields = {f.name: f for f in dataclasses.fields(kind)}
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise TrainingError(
            f"Unknown setting in {section}: {', '.join(unknown)}. Accepted: {', '.join(fields)}."
        )
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise TrainingError(f"A setting is missing or wrong in {section}: {error}") from error
