"""Noise is estimated as it was added, and goes without the face."""

import cv2
import numpy as np
import pytest
from portrait import portrait

from fer_core.images.denoising import NOISY_FROM, denoised, noise_of

_HEAD = cv2.cvtColor(portrait()[62:176, 167:281], cv2.COLOR_RGB2GRAY)
FACE = cv2.resize(_HEAD, (48, 48), interpolation=cv2.INTER_AREA)


def _with_noise(level: float) -> np.ndarray:
    grain = np.random.default_rng(1).normal(0, level, FACE.shape)
    return np.clip(np.rint(FACE + grain), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("level", [12, 20, 30])
def test_noise_is_found_as_it_was_added(level: int) -> None:
    assert noise_of(_with_noise(level)) == pytest.approx(level, rel=0.2)


def test_slopes_and_edges_are_no_noise() -> None:
    slope = np.repeat(np.linspace(0, 255, 48)[None], 48, axis=0).astype(np.uint8)
    edge = np.where(np.arange(48) < 20, 40, 200).astype(np.uint8)[None].repeat(48, axis=0)
    assert noise_of(slope) < 1
    assert noise_of(edge) == 0


def test_a_clean_face_stays_to_the_pixel() -> None:
    faces = np.stack([FACE, FACE[:, ::-1]])
    assert noise_of(FACE) < NOISY_FROM
    assert denoised(faces) is faces
    noisy = _with_noise(20)
    np.testing.assert_array_equal(denoised(np.stack([FACE, noisy]))[0], FACE)


@pytest.mark.parametrize("level", [16, 24, 36])
def test_a_noisy_face_comes_nearer_to_itself(level: int) -> None:
    noisy = _with_noise(level)
    (smoothed,) = denoised(noisy[None])
    before, after = (np.square(each.astype(float) - FACE).mean() for each in (noisy, smoothed))
    assert after < 0.5 * before


@pytest.mark.parametrize("shape", [(0, 48, 48), (2, 3, 3)])
def test_none_and_the_smallest_are_taken(shape: tuple[int, int, int]) -> None:
    assert denoised(np.zeros(shape, np.uint8)).shape == shape
