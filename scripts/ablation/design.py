"""The ablation's design: which networks are trained, by which recipe, at which cost.

Two claims came with the seed recipe: that upscaling to 96x96 and label smoothing reduce the
tendency to answer Neutral, and that transfer learning beats a standard network. Here is what tests
them; `ablation_runs` runs it, `ablation_scoring` judges it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from fer_core.data.dataset import Dataset
from fer_core.errors import DataError
from fer_core.evaluation.ablation_report import MOBILENET, PLAIN, Cell
from fer_core.labels import EMOTIONS
from fer_core.training.config import TrainingConfig
from fer_core.training.sections import AugmentationConfig, DataConfig, ModelConfig, PhaseConfig

TEST_PARTS: Final = ("public", "test")
"""The first that a data set has. PublicTest chooses nothing here: the search and the epoch use
validation, so that it is a test part for these claims. PrivateTest stays for finalists."""
SUBSET_SEED: Final = 2013
VALIDATION: Final = 0.1
SEARCH_SEED: Final = 0  # none of the cells' seeds
LEFT_OUT: Final = ("constant", "conflicting", "near_test_copies")
"""Of `train/`, before the subset is drawn; see `DataConfig.drop`."""
MIN_EACH: Final = 14
"""Images of a class in the smallest subset: validation takes a tenth, and copies are left out."""


TRANSFER_CELLS: Final = tuple(
    Cell(MOBILENET, size, smoothing, weights)
    for size in (48, 96)
    for smoothing in (0.0, 0.1)
    for weights in ("none", "balanced")
)
PLAIN_CELL: Final = Cell(PLAIN, 48, 0.1, "none")
TRANSFER_CELL: Final = Cell(MOBILENET, 96, 0.1, "none")
"""What the plain network is compared with: the same loss, and the same cost."""
CELLS: Final = (*TRANSFER_CELLS, PLAIN_CELL)


@dataclass(frozen=True, slots=True)
class Tuning:
    """A candidate of the search on validation: what a network's recipe leaves open.

    Attributes:
        network: As in `Cell`.
        name: A word or two.
        learning_rate: AdamW's peak.
        width: Of the network.
    """

    network: str
    name: str
    learning_rate: float
    width: float = 1.0

    @property
    def shape(self) -> str:
        """What a training step's cost depends on."""
        return f"{self.network}-width-{self.width:g}"


CANDIDATES: Final = (
    Tuning(MOBILENET, "rate-3e-4", 3e-4),
    Tuning(MOBILENET, "rate-1e-3", 1e-3),
    Tuning(MOBILENET, "rate-3e-3", 3e-3),
    Tuning(PLAIN, "full-width-1e-3", 1e-3),
    Tuning(PLAIN, "half-width-1e-3", 1e-3, width=0.5),
    Tuning(PLAIN, "half-width-3e-3", 3e-3, width=0.5),
)
"""Each network has three, at the same cost a candidate. The seed's own rate, 1e-5, is not among
them: it is too small to learn anything in a schedule as short as this one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is spent, the same for every cell.

    Attributes:
        seeds: Each trains every cell once.
        train_images: Size of the fixed subset of `train/`, drawn by class; a tenth of it validates.
        search_images: The same for the search.
        warm_up_epochs: Of MobileNetV2's new head, on pooled features computed once.
        epochs: Of MobileNetV2's full fine-tuning.
        batch_size: Of every phase.
        backbone_width: MobileNetV2's width; 1 unless only the machinery is tried out.
        weights: Its pretrained weights; see `networks.mobilenet_v2.build`.
        tiny: Whether this is a trial of the machinery, whose figures mean nothing.
    """

    seeds: tuple[int, ...] = (1, 2)
    train_images: int = 8_000
    search_images: int = 4_000
    warm_up_epochs: int = 5
    epochs: int = 3
    batch_size: int = 64
    backbone_width: float = 1.0
    weights: str = "imagenet"
    tiny: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "seeds": list(self.seeds)}

    def for_search(self) -> Plan:
        """The same schedule on the search's images."""
        return replace(self, train_images=self.search_images)

    def runs(self) -> Iterator[tuple[Cell, int]]:
        """Seed by seed, so that an unfinished ablation has whole comparisons."""
        for seed in self.seeds:
            for cell in CELLS:
                yield cell, seed


TINY: Final = Plan(
    seeds=(1,),
    train_images=280,
    search_images=140,
    warm_up_epochs=1,
    epochs=1,
    batch_size=32,
    backbone_width=0.35,
    weights="none",
    tiny=True,
)


