"""What somebody says that faces show → a zip to train and to measure on; nothing goes to the disk.

Once unpacked: `faces/` holds crops by part and class, as `train.py --data` and `evaluate.py --data`
take them; `photos/` the pictures of a single face by class, as `evaluate.py --photos` takes them;
`labels.csv` says what was said of every face.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from PIL import Image

from fer_core.errors import InputError
from fer_core.images import file_kind
from fer_core.labels import EMOTIONS
from fer_core.recognition.photos import PhotoResult, as_csv
from fer_core.store.names import alike, safe_stem
from fer_core.types import GrayImage

NONE_OF_THEM: Final = "none of them"
NOT_A_FACE: Final = "not a face"
YOUR_LABELS: Final = (*EMOTIONS, NONE_OF_THEM, NOT_A_FACE)
"""What one may say of a face."""
_TEST_EVERY: Final = 5
_SUFFIXES: Final = {"JPEG": ".jpg", "PNG": ".png", "WebP": ".webp", "HEIC": ".heic"}


def labelled(result: PhotoResult, number: int, label: str) -> PhotoResult:
    """The result with what somebody says of one of its faces.

    Args:
        number: The face's, from 1.
        label: One of `YOUR_LABELS`; "" takes it back.

    Raises:
        InputError: there is no such face or label.
    """
    if label and label not in YOUR_LABELS:
        raise InputError(f"A face is one of {', '.join(YOUR_LABELS)}. Received: {label!r}")
    if not 1 <= number <= len(result.faces):
        raise InputError(f"The photo has faces 1 to {len(result.faces)}. Received: {number}")
    labels = list(result.your_labels or [""] * len(result.faces))
    labels[number - 1] = label
    return replace(result, your_labels=tuple(labels) if any(labels) else ())


def in_turn(number: int, result: PhotoResult) -> str:
    """Of every five labelled photos the first goes to `test/`, with all its faces: no photo is both
    learned from and measured on."""
    return "train" if number % _TEST_EVERY else "test"


def as_zip(
    results: Sequence[PhotoResult],
    original: Callable[[PhotoResult], bytes | None],
    part: Callable[[int, PhotoResult], str] = in_turn,
) -> bytes:
    """The zip of all labelled faces.

    Args:
        original: A result's file as it came; None if it was not kept.
        part: The number of a labelled result, from 0, and itself → "train" or "test".
    """
    buffer, taken = io.BytesIO(), set[str]()
    given = [result for result in results if any(result.your_labels)]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:

        def add(folder: str, name: str, suffix: str, data: bytes) -> None:
            stem, number = f"{folder}/{safe_stem(name)}", 2
            path = stem + suffix
            while alike(path) in taken:
                path, number = f"{stem}-{number}{suffix}", number + 1
            taken.add(alike(path))
            archive.writestr(path, data)

        for i, result in enumerate(given):
            folder = f"faces/{part(i, result)}"
            for face, label in zip(result.faces, result.your_labels, strict=True):
                if label in EMOTIONS:
                    add(f"{folder}/{label}", result.name, ".png", _png(face.crop))
            (only, *others) = result.your_labels
            data = original(result) if only in EMOTIONS and not others else None
            if data is not None and result.faces_found == 1:
                add(f"photos/{only}", result.name, _SUFFIXES.get(file_kind(data) or "", ""), data)
        archive.writestr("labels.csv", as_csv(given))
    return buffer.getvalue()


def _png(crop: GrayImage) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(crop).save(buffer, "PNG")
    return buffer.getvalue()
