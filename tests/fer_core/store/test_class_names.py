"""The class names inside a network's file."""

from __future__ import annotations

import io
import json
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
    [b"", b"no zip", _zipped("other.txt", b"angry"), _zipped("labels.txt", b"\xff\xfe")],
)
def test_a_file_without_names_has_none(data: bytes) -> None:
    assert class_names(data) is None


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
