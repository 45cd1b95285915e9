"""The class names inside a network's file, for readers who have no card beside it.

LiteRT: a file `labels.txt` of one name a line, zipped onto the end of the flatbuffer, as TensorFlow
Lite's metadata has it; `unzip` reads it, and the interpreter takes no notice. ONNX: the property
`class_names` of the file's `metadata_props`, the same lines.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Final

from fer_core.errors import ModelError

LABELS_FILE: Final = "labels.txt"
ONNX_PROPERTY: Final = "class_names"
_LONGEST: Final = 4096
"""Bytes of the file of names that are read; a small zip can unpack to gigabytes."""


def with_class_names(litert: bytes, names: Sequence[str]) -> bytes:
    """A LiteRT flatbuffer without names → the same with them."""
    file = io.BytesIO(litert)
    with zipfile.ZipFile(file, "a") as archive:
        # A ZipInfo has the same date always: the same network gives the same bytes.
        archive.writestr(zipfile.ZipInfo(LABELS_FILE), as_lines(names))
    return file.getvalue()


def class_names(litert: bytes, file: str = "The LiteRT file") -> tuple[str, ...] | None:
    """The names in a LiteRT file, in the order of its answers; None if it holds none.

    Raises:
        ModelError: naming `file`, if it holds some that cannot be read or are too long.
    """
    try:
        if not zipfile.is_zipfile(io.BytesIO(litert)):
            return None
        with zipfile.ZipFile(io.BytesIO(litert)) as archive:
            if LABELS_FILE not in archive.namelist():
                return None
            with archive.open(LABELS_FILE) as labels:
                lines = labels.read(_LONGEST + 1)
        if len(lines) > _LONGEST:
            raise ValueError(f"{LABELS_FILE} has more than {_LONGEST:,} bytes")
        return from_lines(lines.decode())
    except Exception as error:  # those of zipfile and its methods share no base class
        raise ModelError(
            f"{file} is damaged: the class names at its end cannot be read ({error}). Restore the "
            "file, or export the model again."
        ) from error


def as_lines(names: Sequence[str]) -> str:
    return "".join(f"{name}\n" for name in names)


def from_lines(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def require_class_names(found: Sequence[str] | None, expected: Sequence[str], file: str) -> None:
    """Refuses a file whose names are others, or stand in another order; one without passes.

    Raises:
        ModelError: naming `file` and both lists.
    """
    if found is not None and tuple(found) != tuple(expected):
        raise ModelError(
            f"{file} answers in another order of classes than its card says. Expected: "
            f"{', '.join(expected)}. Received: {', '.join(found)}."
        )
