"""Photographs in class folders → what the whole pipeline, detector included, answers for them.

FER-2013's faces are cropped already, by others. This measures what users meet: their own pictures,
in which the face has to be found and framed first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.data.scan import IMAGE_SUFFIXES
from fer_core.data.sources import normal_name
from fer_core.errors import DataError
from fer_core.evaluation.metrics import evaluate_split
from fer_core.evaluation.split_report import SplitReport
from fer_core.labels import EMOTIONS
from fer_core.recognition.photos import Photo, PhotoResult, analyze, document
from fer_core.recognition.recognizer import Recognizer

PHOTO_SUFFIXES = (*IMAGE_SUFFIXES, ".heic", ".heif")
PHOTO_LAYOUT = (
    "Expected a folder with one folder of photographs for each expression that is to be measured: "
    f"{', '.join(EMOTIONS)}. Accepted: {', '.join(PHOTO_SUFFIXES)}."
)


def find_photos(folder: Path) -> list[Photo]:
    """The photographs of a folder's class folders, whose names count in any case; sorted by path.

    Raises:
        DataError: there is no such folder, or no photograph in it.
    """
    if not folder.is_dir():
        raise DataError(f"There is no folder at {folder}. {PHOTO_LAYOUT}")
    photos = [
        Photo.from_file(path, label)
        for path in sorted(folder.glob("*/*"))
        if (label := normal_name(path.parent.name)) in EMOTIONS
        and path.suffix.lower() in PHOTO_SUFFIXES
    ]
    if not photos:
        raise DataError(f"{folder} holds no photograph in a class folder. {PHOTO_LAYOUT}")
    return photos


def answer(photos: Sequence[Photo], recognizer: Recognizer) -> Iterator[PhotoResult]:
    """The answer for each photograph's largest face, one photograph after the other."""
    for photo in photos:
        yield analyze(photo, recognizer, edge=None, max_faces=1)


def score(results: Sequence[PhotoResult], unsure_below: float) -> SplitReport:
    """All figures of the photographs whose face was found.

    Args:
        unsure_below: The model's threshold, in [0, 1].
    """
    seen = [(result.label, result.faces[0]) for result in results if result.faces]
    labels = np.array([EMOTIONS.index(label) for label, _ in seen], dtype=np.int64)
    probabilities = np.array([face.probabilities for _, face in seen], dtype=np.float32)
    return evaluate_split(labels, probabilities.reshape(-1, len(EMOTIONS)), unsure_below)


def to_dict(
    results: Sequence[PhotoResult], report: SplitReport, recognizer: Recognizer
) -> dict[str, Any]:
    """Every photograph's answer, as the photo page gives it, and the figures under "report"."""
    return {**document(results, recognizer), "report": report.to_dict()}
