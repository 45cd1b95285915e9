"""Photographs in class folders → what the whole pipeline, detector included, answers for them.

FER-2013's faces are cropped already, by others. This measures what users meet: their own pictures,
in which the face has to be found and framed first.
"""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from fer_core.data.archives import Packed
from fer_core.data.findings import Finding
from fer_core.data.findings import found as found_cases
from fer_core.data.layout import LAYOUT
from fer_core.data.left_out import UNREADABLE, left_out
from fer_core.data.scan import Scan
from fer_core.data.sources import open_source
from fer_core.errors import DataError, FerError, ImageError
from fer_core.evaluation.audits.slices import slices
from fer_core.evaluation.metrics import evaluate_split
from fer_core.evaluation.predictions import Predictions
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.split_report import SplitReport
from fer_core.images import decode, examine, quality, supported_kind
from fer_core.labels import EMOTIONS
from fer_core.recognition.photos import Photo, PhotoResult, analyze, document
from fer_core.recognition.recognizer import Recognizer
from fer_core.store.model_files import NETWORK_SUFFIX

OWN: Final = "own"
"""The split of somebody's own pictures."""
MOST_CROP_PIXELS: Final = 1_000_000


def find_photos(
    path: Path | Packed, *, numbered: bool = False
) -> tuple[list[Photo], tuple[Finding, ...]]:
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
    found = Scan(
        Path(path.name), source.folders, (), others, source.refused, source.outside, source.layout
    )
    findings = left_out(found)
    if not photos:
        reasons = "".join(f" {finding.in_words()}" for finding in findings)
        raise DataError(f"{path} holds no photograph in a class folder.{reasons} {LAYOUT}")
    return photos, findings


def answer(photos: Sequence[Photo], recognizer: Recognizer) -> Iterator[PhotoResult]:
    """The answer for each photograph's largest face, one photograph after the other."""
    for photo in photos:
        yield analyze(photo, recognizer, edge=None, max_faces=1)


def answer_crop(photo: Photo, recognizer: Recognizer) -> PhotoResult:
    """The answer for a picture that is a face cut out already; never raises for what is wrong.

    Pictures larger than `MOST_CROP_PIXELS` are refused before they are decoded.
    """
    try:
        data = photo.read()
        size = examine(supported_kind(data), data)
        if size.width * size.height > MOST_CROP_PIXELS:
            raise ImageError(
                f"This picture has {size.width}x{size.height} pixels: it is no crop of a face. "
                "Evaluate such pictures whole."
            )
        image = decode(data)
        return PhotoResult(
            photo.name,
            photo.label,
            tuple(recognizer.classify([image])),
            (image.shape[1], image.shape[0]),
        )
    except (FerError, ValueError, OSError) as error:
        return PhotoResult(photo.name, photo.label, problem=str(error))


def report_own(
    results: Sequence[PhotoResult], findings: Sequence[Finding], recognizer: Recognizer
) -> tuple[EvaluationReport, Predictions]:
    """A model's evaluation on somebody's own pictures, as the split "own".

    Args:
        results: With the pictures' labels; of each its first face counts.
        findings: What was left out before.
        recognizer: Need not be the one that found the faces: it is asked for the crops alone.
    """
    seen = [result for result in results if result.faces]
    faces = [result.faces[0] for result in seen]
    crops = np.stack([face.crop for face in faces]) if faces else np.zeros((0, 48, 48), np.uint8)
    labels = np.array([EMOTIONS.index(result.label) for result in seen], dtype=np.int64)
    answers = [face.probabilities for face in recognizer.classify(crops)] if faces else []
    probabilities = np.array(answers, dtype=np.float32).reshape(-1, len(EMOTIONS))
    split = evaluate_split(labels, probabilities, recognizer.card.unsure_below or None)
    widths = np.array([min(face.face.box.width, face.face.box.height) for face in faces], float)
    looks = {"face size": widths, **quality.measures(crops)} if faces else {}
    split = dataclasses.replace(split, slices=slices(looks, probabilities.argmax(1) == labels))
    report = EvaluationReport(
        {OWN: split},
        model=recognizer.card.stem,
        model_sha256=str(recognizer.card.files.get(NETWORK_SUFFIX, {}).get("sha256", "")),
        data_sha256=hashlib.sha256(crops.tobytes() + labels.tobytes()).hexdigest(),
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        left_out=(*findings, *_unreadable(results)),
    )
    return report, Predictions(tuple(result.name for result in seen), labels, probabilities)


def _unreadable(results: Sequence[PhotoResult]) -> Iterator[Finding]:
    cases = [f"{result.name}: {result.problem}" for result in results if result.problem]
    yield from found_cases("unreadable", "warning", UNREADABLE, cases)


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
