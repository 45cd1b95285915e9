"""Random changes to 48x48 faces, before the network upscales them.

At 48x48 in OpenCV they cost a few microseconds a face; Keras's layers at 96x96 cost more than
training a frozen network does.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.training.degradation import degrade
from fer_core.training.sections import AugmentationConfig


def augment(
    images: NDArray[np.uint8], config: AugmentationConfig, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Changes each image on its own.

    Args:
        images: (n, side, side) uint8 gray; left as they are.

    Returns:
        A new array of the same shape.
    """
    return np.stack([_augment_one(image, config, rng) for image in images])


def _augment_one(
    image: NDArray[np.uint8], config: AugmentationConfig, rng: np.random.Generator
) -> NDArray[np.uint8]:
    if rng.random() < config.flip:
        image = image[:, ::-1]
    if config.rotation or config.shift or config.scale:
        image = _affine(image, config, rng)
    if config.contrast or config.brightness:
        image = _photometric(image, config, rng)
    if config.gamma:
        image = _gamma(image, config.gamma, rng)
    image = degrade(image, config, rng)
    if rng.random() < config.erase:
        image = _erase(image, rng)
    return image


def _affine(
    image: NDArray[np.uint8], config: AugmentationConfig, rng: np.random.Generator
) -> NDArray[np.uint8]:
    side = image.shape[0]
    centre = (side - 1) / 2
    angle = rng.uniform(-config.rotation, config.rotation)
    matrix = cv2.getRotationMatrix2D(
        (centre, centre), angle, 1 + rng.uniform(-config.scale, config.scale)
    )
    matrix[:, 2] += rng.uniform(-config.shift, config.shift, 2) * side
    moved = cv2.warpAffine(
        np.ascontiguousarray(image),
        matrix,
        (side, side),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved, dtype=np.uint8)


def _photometric(
    image: NDArray[np.uint8], config: AugmentationConfig, rng: np.random.Generator
) -> NDArray[np.uint8]:
    gain = 1 + rng.uniform(-config.contrast, config.contrast)
    offset = rng.uniform(-config.brightness, config.brightness)
    mean = float(image.mean())
    changed = (image - mean) * gain + mean + offset
    return np.asarray(np.clip(changed, 0, 255), dtype=np.uint8)


def _gamma(image: NDArray[np.uint8], largest: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    # Even in the logarithm, so that brightening is as likely as darkening.
    exponent = (1 + largest) ** rng.uniform(-1, 1)
    curve = np.rint(255 * np.linspace(0, 1, 256) ** exponent).astype(np.uint8)
    return np.asarray(curve[image], dtype=np.uint8)


def _erase(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    # Zhong et al. (2020): 2-20 % of the area, sides in a ratio of 0.3 to 3.3.
    side = image.shape[0]
    area, ratio = rng.uniform(0.02, 0.2) * side * side, rng.uniform(0.3, 3.3)
    height, width = (min(side, max(1, round(float(np.sqrt(area * r))))) for r in (ratio, 1 / ratio))
    top, left = rng.integers(0, side - height + 1), rng.integers(0, side - width + 1)
    image = image.copy()
    noise = rng.integers(0, 256, (height, width), dtype=np.uint8)
    image[top : top + height, left : left + width] = noise
    return image
