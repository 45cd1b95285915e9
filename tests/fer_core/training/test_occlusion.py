"""Covered faces, and how far their labels go towards the classes' shares."""

import numpy as np
import pytest

from fer_core.training.occlusion import cover

SHARES = np.full(7, 1 / 7, np.float32)
FACES = np.full((200, 48, 48), 128, np.uint8)
FACES[:, ::2] = 127  # so that no cloth is like it
TARGETS = np.eye(7, dtype=np.float32)[np.arange(200) % 7]


def _covered(probability: float):
    faces, targets = cover(FACES, TARGETS, SHARES, probability, np.random.default_rng(1))
    changed = faces != FACES
    return faces, targets, changed


def test_labels_go_as_far_as_faces_are_covered():
    _, targets, changed = _covered(1.0)
    part = changed.mean(axis=(1, 2))
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-5)
    likeliest = targets.max(axis=1)
    # A grain of the cloth can have the face's own gray level: a little more may be covered.
    np.testing.assert_allclose(likeliest, 1 - part * 6 / 7, atol=0.04)
    assert (targets.argmax(axis=1) == TARGETS.argmax(axis=1)).all()


def test_it_covers_the_lower_half_or_the_eyes_and_nothing_else():
    _, _, changed = _covered(1.0)
    lower = changed[:, 46].any(axis=1)
    assert 0.4 < lower.mean() < 0.6
    assert not changed[lower][:, : round(0.33 * 48)].any()
    eyes = changed[~lower]
    assert not eyes[:, : round(0.14 * 48)].any()
    assert not eyes[:, round(0.66 * 48) :].any()
    assert eyes[:, round(0.39 * 48), 24].mean() > 0.9
    assert 0.3 < changed[lower].mean() < 0.55
    assert 0.1 < eyes.mean() < 0.3


@pytest.mark.parametrize("probability", [0.0, 0.25])
def test_others_stay_as_they_are(probability: float):
    faces, targets, changed = _covered(probability)
    left = ~changed.any(axis=(1, 2))
    assert left.mean() == pytest.approx(1 - probability, abs=0.08)
    np.testing.assert_array_equal(faces[left], FACES[left])
    np.testing.assert_array_equal(targets[left], TARGETS[left])
    assert np.unique(FACES).tolist() == [127, 128]
