"""Random changes to 48x48 faces, before the network upscales them.

At 48x48 in OpenCV they cost a few microseconds a face; Keras's layers at 96x96 cost more than
training a frozen network does.

FER-2013's images are clean (median Laplacian variance about 2,000); webcam faces are not. So
some changes are what cameras and video calls do: blur, few pixels, noise, JPEG's artefacts.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.training.sections import AugmentationConfig

BLUR_SIGMA: Final = (0.4, 1.4)
"""Standard deviation of the Gaussian blur, in pixels of the 48x48 face."""
SHRUNK_SIDE: Final = (0.4, 0.9)
"""Side of the shrunk face as a share: 0.4 is a face of 19 pixels in the frame."""
JPEG_QUALITY: Final = (15, 80)
"""libjpeg's quality, from video-call blocks to hardly visible."""
GRAIN: Final = 24.0
"""Largest standard deviation of `grained`'s noise, in gray levels: a webcam's in a dark room."""

Image = NDArray[np.uint8]


def augment(images: Image, config: AugmentationConfig, rng: np.random.Generator) -> Image:
    """Changes each image on its own.

    Args:
        images: (n, side, side) uint8 gray; left as they are.

    Returns:
        A new array of the same shape.
    """
    return np.stack([_augment_one(image, config, rng) for image in images])


def grained(images: Image, probability: float, rng: np.random.Generator) -> Image:
    """Lays noise of up to `GRAIN` gray levels over some images.

    Args:
        images: (n, side, side) uint8 gray; left as they are.
        probability: Of an image to get it.

    Returns:
        A new array of the same shape.
    """
    images = images.copy()
    for i in np.flatnonzero(rng.random(len(images)) < probability):
        images[i] = _noise(images[i], GRAIN, rng)
    return images


def _augment_one(image: Image, config: AugmentationConfig, rng: np.random.Generator) -> Image:
    if rng.random() < config.flip:
        image = image[:, ::-1]
    if config.rotation or config.shift or config.scale:
        image = _affine(image, config, rng)
    if config.contrast or config.brightness:
        image = _photometric(image, config, rng)
    if config.gamma:
        image = _gamma(image, config.gamma, rng)
    image = _degrade(image, config, rng)
    if rng.random() < config.erase:
        image = _erase(image, rng)
    return image


def _affine(image: Image, config: AugmentationConfig, rng: np.random.Generator) -> Image:
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


def _photometric(image: Image, config: AugmentationConfig, rng: np.random.Generator) -> Image:
    gain = 1 + rng.uniform(-config.contrast, config.contrast)
    offset = rng.uniform(-config.brightness, config.brightness)
    mean = float(image.mean())
    changed = (image - mean) * gain + mean + offset
    return np.asarray(np.clip(changed, 0, 255), dtype=np.uint8)


def _gamma(image: Image, largest: float, rng: np.random.Generator) -> Image:
    # Even in the logarithm, so that brightening is as likely as darkening.
    exponent = (1 + largest) ** rng.uniform(-1, 1)
    curve = np.rint(255 * np.linspace(0, 1, 256) ** exponent).astype(np.uint8)
    return np.asarray(curve[image], dtype=np.uint8)


def _erase(image: Image, rng: np.random.Generator) -> Image:
    # Zhong et al. (2020): 2-20 % of the area, sides in a ratio of 0.3 to 3.3.
    side = image.shape[0]
    area, ratio = rng.uniform(0.02, 0.2) * side * side, rng.uniform(0.3, 3.3)
    height, width = (min(side, max(1, round(float(np.sqrt(area * r))))) for r in (ratio, 1 / ratio))
    top, left = rng.integers(0, side - height + 1), rng.integers(0, side - width + 1)
    image = image.copy()
    noise = rng.integers(0, 256, (height, width), dtype=np.uint8)
    image[top : top + height, left : left + width] = noise
    return image


def _degrade(image: Image, config: AugmentationConfig, rng: np.random.Generator) -> Image:
    # In the order in which light meets a camera. A setting of 0 draws nothing from `rng`: recipes
    # that are older than it give the same faces for the same seed.
    if config.blur and rng.random() < config.blur:
        image = _blur(image, rng)
    if config.downscale and rng.random() < config.downscale:
        image = _downscale(image, rng)
    if config.noise:
        image = _noise(image, config.noise, rng)
    if config.jpeg and rng.random() < config.jpeg:
        image = _jpeg(image, rng)
    return image


def _blur(image: Image, rng: np.random.Generator) -> Image:
    sigma = rng.uniform(*BLUR_SIGMA)
    image = np.ascontiguousarray(image)
    return np.asarray(
        cv2.GaussianBlur(image, (7, 7), sigma, borderType=cv2.BORDER_REPLICATE), dtype=np.uint8
    )


def _downscale(image: Image, rng: np.random.Generator) -> Image:
    side = image.shape[0]
    small = max(8, round(side * rng.uniform(*SHRUNK_SIDE)))
    shrunk = cv2.resize(np.ascontiguousarray(image), (small, small), interpolation=cv2.INTER_AREA)
    # As `cropping` enlarges a small face.
    return np.asarray(
        cv2.resize(shrunk, (side, side), interpolation=cv2.INTER_LINEAR), dtype=np.uint8
    )


def _noise(image: Image, largest: float, rng: np.random.Generator) -> Image:
    grain = rng.standard_normal(image.shape, dtype=np.float32)
    grain *= rng.uniform(0, largest)
    return np.asarray(np.clip(np.rint(image + grain), 0, 255), dtype=np.uint8)


def _jpeg(image: Image, rng: np.random.Generator) -> Image:
    quality = int(rng.integers(JPEG_QUALITY[0], JPEG_QUALITY[1] + 1))
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
