"""What several tests share: a generated data set and a small network with the real contract."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

# Before TensorFlow, which some test modules import: loaded after it, this library (aiortc's) takes
# TensorFlow's OpenSSL symbols for its own and the process dies. The app never has both.
import pylibsrtp  # noqa: F401
import pytest
from small_data import write_dataset

from fer_core.data.dataset import Dataset, load_dataset
from fer_core.labels import EMOTIONS
from fer_core.store.card_changes import save_card
from fer_core.store.model_files import ModelCard, file_record


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: begun last, they would leave the other processes idle."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Files are called by their parameter's name, and numbered.

    By their bytes they would be called otherwise in each of two processes, if they hold a time, and
    be too long for the environment of a process that a test starts.
    """
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def dataset_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def dataset(dataset_folder: Path) -> Dataset:
    return load_dataset(dataset_folder)


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