@dataclass(frozen=True, slots=True)
class Costs:
    """Measured once, side by side in one process, before anything is trained.

    Attributes:
        step: `Tuning.shape` → seconds of CPU, over all threads, for one image of a training step;
            MobileNetV2 at 96 pixels, the plain network at 48.
        features: Seconds of CPU for one image's pooled features of MobileNetV2 at 96 pixels.
    """

    step: dict[str, float]
    features: float

    def transfer(self, plan: Plan, tuning: Tuning) -> float:
        """Seconds of CPU for each training image of a MobileNetV2 cell at 96 pixels.

        The head's epochs on its features cost a thousandth of that and are left out.
        """
        return self.features + plan.epochs * self.step[tuning.shape]

    def plain_epochs(self, plan: Plan, transfer: Tuning, plain: Tuning) -> int:
        """Epochs of the plain network that cost what a MobileNetV2 cell at 96 pixels costs."""
        return max(1, math.floor(self.transfer(plan, transfer) / self.step[plain.shape]))


def config_of(cell: Cell, seed: int, plan: Plan, tuning: Tuning, epochs: int) -> TrainingConfig:
    """The recipe that trains a cell.

    Args:
        tuning: The network's, as the search chose it.
        epochs: Of the main phase: `Plan.epochs`, or `Costs.plain_epochs`.
    """
    return TrainingConfig(
        title=f"Ablation: {cell.name}",
        seed=seed,
        # Loss would be another measure with smoothing than without.
        monitor="val_accuracy",
        model=_model(cell, plan, tuning),
        data=DataConfig(
            validation=VALIDATION,
            class_weights=cell.class_weights,
            label_smoothing=cell.label_smoothing,
        ),
        augmentation=_augmentation(cell),
        phases=_phases(cell, plan, tuning, epochs),
    )


def _model(cell: Cell, plan: Plan, tuning: Tuning) -> ModelConfig:
    if cell.network == PLAIN:
        return ModelConfig(
            width=tuning.width * plan.backbone_width,
            dense=256,
            dropout=0.4,
            weights="none",
            batch_norm_momentum=0.9,
            train_batch_norm=True,
        )
    return ModelConfig(
        width=plan.backbone_width,
        weights=plan.weights,
        # 0.999, Keras's own, lags for longer than this schedule lasts.
        batch_norm_momentum=0.9,
        train_batch_norm=True,
    )


def _augmentation(cell: Cell) -> AugmentationConfig:
    # MobileNetV2's frozen phase trains on features that were computed once, and fine-tuning sees
    # each image three times. The plain network sees them more often.
    if cell.network == MOBILENET:
        return AugmentationConfig()
    return AugmentationConfig(flip=0.5)


def _phases(cell: Cell, plan: Plan, tuning: Tuning, epochs: int) -> tuple[PhaseConfig, ...]:
    steps = math.ceil(plan.train_images * (1 - VALIDATION) / plan.batch_size)
    main = PhaseConfig(
        "fine-tuning" if cell.network == MOBILENET else "from scratch",
        epochs=epochs,
        size=cell.size,
        batch_size=plan.batch_size,
        optimizer="adamw",
        learning_rate=tuning.learning_rate,
        warmup_steps=steps // 3,
        schedule="cosine",
        weight_decay=0.02,
    )
    if cell.network == PLAIN:
        return (main,)
    head = replace(
        main,
        name="warm-up",
        trainable="head",
        epochs=plan.warm_up_epochs,
        optimizer="adam",
        learning_rate=1e-3,
        warmup_steps=0,
        schedule="constant",
        weight_decay=0.0,
    )
    return (head, main)


def subset(dataset: Dataset, images: int) -> Dataset:
    """A fixed part of `train/` with the shares of its classes, and nothing else."""
    rng = np.random.default_rng(SUBSET_SEED)
    train = dataset.splits == "train"
    keep, total = np.zeros(len(dataset), dtype=bool), int(train.sum())
    for label in range(len(EMOTIONS)):
        places = np.flatnonzero(train & (dataset.labels == label))
        wanted = min(len(places), max(MIN_EACH, round(len(places) * images / total)))
        keep[rng.permutation(places)[:wanted]] = True
    return dataset.where(keep)


def test_part(dataset: Dataset) -> Dataset:
    """What the cells are judged on: PublicTest, or `test/` if a data set has no such half.

    Raises:
        DataError: if there is neither.
    """
    for name in TEST_PARTS:
        mask = dataset.splits == name
        if mask.any():
            return dataset.where(mask)
    raise DataError("The ablation needs images under test/ to judge its networks on.")
