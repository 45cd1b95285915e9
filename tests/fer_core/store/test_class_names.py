"""The class names inside a network's file."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fer_core.errors import ModelError
from fer_core.labels import EMOTIONS
from fer_core.recognition.classifier import Classifier
from fer_core.store.class_names import class_names, with_class_names
from fer_core.store.model_files import file_record, load_model


def _zipped(name: str, text: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, text)
    return file.getvalue()


def test_names_come_back_in_their_order_and_change_no_answer(small_litert: bytes) -> None:
    assert class_names(small_litert) == EMOTIONS, "export writes them"
    bare = small_litert[: small_litert.index(b"PK\x03\x04")]
    assert class_names(bare) is None
    again = with_class_names(bare, EMOTIONS)
    assert again == small_litert, "the same bytes at each writing"
    faces = np.random.default_rng(1).integers(0, 256, (3, 48, 48), dtype=np.uint8)
    np.testing.assert_array_equal(Classifier(again).predict(faces), Classifier(bare).predict(faces))
    with zipfile.ZipFile(io.BytesIO(again)) as archive:  # as other readers take them
        assert archive.read("labels.txt").decode().splitlines() == list(EMOTIONS)


@pytest.mark.parametrize(
    "data",
    [b"", b"no zip", _zipped("other.txt", b"angry")],
)
def test_a_file_without_names_has_none(data: bytes) -> None:
    assert class_names(data) is None


def _damaged(in_directory: int, in_header: int, value: int) -> bytes:
    """A zip with a byte changed at these places of its directory's entry and the file's header."""
    data = bytearray(_zipped("labels.txt", b"angry\n"))
    data[data.index(b"PK\x01\x02") + in_directory] = value
    data[data.index(b"PK\x03\x04") + in_header] = value
    return bytes(data)


def _elsewhere(mark: bytes, place: int) -> bytes:
    """A zip whose directory, or file, is said to stand where no byte is."""
    data = bytearray(_zipped("labels.txt", b"angry\n"))
    start = data.index(mark) + place
    data[start : start + 4] = b"\xff\xff\xff\x7f"
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_damaged(8, 6, 1), "encrypted"),
        (_damaged(10, 8, 99), "compression method"),
        (_damaged(10, 8, 8), "invalid"),  # plain text is no deflate
        (_damaged(10, 8, 12), "Invalid data stream"),  # nor bzip2
        (_damaged(10, 8, 14), ""),  # nor LZMA
        (_damaged(6, 4, 200), "version 20.0"),
        (_elsewhere(b"PK\x05\x06", 16), ""),
        (_elsewhere(b"PK\x01\x02", 42), ""),
        (_zipped("labels.txt", b"\xff\xfe"), "utf-8"),
        (_zipped("labels.txt", b"a\n" * 3000), "more than 4,096 bytes"),
    ],
)
def test_names_that_cannot_be_read_are_named_as_damage(data: bytes, reason: str) -> None:
    with pytest.raises(ModelError, match=r"x\.tflite is damaged: the class names.*again") as caught:
        class_names(data, "x.tflite")
    assert reason in str(caught.value)


def test_a_small_file_does_not_unpack_to_a_large_one() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("labels.txt", b" " * 2**26)
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match="more than 4,096 bytes"):
            class_names(file.getvalue())
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (EMOTIONS, None),
        (None, None),  # the files of older exports
        (EMOTIONS[::-1], "Received: neutral, surprise"),
        (EMOTIONS[:6], "another order of classes"),
    ],
)
def test_a_model_is_refused_if_its_file_names_other_classes_than_its_card(
    make_model: Callable[..., Path],
    small_litert: bytes,
    names: tuple[str, ...] | None,
    message: str | None,
) -> None:
    path = make_model()
    bare = small_litert[: small_litert.index(b"PK\x03\x04")]
    path.write_bytes(with_class_names(bare, names) if names else bare)
    card_path = path.with_suffix(".card.json")
    card = json.loads(card_path.read_text())
    card["files"][".tflite"] = file_record(path)
    card_path.write_text(json.dumps(card))
    if message is None:
        assert load_model(path)[0].emotions == EMOTIONS
    else:
        with pytest.raises(ModelError, match=message):
            load_model(path)
