import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fer_core.data.dataset import Dataset
from fer_core.errors import DataError
from fer_core.evaluation import on_dataset
from fer_core.evaluation.report import EvaluationReport
from fer_core.recognition.classifier import Classifier
from fer_core.store.model_files import load_card


def _dataset(splits: list[str]) -> Dataset:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (len(splits), 48, 48), dtype=np.uint8)
    labels = np.arange(len(splits)) % 7
    return Dataset(images, labels, np.array(splits), tuple(f"{i}.jpg" for i in range(len(splits))))


FER = _dataset(["train"] * 3 + ["public"] * 4 + ["private"] * 5)


def test_fer_2013_has_four_splits_and_copies_are_left_out_of_one():
    images = FER.images.copy()
    images[8] = images[0]  # a PrivateTest image that also stands in Training
    images[9] = images[3]  # a copy of a PublicTest image: not seen in training
    masks = on_dataset.split_masks(dataclasses.replace(FER, images=images))
    sizes = {name: int(mask.sum()) for name, mask in masks.items()}
    assert sizes == {"public": 4, "private": 5, "test": 9, "private_deduplicated": 4}
    assert not masks["private_deduplicated"][8]
    assert masks["private_deduplicated"][9]


def test_any_other_dataset_has_one_split():
    assert set(on_dataset.split_masks(_dataset(["train", "test", "test"]))) == {"test"}


def test_a_dataset_without_test_images_is_refused():
    with pytest.raises(DataError, match="no images under test"):
        on_dataset.split_masks(_dataset(["train"]))


def test_nothing_is_predicted_for_a_dataset_without_test_images(small_litert: bytes):
    with pytest.raises(DataError, match="no images under test"):
        on_dataset.predict(Classifier(small_litert), FER.where(FER.splits == "test"))


def test_reads_of_private_test_are_counted_for_the_same_network_only(
    small_litert: bytes, make_model: Callable[..., Path]
):
    card = make_model(unsure_below=0.3)
    test = FER.where(FER.splits != "train")
    shares: list[float] = []
    predictions = on_dataset.predict(Classifier(small_litert), test, shares.append)
    assert shares[-1] == 1.0

    def reads(network: bytes, previous: dict[str, int]) -> EvaluationReport:
        return on_dataset.evaluate(
            FER,
            predictions,
            card=load_card(card),
            network=network,
            previous_reads=previous,
        )

    first = reads(small_litert, {})
    known = {first.model_sha256: first.private_reads}
    assert first.private_reads == 1
    assert reads(small_litert, known).private_reads == 2
    assert reads(b"another", known).private_reads == 1
    assert first.splits["private"].n == 5
    assert first.splits["private"].selective is not None
    assert set(first.ways) == {"one_look_even_mix"}  # no mirror images were given
