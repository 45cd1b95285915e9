"""The sections of a recipe, each checked by itself: [model], [data], [teachers] and so on."""

from __future__ import annotations

import dataclasses
import reprlib
from dataclasses import dataclass
from typing import Final

from fer_core.errors import TrainingError

ARCHITECTURES: Final = ("mobilenet_v2", "face_mobilenet", "face_resnet", "plain_cnn")
PRECISIONS: Final = ("float32", "mixed_bfloat16")
CLASS_WEIGHTS: Final = ("none", "balanced", "square_root", "capped")
SCHEDULES: Final = ("plateau", "cosine", "constant")
OPTIMIZERS: Final = ("adam", "adamw", "sgd")
TRAINABLE: Final = ("head", "all")
GROUPS: Final = ("copies", "near_copies")
LARGEST_SEED: Final = 2**32 - 1
DROPPABLE: Final = ("constant", "conflicting", "test_copies", "near_test_copies")


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The network. See the functions of `networks.registry`.

    Attributes:
        architecture: Which one. The one that ships is MobileNetV2, the others teach it.
        precision: What layers compute in. "mixed_bfloat16" is 1.5 times as fast for dense
            convolutions on a processor with AVX-512's instructions for it, and slower for
            MobileNets and on others.
    """

    width: float = 1.0
    dense: int = 512
    dropout: float = 0.5
    weights: str = "imagenet"
    batch_norm_momentum: float | None = None
    train_batch_norm: bool = True
    architecture: str = "mobilenet_v2"
    precision: str = "float32"

    def __post_init__(self) -> None:
        one_of("model.architecture", self.architecture, ARCHITECTURES)
        one_of("model.precision", self.precision, PRECISIONS)
        within("model.width", self.width, 0.05, 16.0)
        within("model.dense", self.dense, 0, 65_536)
        within("model.dropout", self.dropout, 0.0, 0.99)
        if self.batch_norm_momentum is not None:
            within("model.batch_norm_momentum", self.batch_norm_momentum, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class DataConfig:
    """Which images of `train/` are trained on, towards which labels, and which validate.

    Attributes:
        validation: Share of `train/` set aside, by class and by groups of copies.
        groups: What stays together on one side of that cut: "copies", which are identical, or
            "near_copies", which correlate by 0.95, such as frames of one video.
        split_seed: Of the choice of that part; the recipe's seed if it is None. Runs that are
            compared, or teach one another, set aside the same part.
        drop: Images left out of both: "constant", "conflicting" (copies under different labels),
            "test_copies" (images that also stand in `test/`), "near_test_copies" (those, and
            whatever correlates with an image of `test/` by 0.95; `fer_core.data.near_copies`).
        class_weights: "none"; "balanced" is n / (classes x class count); "square_root" its root;
            "capped" no more than 3 of it. Each is scaled to average 1 over the images.
        label_smoothing: In [0, 1), Szegedy et al. (2016). Applies to mixed labels as well.
        ferplus: Share λ of FER+'s votes in the labels, in [0, 1]: (1-λ)·label + λ·votes. The file
            of votes is given to scripts/train.py.
    """

    validation: float = 0.1
    drop: tuple[str, ...] = ()
    class_weights: str = "none"
    label_smoothing: float = 0.0
    split_seed: int | None = None
    ferplus: float = 0.0
    groups: str = "copies"

    def __post_init__(self) -> None:
        one_of("data.class_weights", self.class_weights, CLASS_WEIGHTS)
        one_of("data.groups", self.groups, GROUPS)
        for name in self.drop:
            one_of("data.drop", name, DROPPABLE)
        if not 0.0 < self.validation < 0.5:
            raise TrainingError(
                f"data.validation is a share between 0 and 0.5. Received: {self.validation}"
            )
        within("data.ferplus", self.ferplus, 0.0, 1.0)
        within("data.label_smoothing", self.label_smoothing, 0.0, 0.99)
        if self.split_seed is not None:
            within("data.split_seed", self.split_seed, 0, LARGEST_SEED)


@dataclass(frozen=True, slots=True)
class TeachersConfig:
    """Distillation from finished runs, whose averaged answers are given to scripts/train.py.

    Attributes:
        weight: Share w of the teachers in the labels, in [0, 1]: (1-w)·label + w·answer.
        temperature: By which the teachers' logits are divided, above 0; 1 leaves the answers, 2-4
            tell more of the classes that are not the likeliest (Hinton et al. 2015). The student
            itself is trained at temperature 1, so that it needs no other loss.
        views: How many changed views of each face the teachers have answered for, each with its own
            answer (`teaching.bank`): the student sees one of them in every epoch, and
            [augmentation] is what made them. 0: they answered for the faces as they are.
    """

    weight: float = 0.0
    temperature: float = 1.0
    views: int = 0

    def __post_init__(self) -> None:
        within("teachers.weight", self.weight, 0.0, 1.0)
        within("teachers.temperature", self.temperature, 0.1, 20.0)
        within("teachers.views", self.views, 0, 1000)


@dataclass(frozen=True, slots=True)
class AugmentationConfig:
    """Random changes at 48x48, before the upscale. All zero: none. See `training.augmentation`.

    Attributes:
        flip: Probability of a left-right flip.
        rotation: Largest turn either way, in degrees.
        shift: Largest shift either way, as a share of the side.
        scale: Largest zoom either way, as a share.
        contrast: Largest change of contrast either way, as a share.
        brightness: Largest change of brightness either way, in gray levels.
        erase: Probability of a random rectangle of noise (Zhong et al. 2020).
        gamma: Largest change of the gamma curve: exponents from 1 / (1 + gamma) to 1 + gamma.
        blur: Probability of a Gaussian blur; see `training.augmentation` for the extents.
        downscale: Probability that the face is shrunk and enlarged again.
        noise: Largest standard deviation of Gaussian noise, in gray levels.
        jpeg: Probability of JPEG's artefacts.
        cover: Probability that the lower half or the eyes are covered, and the label goes towards
            the classes' shares (`training.occlusion`). Drawn anew for every view of a bank.
        grain: Probability of noise of up to `training.augmentation.GRAIN` gray levels. Like
            `cover`, over a bank's views, whose answers are those without it.
    """

    flip: float = 0.0
    rotation: float = 0.0
    shift: float = 0.0
    scale: float = 0.0
    contrast: float = 0.0
    brightness: float = 0.0
    erase: float = 0.0
    gamma: float = 0.0
    blur: float = 0.0
    downscale: float = 0.0
    noise: float = 0.0
    jpeg: float = 0.0
    cover: float = 0.0
    grain: float = 0.0

    def __post_init__(self) -> None:
        largest = {"rotation": 180.0, "brightness": 255.0, "gamma": 10.0, "noise": 255.0}
        for field in dataclasses.fields(self):
            high = largest.get(field.name, 1.0)
            within(f"augmentation.{field.name}", getattr(self, field.name), 0.0, high)

    @property
    def is_none(self) -> bool:
        return not any(dataclasses.astuple(self))

    @property
    def of_views(self) -> AugmentationConfig:
        """What makes the views of a bank: all but what a student draws over them."""
        return dataclasses.replace(self, cover=0.0, grain=0.0)


@dataclass(frozen=True, slots=True)
class PhaseConfig:
    """One phase of training.

    Attributes:
        name: Shown in the history and the charts.
        epochs: At most this many.
        size: Side to which faces are upscaled, in pixels.
        trainable: "head" freezes the backbone, "all" trains everything.
        optimizer: "adam", "adamw" or "sgd" (Nesterov, momentum 0.9).
        learning_rate: The first, or the peak after `warmup_steps`.
        schedule: "plateau" reduces it when the monitored value stalls; "cosine" decays it to
            `final_learning_rate` over the phase; "constant" leaves it.
        weight_decay: Decoupled, for "adamw".
        plateau_patience: Epochs without improvement before the rate is reduced.
        plateau_factor: What it is multiplied by then.
        early_stopping: Epochs without improvement before the phase ends; 0 never ends it early.
        ema: Momentum of the weights' average over steps, in [0, 1); 0 keeps none. With one, the
            averaged network is what is validated and kept. See `callbacks.WeightAverage`.
        mixup: Of mixup's Beta distribution (Zhang et al. 2018), both parameters; 0 for none.
        cutmix: The same of CutMix (Yun et al. 2019). With both, a batch gets either.
        clip_norm: Largest norm of all gradients together; 0 for no limit.
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
    ema: float = 0.0
    mixup: float = 0.0
    cutmix: float = 0.0
    clip_norm: float = 0.0

    def __post_init__(self) -> None:
        one_of("phase.schedule", self.schedule, SCHEDULES)
        one_of("phase.optimizer", self.optimizer, OPTIMIZERS)
        one_of("phase.trainable", self.trainable, TRAINABLE)
        within("phase.ema", self.ema, 0.0, 0.99999)
        within("phase.learning_rate", self.learning_rate, 1e-12, 1e38)
        within("phase.final_learning_rate", self.final_learning_rate, 0.0, 1e38)
        within("phase.weight_decay", self.weight_decay, 0.0, 100.0)
        within("phase.plateau_factor", self.plateau_factor, 1e-6, 0.999999)
        within("phase.epochs", self.epochs, 1, 1_000_000)
        within("phase.batch_size", self.batch_size, 1, 65_536)
        within("phase.size", self.size, 32, 1024)
        for name in ("warmup_steps", "plateau_patience", "early_stopping"):
            within(f"phase.{name}", getattr(self, name), 0, 10**9)
        for name in ("mixup", "cutmix", "clip_norm"):
            within(f"phase.{name}", getattr(self, name), 0.0, 100.0)

    @property
    def mixes(self) -> bool:
        """Whether images of a batch are mixed."""
        return bool(self.mixup or self.cutmix)


def one_of(name: str, value: str, accepted: tuple[str, ...]) -> None:
    """Raises `TrainingError` if a setting has none of the accepted values."""
    if value not in accepted:
        raise TrainingError(f"{name} is one of {', '.join(accepted)}. Received: {value!r}")


def within(name: str, value: float, low: float, high: float) -> None:
    """Raises `TrainingError` if a setting lies outside [low, high]."""
    if not low <= value <= high:
        raise TrainingError(
            f"{name} lies between {low} and {high}. Received: {reprlib.repr(value)}"
        )
