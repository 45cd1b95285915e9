import numpy as np
import pytest

from fer_core.augmentation import augment
from fer_core.training_config import AugmentationConfig

FACES = np.random.default_rng(0).integers(0, 256, (16, 48, 48), dtype=np.uint8)


def _augmented(seed: int = 1, **settings: float) -> np.ndarray:
    return augment(FACES, AugmentationConfig(**settings), np.random.default_rng(seed))


def test_nothing_asked_nothing_changed():
    assert AugmentationConfig().is_none
    np.testing.assert_array_equal(_augmented(), FACES)


def test_a_certain_flip_mirrors():
    np.testing.assert_array_equal(_augmented(flip=1.0), FACES[:, :, ::-1])


@pytest.mark.parametrize("name", ["rotation", "shift", "scale", "contrast", "brightness", "erase"])
def test_each_setting_changes_faces_and_leaves_the_originals(name: str):
    before = FACES.copy()
    value = {"rotation": 15, "brightness": 30}.get(name, 0.5)
    changed = _augmented(**{name: value})
    assert changed.shape == FACES.shape and changed.dtype == np.uint8
    assert (changed != FACES).any()
    np.testing.assert_array_equal(FACES, before)


def test_the_same_seed_gives_the_same_faces():
    settings = {"flip": 0.5, "rotation": 10.0, "erase": 0.5}
    np.testing.assert_array_equal(_augmented(**settings), _augmented(**settings))
    assert (_augmented(seed=2, **settings) != _augmented(**settings)).any()


def test_erasing_touches_at_most_a_fifth_and_a_rounding():
    changed = (_augmented(erase=1.0) != FACES).mean(axis=(1, 2))
    assert changed.max() < 0.25
    assert changed.min() > 0.01
