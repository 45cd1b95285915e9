"""What cameras and video calls do to a 48x48 face: blur, few pixels, noise, JPEG's artefacts.

FER-2013's images are clean (median Laplacian variance about 2,000); webcam faces are not. Each
change is drawn on its own and applied in the order in which light meets a camera.
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

Image = NDArray[np.uint8]


def degrade(image: Image, config: AugmentationConfig, rng: np.random.Generator) -> Image:
    """Applies what `config` asks for; with all of it at 0, draws nothing from `rng`.

    Args:
        image: (side, side) uint8 gray; left as it is.
    """
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
