"""Photographs in class folders → what the whole pipeline, detector included, answers for them.

FER-2013's faces are cropped already, by others. This measures what users meet: their own pictures,
in which the face has to be found and framed first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer_core.data.dataset import IMAGE_SUFFIXES
from fer_core.data.sources import normal_name
from fer_core.errors import DataError, FerError
from fer_core.evaluation import SplitReport, evaluate_split
from fer_core.images import decode
from fer_core.labels import EMOTIONS
from fer_core.recognition.recognizer import Recognizer
from fer_core.types import FaceEmotion

PHOTO_LAYOUT = (
    "Expected a folder with one folder of photographs for each expression that is to be measured: "
    f"{', '.join(EMOTIONS)}. Accepted: {', '.join(IMAGE_SUFFIXES)}."
)


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """One photograph.

    Attributes:
        path: Its file.
        emotion: What its largest face is said to show.
    """

    path: Path
    emotion: str


@dataclass(frozen=True, slots=True)
class PhotoAnswer:
    """What came of a photograph.

    Attributes:
        photo: The photograph and its label.
        face: Its largest face with the network's answer; None where none was found or read.
        error: Why the file could not be read; "" where it could.
    """

    photo: LabelledPhoto
    face: FaceEmotion | None = None
    error: str = ""


def find_photos(folder: Path) -> list[LabelledPhoto]:
    """The photographs of a folder's class folders, whose names count in any case; sorted by path.

    Raises:
        DataError: where there is no such folder, or no photograph in it.
    """
    if not folder.is_dir():
        raise DataError(f"There is no folder at {folder}. {PHOTO_LAYOUT}")
    photos = [
        LabelledPhoto(path, normal_name(path.parent.name))
        for path in sorted(folder.glob("*/*"))
        if normal_name(path.parent.name) in EMOTIONS and path.suffix.lower() in IMAGE_SUFFIXES
    ]
    if not photos:
        raise DataError(f"{folder} holds no photograph in a class folder. {PHOTO_LAYOUT}")
    return photos


def answer(photos: list[LabelledPhoto], recognizer: Recognizer) -> Iterator[PhotoAnswer]:
    """Analyses photograph by photograph; what cannot be read becomes an answer that says why."""
    for photo in photos:
        try:
            faces = recognizer.analyze(decode(photo.path.read_bytes()), max_faces=1)
        except FerError as error:
            yield PhotoAnswer(photo, error=str(error))
        except OSError as error:
            yield PhotoAnswer(photo, error=error.strerror or str(error))
        else:
            yield PhotoAnswer(photo, face=faces[0] if faces else None)


def score(answers: list[PhotoAnswer], unsure_below: float) -> SplitReport:
    """All figures of the photographs whose face was found.

    Args:
        unsure_below: The model's threshold, in [0, 1].
    """
    seen = [(a.photo.emotion, a.face) for a in answers if a.face is not None]
    labels = np.array([EMOTIONS.index(emotion) for emotion, _ in seen], dtype=np.int64)
    probabilities = np.array([face.probabilities for _, face in seen], dtype=np.float32)
    return evaluate_split(labels, probabilities.reshape(-1, len(EMOTIONS)), unsure_below)
