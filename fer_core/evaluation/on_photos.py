"""Photographs in class folders → what the whole pipeline, detector included, answers for them.

FER-2013's faces are cropped already, by others. This measures what users meet: their own pictures,
in which the face has to be found and framed first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.data.findings import Finding
from fer_core.data.layout import LAYOUT
from fer_core.data.left_out import left_out
from fer_core.data.scan import Scan
from fer_core.data.sources import open_source
from fer_core.errors import DataError
from fer_core.evaluation.metrics import evaluate_split
from fer_core.evaluation.split_report import SplitReport
from fer_core.labels import EMOTIONS
from fer_core.recognition.photos import Photo, PhotoResult, analyze, document
from fer_core.recognition.recognizer import Recognizer


def find_photos(path: Path, *, numbered: bool = False) -> tuple[list[Photo], tuple[Finding, ...]]:
    """The photographs of class folders, sorted by path, and what was found besides and left out.

    Args:
        path: A folder or archive, as `fer_core.data.sources` opens it. Of one with `train/` only
            the other parts are looked at.

    Raises:
        DataError: there is no such folder, or no photograph in it.
    """
    source = open_source(path, numbered=numbered)
    placed = [(entry, source.layout.split_and_label(entry.path)) for entry in source.entries]
    photos = [
        Photo(entry.path, entry.read, EMOTIONS[place[1]])
        for entry, place in placed
        if place and place[0] not in ("train", "validation")
    ]
    others = tuple(entry.path for entry, place in placed if place is None)
    found = Scan(path, source.folders, (), others, source.refused, source.outside, source.layout)
    findings = left_out(found)
    if not photos:
        reasons = "".join(f" {finding.in_words()}" for finding in findings)
        raise DataError(f"{path} holds no photograph in a class folder.{reasons} {LAYOUT}")
    return photos, findings


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
    results: Sequence[PhotoResult],
    report: SplitReport,
    recognizer: Recognizer,
    findings: Sequence[Finding],
) -> dict[str, Any]:
    """Every photograph's answer, as the photo page gives it, and the figures under "report"."""
    return {
        **document(results, recognizer),
        "left_out": [finding.to_dict() for finding in findings],
        "report": report.to_dict(),
    }
