"""Batches of one process and of several: the same rows, each in one place."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.training.batches import Batches
from fer_core.training.distributed.devices import Shard
from fer_core.training.mixing import Mixing
from fer_core.training.sections import AugmentationConfig


def _batches(images: int, batch_size: int, shard: Shard | None, mixing: Mixing) -> Batches:
    rng = np.random.default_rng(3)
    return Batches(
        rng.integers(0, 256, (images, 48, 48), dtype=np.uint8),
        np.eye(7, dtype=np.float32)[rng.integers(0, 7, images)],
        np.arange(1, images + 1, dtype=np.float32),  # tells the images apart
        batch_size=batch_size,
        augmentation=AugmentationConfig(flip=0.5, noise=5.0),
        mixing=mixing,
        seed=1,
        shard=shard,
    )


@pytest.mark.parametrize("mixing", [Mixing(), Mixing(mixup=0.2, cutmix=1.0)])
@pytest.mark.parametrize(
    ("images", "batch_size", "processes", "devices", "sizes"),
    [
        (24, 8, 2, 2, [4, 4, 4]),
        (26, 8, 2, 2, [4, 4, 4, 1]),
        (27, 8, 2, 2, [4, 4, 4, 1]),
        (25, 8, 2, 2, [4, 4, 4]),
        (31, 8, 2, 4, [4, 4, 4, 2]),
        (23, 6, 3, 3, [2, 2, 2, 1]),
        (23, 8, 1, 4, [8, 8, 4]),
    ],
)
def test_the_slices_of_all_processes_are_the_whole_batch(
    images: int,
    batch_size: int,
    processes: int,
    devices: int,
    sizes: list[int],
    mixing: Mixing,
):
    shards = [Shard(i, processes, devices) for i in range(processes)]
    parts = [_batches(images, batch_size, shard, mixing) for shard in shards]
    whole = _batches(images, batch_size, Shard(devices=devices), mixing)
    for _ in range(2):
        assert [[len(batch[0]) for batch in _all(part)] for part in parts] == [sizes] * processes
        for index, batch in enumerate(_all(whole)):
            slices = [part[index] for part in parts]
            for ours, theirs in zip(zip(*slices, strict=True), batch, strict=True):
                np.testing.assert_array_equal(np.concatenate(ours), theirs)
        for batches in (whole, *parts):
            batches.on_epoch_end()


def test_one_process_has_every_image_and_the_batches_it_had_without_a_shard():
    plain, single = (_batches(26, 8, shard, Mixing()) for shard in (None, Shard()))
    weights = np.concatenate([batch[2] for batch in _all(plain)])
    assert sorted(weights) == list(range(1, 27))
    for ours, theirs in zip(_all(plain), _all(single), strict=True):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a, b)


def test_the_images_that_sit_out_are_others_in_another_epoch():
    batches = _batches(27, 8, Shard(0, 1, 4), Mixing())
    out = []
    for _ in range(4):
        used = np.concatenate([batch[2] for batch in _all(batches)])
        assert len(set(used)) == len(used) == 24
        out.append(frozenset(range(1, 28)) - set(used))
        batches.on_epoch_end()
    assert len(set(out)) > 1


def _all(batches: Batches) -> list[tuple[np.ndarray, ...]]:
    return [batches[index] for index in range(len(batches))]
