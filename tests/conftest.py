"""What several tests share: a generated data set and a small network with the real contract."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

# Before TensorFlow, which some test modules import: loaded after it, this library (aiortc's) takes
# TensorFlow's OpenSSL symbols for its own and the process dies. The app never has both.
import pylibsrtp  # noqa: F401
import pytest
from small_data import patterned_face

from fer_core.labels import EMOTIONS
from fer_core.store.model_files import ModelCard, file_record, save_card

TRAIN_EACH, TEST_EACH = 24, 6


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: begun last, they would leave the other processes idle."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def write_dataset(folder: Path, train_each: int = TRAIN_EACH, test_each: int = TEST_EACH) -> Path:
    """Writes a clean data set named as FER-2013's files are."""
    rng = np.random.default_rng(7)
    parts = [("train", "Training", train_each)]
    parts += [("test", "PublicTest", test_each), ("test", "PrivateTest", test_each)]
    for split, prefix, count in parts:
        for label, emotion in enumerate(EMOTIONS):
            home = folder / split / emotion
            home.mkdir(parents=True, exist_ok=True)
            for i in range(count):
                file = home / f"{prefix}_{label}{i:04d}.png"
                file.write_bytes(cv2.imencode(".png", patterned_face(label, rng))[1].tobytes())
    return folder


@pytest.fixture(scope="session")
def dataset_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def small_litert() -> bytes:
    """A LiteRT file with the contract's input and output, small enough to make in seconds."""
    import keras

    from fer_core.export.convert import to_litert

    keras.utils.set_random_seed(3)
    network = keras.Sequential(
        [
            keras.Input((48, 48, 1)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.AveragePooling2D(8),
            keras.layers.Flatten(),
            keras.layers.Dense(len(EMOTIONS), activation="softmax"),
        ]
    )
    return to_litert(network)


@pytest.fixture
def make_model(tmp_path: Path, small_litert: bytes) -> Callable[..., Path]:
    """Writes a model's network and card; returns the network's path."""

    def make(stem: str = "small", unsure_below: float = 0.0) -> Path:
        network = tmp_path / f"{stem}.tflite"
        network.write_bytes(small_litert)
        card = ModelCard(
            stem=stem,
            title="A small test network",
            summary="Made by the tests.",
            created=datetime.date(2026, 1, 1).isoformat(),
            emotions=EMOTIONS,
            input={"shape": [None, 48, 48, 1]},
            files={".tflite": file_record(network)},
            unsure_below=unsure_below,
        )
        save_card(card, tmp_path)
        return network

    return make
