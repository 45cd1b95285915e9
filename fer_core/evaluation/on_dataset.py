"""A model and a data set → predictions and an evaluation report."""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from fer_core.data.dataset import Dataset
from fer_core.data.ferplus import Votes
from fer_core.errors import DataError
from fer_core.evaluation.audits.slices import agreement, slices
from fer_core.evaluation.estimates import Estimate, wilson
from fer_core.evaluation.metrics import evaluate_split
from fer_core.evaluation.predictions import Predictions
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.split_report import SplitReport
from fer_core.images import quality
from fer_core.recognition.answers.ways import ALL_WAYS, ONE_LOOK, Calibration, combine
from fer_core.recognition.classifier import Classifier
from fer_core.store.model_files import ModelCard
from fer_core.types import Probabilities

BATCH = 256
Masks = dict[str, NDArray[np.bool_]]
NO_TEST_IMAGES = "The data set has no images under test/<class>/ to evaluate on."


def predict(
    classifier: Classifier,
    test: Dataset,
    progress: Callable[[float], None] = lambda share: None,
    *,
    mirrored: bool = False,
) -> Predictions:
    """The network's answers for every image.

    Args:
        mirrored: Whether each image is turned left to right.
        progress: Called with the share done, in [0, 1].

    Raises:
        DataError: if there is none.
    """
    if not len(test):
        raise DataError(NO_TEST_IMAGES)
    parts: list[Probabilities] = []
    images = test.images[:, :, ::-1] if mirrored else test.images
    for start in range(0, len(test), BATCH):
        parts.append(classifier.predict(images[start : start + BATCH]))
        progress(min(1.0, (start + BATCH) / len(test)))
    return Predictions(test.paths, test.labels, np.concatenate(parts))


def split_masks(dataset: Dataset) -> Masks:
    """Which images of the whole data set stand in each reported split.

    FER-2013 has "public" and "private", "test" (both) and "private_deduplicated" (PrivateTest
    without the images that stand, pixel for pixel, in `train/` too); any other data set "test".

    Raises:
        DataError: if the data set has no test images.
    """
    test = dataset.is_test
    if not test.any():
        raise DataError(NO_TEST_IMAGES)
    private = dataset.splits == "private"
    if not private.any():
        return {"test": test}
    groups = dataset.copy_groups
    return {
        "public": dataset.splits == "public",
        "private": private,
        "test": test,
        "private_deduplicated": private & ~np.isin(groups, groups[~test]),
    }


def evaluate(
    dataset: Dataset,
    predictions: Predictions,
    *,
    card: ModelCard,
    network: bytes,
    previous_reads: Mapping[str, int],
    mirrored: Predictions | None = None,
    votes: Votes | None = None,
) -> EvaluationReport:
    """The figures of every split, and those of every way of asking that the predictions allow.

    Args:
        dataset: The whole data set, `train/` included: copies are looked for there.
        predictions: For its test images, in their order.
        card: The model's.
        network: Its LiteRT file's bytes.
        previous_reads: SHA-256 of a network → how often PrivateTest was read for it before.
        mirrored: For the mirror images of the same test images, if they are to be averaged.
        votes: FER+'s on the test images, in their order.
    """
    test = dataset.is_test
    digest = hashlib.sha256(network).hexdigest()
    masks = split_masks(dataset)
    answers = predictions.probabilities.argmax(axis=1)
    looks = quality.measures(dataset.images[test])
    splits = {}
    for name, mask in masks.items():
        part = mask[test]
        labels = predictions.labels[part]
        if not len(labels):
            continue
        split = evaluate_split(labels, predictions.probabilities[part], card.unsure_below or None)
        looked = {by: values[part] for by, values in looks.items()}
        agreed = agreement(votes.counts[part], labels, answers[part]) if votes else ()
        splits[name] = dataclasses.replace(
            split, slices=slices(looked, answers[part] == labels), agreement=agreed
        )
    return EvaluationReport(
        splits,
        model=card.stem,
        model_sha256=digest,
        data_sha256=dataset.fingerprint,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        private_reads=previous_reads.get(digest, 0) + ("private" in masks),
        left_out=dataset.left_out,
        mirrored_accuracy={} if mirrored is None else _averaged(predictions, mirrored, masks, test),
        ways=ways(dataset, predictions, card, mirrored),
        copies=_copies(predictions, masks, test),
    )


def _copies(predictions: Predictions, masks: Masks, test: NDArray[np.bool_]) -> tuple[str, ...]:
    """The paths that "private_deduplicated" leaves out of "private"."""
    if "private_deduplicated" not in masks:
        return ()
    out = (masks["private"] & ~masks["private_deduplicated"])[test]
    return tuple(path for path, is_out in zip(predictions.paths, out, strict=True) if is_out)


def ways(
    dataset: Dataset,
    predictions: Predictions,
    card: ModelCard,
    mirrored: Predictions | None = None,
) -> dict[str, dict[str, SplitReport]]:
    """The figures of all ways of asking but one look; of two looks only if `mirrored` is given.

    Returns:
        Way's name → split's name → its figures.
    """
    test, masks = dataset.is_test, split_masks(dataset)
    second = None if mirrored is None else mirrored.probabilities
    found = {}
    for way in ALL_WAYS:
        if way == ONE_LOOK or (way.looks == 2 and second is None):
            continue
        used = Calibration.of(card, way)
        answers = combine(way, used, predictions.probabilities, second)
        parts = {name: mask[test] for name, mask in masks.items() if mask.any()}
        found[way.name] = {
            name: evaluate_split(predictions.labels[p], answers[p], used.unsure_below or None)
            for name, p in parts.items()
        }
    return found


def _averaged(
    faces: Predictions, mirrored: Predictions, masks: Masks, test: NDArray[np.bool_]
) -> dict[str, Estimate]:
    right = (faces.probabilities + mirrored.probabilities).argmax(axis=1) == faces.labels
    parts = {name: right[mask[test]] for name, mask in masks.items()}
    found = {name: wilson(int(part.sum()), len(part)) for name, part in parts.items()}
    return {name: accuracy for name, accuracy in found.items() if accuracy is not None}
