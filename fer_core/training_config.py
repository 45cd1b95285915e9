"""A training recipe: one TOML file → one frozen object, checked once."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fer_core.errors import TrainingError

CLASS_WEIGHTS: Final = ("none", "balanced", "square_root")
SCHEDULES: Final = ("plateau", "cosine", "constant")
OPTIMIZERS: Final = ("adam", "adamw", "sgd")
TRAINABLE: Final = ("head", "all")
MONITORS: Final = ("val_loss", "val_accuracy")
DROPPABLE: Final = ("constant", "conflicting", "test_copies")


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The network. See `fer_core.architecture.build`."""

    width: float = 1.0
    dense: int = 512
    dropout: float = 0.5
    weights: str = "imagenet"
    batch_norm_momentum: float | None = None
    train_batch_norm: bool = False


@dataclass(frozen=True, slots=True)
class DataConfig:
    """What of `train/` is trained on and what validates.

    Attributes:
        validation: Share of `train/` set aside, by class and by groups of identical images.
        drop: Images left out of both: "constant", "conflicting" (copies under different labels),
            "test_copies" (images that also stand in `test/`).
        class_weights: "none"; "balanced" is n / (classes x class count); "square_root" its root.
        label_smoothing: In [0, 1), Szegedy et al. (2016).
    """

    validation: float = 0.1
    drop: tuple[str, ...] = ()
    class_weights: str = "none"
    label_smoothing: float = 0.0


@dataclass(frozen=True, slots=True)
class AugmentationConfig:
    """Random changes at 48x48, before the upscale. All zero: none. See `fer_core.augmentation`.

    Attributes:
        flip: Probability of a left-right flip.
        rotation: Largest turn either way, in degrees.
        shift: Largest shift either way, as a share of the side.
        scale: Largest zoom either way, as a share.
        contrast: Largest change of contrast either way, as a share.
        brightness: Largest change of brightness either way, in gray levels.
        erase: Probability of a random rectangle of noise (Zhong et al. 2020).
    """

    flip: float = 0.0
    rotation: float = 0.0
    shift: float = 0.0
    scale: float = 0.0
    contrast: float = 0.0
    brightness: float = 0.0
    erase: float = 0.0

    @property
    def is_none(self) -> bool:
        return not any(dataclasses.astuple(self))


@dataclass(frozen=True, slots=True)
class PhaseConfig:
    """One phase of training.

    Attributes:
        name: A word for the history and the charts.
        epochs: At most this many.
        size: Side to which faces are upscaled, in pixels.
        trainable: "head" freezes the backbone, "all" trains everything.
        optimizer: "adam", "adamw" or "sgd" (Nesterov, momentum 0.9).
        learning_rate: The first, or the peak after `warmup_steps`.
        schedule: "plateau" reduces it where the monitored value stalls; "cosine" decays it to
            `final_learning_rate` over the phase; "constant" leaves it.
        weight_decay: Decoupled, for "adamw".
        plateau_patience: Epochs without improvement before the rate is reduced.
        plateau_factor: What it is multiplied by then.
        early_stopping: Epochs without improvement before the phase ends; 0 never ends it early.
    """

    name: str
    epochs: int
    size: int = 96
    trainable: str = "all"
    batch_size: int = 64
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    final_learning_rate: float = 0.0
    warmup_steps: int = 0
    schedule: str = "constant"
    weight_decay: float = 0.0
    plateau_patience: int = 2
    plateau_factor: float = 0.5
    early_stopping: int = 0


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """A whole recipe.

    Attributes:
        title: What the pages call it.
        summary: One or two sentences for the model card.
        seed: Of every random choice.
        monitor: What decides on the best epoch, the plateau and the early stop.
    """

    title: str
    phases: tuple[PhaseConfig, ...]
    summary: str = ""
    seed: int = 1
    monitor: str = "val_loss"
    model: ModelConfig = field(default_factory=ModelConfig)
    data: DataConfig = field(default_factory=DataConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)

    def __post_init__(self) -> None:
        _one_of("data.class_weights", self.data.class_weights, CLASS_WEIGHTS)
        _one_of("monitor", self.monitor, MONITORS)
        for name in self.data.drop:
            _one_of("data.drop", name, DROPPABLE)
        if not 0.0 < self.data.validation < 0.5:
            raise TrainingError(
                f"data.validation is a share between 0 and 0.5. Received: {self.data.validation}"
            )
        if not self.phases:
            raise TrainingError("A recipe has at least one [[phases]].")
        for phase in self.phases:
            _one_of("phase.schedule", phase.schedule, SCHEDULES)
            _one_of("phase.optimizer", phase.optimizer, OPTIMIZERS)
            _one_of("phase.trainable", phase.trainable, TRAINABLE)
            if phase.epochs < 1 or phase.batch_size < 1 or phase.size < 32:
                raise TrainingError(
                    f'Phase "{phase.name}": epochs and batch_size are at least 1, size at least '
                    f"32. Received: {phase.epochs}, {phase.batch_size}, {phase.size}"
                )

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainingConfig:
        """Raises `TrainingError` for an unknown name, a missing one, or a wrong value."""
        values = dict(values)
        phases = values.pop("phases", [])
        sections = {
            "model": ModelConfig,
            "data": DataConfig,
            "augmentation": AugmentationConfig,
        }
        for name, kind in sections.items():
            values[name] = _build(kind, name, values.get(name, {}))
        values["phases"] = tuple(_build(PhaseConfig, "phase", phase) for phase in phases)
        config = _build(cls, "the recipe", values)
        assert isinstance(config, TrainingConfig)
        return config


def load_config(path: str | Path) -> TrainingConfig:
    """Reads a recipe.

    Raises:
        TrainingError: where the file is missing, not TOML, or not a recipe.
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


def _one_of(name: str, value: str, accepted: tuple[str, ...]) -> None:
    if value not in accepted:
        raise TrainingError(f"{name} is one of {', '.join(accepted)}. Received: {value!r}")
