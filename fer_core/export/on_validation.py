"""A finished model's card → the same with what its validation part tells, network unchanged."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from fer_core.data.dataset import Dataset
from fer_core.errors import ModelError
from fer_core.evaluation.audits.usability import measure_usability
from fer_core.evaluation.calibration import calibrate_ways
from fer_core.evaluation.on_dataset import predict
from fer_core.recognition.classifier import Classifier
from fer_core.store.card_changes import change_card
from fer_core.store.model_files import (
    NETWORK_SUFFIX,
    ModelCard,
    load_model,
    model_file,
)
from fer_core.training.config import TrainingConfig
from fer_core.training.partition import partition, unlike_training


def require_data_of(trained: str, sha256: str | None, dataset: Dataset) -> None:
    """Raises ModelError if a model or run was trained on other data: its parts cannot be found."""
    if sha256 != dataset.fingerprint:
        raise ModelError(
            f"{trained} was trained on another data set than this one. Give the same --data as to "
            "scripts/train.py."
        )


def add_validation(model: str | Path, dataset: Dataset) -> ModelCard:
    """Writes the ways of asking and the thresholds of notes into a model's card.

    The validation part is found again by the card's recipe; nothing of `test/` is looked at.

    Raises:
        ModelError: the model is none, or was trained on another data set.
        TrainingError: the card holds no recipe.
    """
    card, network = load_model(model)
    require_data_of(f"The model {card.stem}", card.data.get("sha256"), dataset)
    config = TrainingConfig.from_dict(dict(card.recipe))
    validation = unlike_training(partition(dataset, config.data, config.seed))
    classifier = Classifier(network, threads=2)
    counts = train_counts(dataset)
    ways = calibrate_ways(
        predict(classifier, validation),
        predict(classifier, validation, mirrored=True).probabilities,
        card.unsure_below,
        np.array(counts),
    )
    usability = measure_usability(classifier, validation.images, validation.labels)
    return change_card(
        card,
        model_file(model, NETWORK_SUFFIX).parent,
        lambda now: dataclasses.replace(
            now, data={**now.data, "train_counts": counts}, ways=ways, usability=usability
        ),
    )


def train_counts(dataset: Dataset) -> list[int]:
    """How many images of each expression stand in `train/`."""
    labels = dataset.labels[dataset.splits == "train"]
    return [int(n) for n in np.bincount(labels, minlength=7)]
