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


def with_class_names(litert: bytes, names: Sequence[str]) -> bytes:
    """A LiteRT flatbuffer without names → the same with them."""
    file = io.BytesIO(litert)
    with zipfile.ZipFile(file, "a") as archive:
        # A ZipInfo has the same date always: the same network gives the same bytes.
        archive.writestr(zipfile.ZipInfo(LABELS_FILE), as_lines(names))
    return file.getvalue()


def class_names(litert: bytes) -> tuple[str, ...] | None:
    """The names in a LiteRT file, in the order of its answers; None if it holds none."""
    try:
        with zipfile.ZipFile(io.BytesIO(litert)) as archive:
            return from_lines(archive.read(LABELS_FILE).decode())
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError):
        return None


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
