"""Images whose label other images contradict: confident learning.

Northcutt, Jiang & Chuang (2021), "Confident Learning: Estimating Uncertainty in Dataset Labels",
JAIR 70. Heads are trained on a network's pooled features, each on four fifths of the images, and
answer for the fifth that they did not see.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fer_core.errors import DataError
from fer_core.evaluation.audits.doubts import Doubt
from fer_core.evaluation.estimates import SEED
from fer_core.labels import EMOTIONS
from fer_core.types import Probabilities

FOLDS: Final = 5
_STEPS: Final = 200
_PENALTY: Final = 0.01
"""Inverse strength of the heads' L2 penalty: weak ones learn the images by heart."""

Labels = NDArray[np.int64]


def out_of_fold(
    features: NDArray[np.float32],
    labels: Labels,
    groups: Labels,
    progress: Callable[[float], None] = lambda share: None,
) -> Probabilities:
    """What heads that did not see an image, nor a copy of it, answer for it.

    Args:
        features: (n, k), the network's pooled features.
        labels: (n,) indices into `EMOTIONS`.
        groups: (n,) numbers; images of one number stay on one side.
        progress: Is told the share done, in [0, 1].

    Returns:
        (n, 7) float32; a class without images gets 0.

    Raises:
        DataError: a class has fewer than `FOLDS` images.
    """
    counts = np.bincount(labels, minlength=len(EMOTIONS))
    few = [f"{EMOTIONS[i]} ({n})" for i, n in enumerate(counts) if 0 < n < FOLDS]
    if few or (counts > 0).sum() < 2:
        raise DataError(
            f"Doubtful labels are found by comparing at least two classes of {FOLDS} images or "
            f"more. Too few: {', '.join(few) or 'other classes'}."
        )
    answers = np.zeros((len(labels), len(EMOTIONS)), dtype=np.float32)
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for i, (seen, held_out) in enumerate(splitter.split(features, labels, groups)):
        head = make_pipeline(StandardScaler(), LogisticRegression(C=_PENALTY, max_iter=_STEPS))
        with warnings.catch_warnings():  # the last digits of a head do not matter
            warnings.simplefilter("ignore", ConvergenceWarning)
            head.fit(features[seen], labels[seen])
        answers[np.ix_(held_out, head.classes_)] = head.predict_proba(features[held_out])
        progress((i + 1) / FOLDS)
    return answers


def doubts(paths: Sequence[str], labels: Labels, probabilities: Probabilities) -> list[Doubt]:
    """The images whose label is contradicted, the most contradicted first.

    "Prune by noise rate", section 3.2 of the article: the confident joint, whose rows are scaled to
    the classes' sizes, says how many images of a label belong to each other class; as many are
    taken, those with the largest margin.

    Args:
        paths: n of them.
        labels: (n,) indices into `EMOTIONS`.
        probabilities: (n, 7), out of fold.
    """
    joint = confident_joint(labels, probabilities)
    sizes = np.bincount(labels, minlength=len(EMOTIONS))
    scaled = joint / np.maximum(joint.sum(axis=1, keepdims=True), 1) * sizes[:, None]
    found: dict[int, tuple[float, int]] = {}
    for label, other in zip(*np.nonzero(joint), strict=True):
        if label == other:
            continue
        rows = np.flatnonzero(labels == label)
        margins = probabilities[rows, other] - probabilities[rows, label]
        for place in np.argsort(-margins, kind="stable")[: round(scaled[label, other])]:
            image, margin = int(rows[place]), float(margins[place])
            if margin > found.get(image, (0.0, 0))[0]:
                found[image] = (margin, int(other))
    order = sorted(found.items(), key=lambda item: -item[1][0])
    return [
        Doubt(
            paths[i],
            EMOTIONS[labels[i]],
            EMOTIONS[other],
            float(probabilities[i, labels[i]]),
            float(probabilities[i, other]),
        )
        for i, (_, other) in order
    ]


def confident_joint(labels: Labels, probabilities: Probabilities) -> Labels:
    """(7, 7) counts: images by label (rows) and by the class that they count for.

    An image counts for the likeliest of the classes for which it gets at least the mean probability
    that the class's own images get; for none if there is no such class.
    """
    side = len(EMOTIONS)
    typical = np.full(side, np.inf)
    for label in np.unique(labels):
        typical[label] = probabilities[labels == label, label].mean()
    counted = np.where(probabilities >= typical, probabilities, -1.0)
    sure, likeliest = counted.max(axis=1) > 0, counted.argmax(axis=1)
    return np.bincount(labels[sure] * side + likeliest[sure], minlength=side**2).reshape(side, side)
