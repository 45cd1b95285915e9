import numpy as np
import pytest

from fer_core.training.augmentation import GRAIN, augment, grained
from fer_core.training.sections import AugmentationConfig

SETTINGS = [
    "rotation",
    "shift",
    "scale",
    "contrast",
    "brightness",
    "erase",
    "gamma",
    "blur",
    "downscale",
    "noise",
    "jpeg",
]
FACES = np.random.default_rng(0).integers(0, 256, (16, 48, 48), dtype=np.uint8)


def _augmented(seed: int = 1, **settings: float) -> np.ndarray:
    return augment(FACES, AugmentationConfig(**settings), np.random.default_rng(seed))


def test_nothing_asked_nothing_changed():
    assert AugmentationConfig().is_none
    np.testing.assert_array_equal(_augmented(), FACES)


def test_a_certain_flip_mirrors():
    np.testing.assert_array_equal(_augmented(flip=1.0), FACES[:, :, ::-1])


@pytest.mark.parametrize("name", SETTINGS)
def test_each_setting_changes_faces_and_leaves_the_originals(name: str):
    before = FACES.copy()
    value = {"rotation": 15, "brightness": 30, "noise": 10}.get(name, 0.5)
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


@pytest.mark.parametrize("name", ["gamma", "blur", "downscale", "noise", "jpeg"])
def test_webcam_settings_at_zero_leave_the_other_draws_alone(name: str):
    """Recipes from before these settings give the same faces for the same seed."""
    older = {"flip": 0.5, "rotation": 10.0, "contrast": 0.2, "erase": 0.5}
    np.testing.assert_array_equal(_augmented(**older), _augmented(**older, **{name: 0.0}))


@pytest.mark.parametrize("name", ["blur", "downscale"])
def test_blur_and_few_pixels_take_detail_and_keep_brightness(name: str):
    changed = _augmented(**{name: 1.0})
    assert (changed.std(axis=(1, 2)) < FACES.std(axis=(1, 2))).all()
    np.testing.assert_allclose(changed.mean(axis=(1, 2)), FACES.mean(axis=(1, 2)), atol=2)


def test_gamma_keeps_the_order_of_gray_levels():
    ramp = np.broadcast_to(np.linspace(0, 255, 48).astype(np.uint8), (8, 48, 48))
    bent = augment(ramp, AugmentationConfig(gamma=0.5), np.random.default_rng(1))
    assert (np.diff(bent.astype(int), axis=2) >= 0).all()
    assert bent.min() == 0 and bent.max() == 255
    assert {bool(face.mean() > ramp.mean()) for face in bent} == {True, False}


def test_noise_is_within_its_largest_deviation():
    gray = np.full((64, 48, 48), 128, np.uint8)
    noisy = augment(gray, AugmentationConfig(noise=6.0), np.random.default_rng(1))
    deviations = noisy.std(axis=(1, 2))
    assert 3 < deviations.max() < 6.5 and deviations.min() < 3


@pytest.mark.parametrize(
    ("probability", "least", "most"), [(0.0, 0, 0), (0.25, 8, 28), (1.0, 60, 64)]
)
def test_grain_is_laid_over_its_share_of_the_faces(probability: float, least: int, most: int):
    gray = np.full((64, 48, 48), 128, np.uint8)
    deviations = grained(gray, probability, np.random.default_rng(1)).std(axis=(1, 2))
    assert least <= (deviations > 0).sum() <= most
    assert deviations.max() <= GRAIN + 1 and (gray == 128).all()
    if probability == 1:
        assert deviations.max() > 0.9 * GRAIN
