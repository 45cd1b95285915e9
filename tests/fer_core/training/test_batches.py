"""Batches of one process and of several: the same rows, each in one place."""

from __future__ import annotations

import numpy as np
import pytest

from fer_core.training.batches import Batches, Mixing
from fer_core.training.distributed.devices import Shard
from fer_core.training.sections import AugmentationConfig

N = 200


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


def _batch(weights: np.ndarray | None = None):
    """Each face has one gray level, its own; its target stands for the level's sign of 128."""
    levels = np.linspace(0, 255, N, dtype=np.float32)
    faces = np.broadcast_to(levels[:, None, None, None], (N, 48, 48, 1)).copy()
    targets = np.eye(7, dtype=np.float32)[(levels > 127).astype(int)]
    return faces, targets, np.ones(N, np.float32) if weights is None else weights


def _mixed(mixing: Mixing, seed: int = 1, weights: np.ndarray | None = None):
    return mixing.mix(*_batch(weights), np.random.default_rng(seed))


BOTH = [Mixing(mixup=0.4), Mixing(cutmix=1.0), Mixing(mixup=0.4, cutmix=1.0)]


def test_none_is_none():
    assert Mixing().is_none
    assert not any(mixing.is_none for mixing in BOTH)


@pytest.mark.parametrize("mixing", BOTH, ids=str)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shapes_and_sums(mixing: Mixing, seed: int):
    faces, targets, weights = _mixed(mixing, seed)
    assert (faces.dtype, targets.dtype, weights.dtype) == (np.float32,) * 3
    assert faces.shape == (N, 48, 48, 1)
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(weights, 1, atol=1e-6)
    assert faces.min() >= 0 and faces.max() <= 255


def test_mixup_adds_two_faces_in_the_share_of_their_labels():
    before, targets_before, _ = _batch()
    faces, targets, _ = _mixed(Mixing(mixup=0.4))
    partner = np.random.default_rng(1).permutation(N)
    ours, theirs = before[:, 0, 0, 0], before[partner, 0, 0, 0]
    apart = np.abs(ours - theirs) > 1
    share = ((faces[:, 0, 0, 0] - theirs)[apart] / (ours - theirs)[apart])[:, None]
    expected = share * targets_before[apart] + (1 - share) * targets_before[partner][apart]
    np.testing.assert_allclose(targets[apart], expected, atol=1e-3)
    assert faces.std(axis=(1, 2, 3)).max() < 1e-3


def test_cutmix_pastes_as_many_pixels_as_its_labels_say():
    before, targets_before, _ = _batch()
    faces, targets, _ = _mixed(Mixing(cutmix=1.0))
    left = (faces == before).mean(axis=(1, 2, 3))
    partner = np.random.default_rng(1).permutation(N)
    other = targets_before.argmax(axis=1) != targets_before[partner].argmax(axis=1)
    ours = targets[np.arange(N), targets_before.argmax(axis=1)]
    np.testing.assert_allclose(ours[other], left[other], atol=1e-5)
    assert left.min() + 0.1 > 0.05 and left.mean() < 0.9


def test_a_pair_has_the_loss_of_both_weights():
    weights = np.linspace(0.5, 3, N, dtype=np.float32)
    _, targets, total = _mixed(Mixing(mixup=0.4), weights=weights)
    _, plain, _ = _mixed(Mixing(mixup=0.4))
    assert (total >= 0.5 - 1e-6).all() and (total <= 3 + 1e-6).all()
    # The brighter half weighs more, so that mixed targets lean towards its class.
    both = (plain[:, 0] > 0.1) & (plain[:, 1] > 0.1)
    assert (targets[both, 1] > plain[both, 1]).all()


def test_the_same_seed_mixes_alike_and_leaves_the_batch():
    faces, *_ = _batch()
    mixing = BOTH[2]
    for a, b in zip(_mixed(mixing), _mixed(mixing), strict=True):
        np.testing.assert_array_equal(a, b)
    again, *_ = _batch()
    np.testing.assert_array_equal(faces, again)


def test_grain_goes_over_faces_and_leaves_their_targets():
    faces = np.full((N, 48, 48), 128, np.uint8)
    targets = np.eye(7, dtype=np.float32)[np.arange(N) % 7]
    settings = {"batch_size": N, "seed": 1}
    plain, grainy = (
        Batches(faces, targets, np.ones(N, np.float32), augmentation=augmentation, **settings)[0]
        for augmentation in (None, AugmentationConfig(grain=0.5))
    )
    assert N / 4 < (plain[0] != grainy[0]).any(axis=(1, 2, 3)).sum() < 3 * N / 4
    np.testing.assert_array_equal(plain[1], grainy[1])
