import dataclasses

import numpy as np
import pytest
from small_data import noise_dataset

from fer_core.data.dataset import Dataset
from fer_core.errors import DataError
from fer_core.training.partition import class_weights, partition, unlike_training
from fer_core.training.sections import DataConfig


def _dataset(each: int = 40, tests: int = 5) -> Dataset:
    made, n = noise_dataset(each, tests), 7 * each
    images = made.images.copy()
    images[n] = images[0]  # a copy of a training image in the test
    images[1] = images[2]  # a copy under the same label
    images[3] = images[each]  # a copy under another label
    images[4] = 128  # constant
    images[5] = images[n + 1] // 2 + 30  # nearly a copy of a test image
    return dataclasses.replace(made, images=images)


def test_test_images_are_never_used_and_copies_stay_together():
    data = partition(_dataset(), DataConfig(validation=0.25), seed=1)
    train, validation = set(data.train.paths), set(data.validation.paths)
    assert not train & validation
    assert len(train | validation) == 280
    assert {"1", "2"} <= train or {"1", "2"} <= validation
    assert {"3", "40"} <= train or {"3", "40"} <= validation


def test_every_class_is_in_both_parts_by_its_share():
    data = partition(_dataset(), DataConfig(validation=0.25), seed=1)
    counts = np.bincount(data.validation.labels, minlength=7)
    assert counts.min() >= 8 and counts.max() <= 12


@pytest.mark.parametrize(
    ("drop", "gone"),
    [
        ("constant", {"4"}),
        ("conflicting", {"3", "40"}),
        ("test_copies", {"0"}),
        ("near_test_copies", {"0", "5"}),
    ],
)
def test_what_is_dropped(drop: str, gone: set[str]):
    data = partition(_dataset(), DataConfig(validation=0.25, drop=(drop,)), seed=1)
    kept = set(data.train.paths) | set(data.validation.paths)
    assert {str(i) for i in range(280)} - kept == gone
    assert data.left_out == {drop: len(gone)}


def test_rows_lead_back_to_the_data_set():
    dataset = _dataset()
    data = partition(dataset, DataConfig(validation=0.25, drop=("near_test_copies",)), seed=1)
    for part, rows in ((data.train, data.train_rows), (data.validation, data.validation_rows)):
        assert part.paths == tuple(dataset.paths[row] for row in rows)
    assert set(data.withheld) == {*data.validation_rows, 0, 5}


@pytest.mark.parametrize(
    ("seed", "split_seed", "same"), [(2, None, False), (2, 1, True), (1, 1, True)]
)
def test_runs_of_several_seeds_can_share_the_validation_part(seed, split_seed, same):
    ours = partition(_dataset(), DataConfig(validation=0.25), seed=1).validation.paths
    config = DataConfig(validation=0.25, split_seed=split_seed)
    theirs = partition(_dataset(), config, seed).validation.paths
    assert (ours == theirs) is same


def _with_frames_of_a_video() -> Dataset:
    """Every training image four times over, but for a little noise."""
    dataset = _dataset()
    rng = np.random.default_rng(7)
    images = dataset.images.copy()
    train = images[:280].reshape(70, 4, 48, 48)
    noise = rng.integers(-5, 6, train.shape)
    train[:] = np.clip(train[:, :1] + noise, 0, 255).astype(np.uint8)
    return dataclasses.replace(dataset, images=images)


def test_near_copies_stay_on_one_side_where_the_recipe_says_so():
    dataset = _with_frames_of_a_video()
    data = partition(dataset, DataConfig(validation=0.25, groups="near_copies"), seed=1)
    scenes = [{int(path) // 4 for path in part.paths} for part in (data.train, data.validation)]
    assert not scenes[0] & scenes[1]
    assert unlike_training(data) is not data.validation
    assert len(unlike_training(data)) == len(data.validation)


def test_validation_that_was_learned_from_is_left_out_of_judging():
    dataset = _dataset()
    data = partition(dataset, DataConfig(validation=0.25), seed=1)
    row = data.validation_rows[0]
    images = dataset.images.copy()
    images[row] = np.clip(images[data.train_rows[0]] * 0.5 + 20, 0, 255)
    dataset = dataclasses.replace(dataset, images=images)
    data = partition(dataset, DataConfig(validation=0.25), seed=1)
    assert row in data.validation_rows  # near, but not identical: not grouped
    kept = unlike_training(data)
    assert set(data.validation.paths) - set(kept.paths) == {dataset.paths[row]}


def test_judging_keeps_every_class():
    data = partition(_with_frames_of_a_video(), DataConfig(validation=0.25), seed=1)
    assert unlike_training(data) is data.validation  # nearly all are copies of what was learned


def test_too_few_images_are_named():
    with pytest.raises(DataError, match=r"at least 10 images of every class.*angry \(5\)"):
        partition(_dataset(each=5), DataConfig(validation=0.1), seed=1)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("none", 1.0),
        ("balanced", 10.0),
        ("square_root", 10**0.5),
        ("capped", 3 / (61 / 70)),
    ],
)
def test_class_weights_ratio_and_mean(kind: str, expected: float):
    labels = np.repeat(np.arange(7), [10, 1, 10, 10, 10, 10, 10]).astype(np.int64)
    weights = class_weights(labels, kind)
    assert weights[1] / weights[0] == pytest.approx(expected, rel=1e-5)
    assert weights[labels].mean() == pytest.approx(1.0, rel=1e-5)


def _with_validation() -> Dataset:
    """Every fifth training image under validation/."""
    dataset = _dataset()
    splits = dataset.splits.astype("<U10")
    splits[:280:5] = "validation"
    return dataclasses.replace(dataset, splits=splits)


def test_a_validation_part_of_its_own_is_taken_as_it_is():
    data = partition(_with_validation(), DataConfig(), seed=1)
    assert set(data.validation.paths) == {str(i) for i in range(0, 280, 5)}
    assert len(data.train) == 280 - 56
    assert set(data.withheld) == set(range(0, 280, 5))


@pytest.mark.parametrize("part", ["train", "validation"])
def test_too_few_classes_are_refused_with_the_reason_and_the_way(part: str):
    few = _with_validation()
    few = few.where((few.labels != 4) | (few.splits != part))
    with pytest.raises(DataError, match=rf"{part}/ needs .* all seven. Too few: sad \(0\).*Add"):
        partition(few, DataConfig(), seed=1)
