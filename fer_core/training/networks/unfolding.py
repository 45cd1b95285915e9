"""Convolutions whose batch norms came folded or frozen: weights at a scale that training can move.

Such kernels stand at scales of their own (0.001 in places), at which a step of Adam moves some
layers by all that they are and others not at all. Each channel's kernel gets the size that He et
al. (2015) initialise with, and the batch norm after it the inverse factor: the function stays.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def set_unfolded(
    layer: Any,
    norm: Any,
    kernel: NDArray[np.float32],
    slope: NDArray[np.float32],
    shift: NDArray[np.float32],
) -> None:
    """Gives a convolution without bias and its batch norm the function slope·(x * kernel) + shift.

    Args:
        layer: keras.layers.Conv2D, or DepthwiseConv2D.
        norm: keras.layers.BatchNormalization; its statistics become 0 and 1.
        kernel: (h, w, in, out) float32, or (h, w, channels, 1) of a depthwise one.
        slope: A value per channel that leaves the layer.
        shift: The same.
    """
    depthwise = kernel.shape[3] == 1
    axes = (0, 1, 3) if depthwise else (0, 1, 2)
    size = np.sqrt(np.square(kernel).mean(axis=axes, keepdims=True))
    fan_in = kernel[..., 0, 0].size if depthwise else kernel[..., 0].size
    factor = np.where(size > 0, np.sqrt(2 / fan_in) / np.maximum(size, 1e-12), 1.0)
    layer.set_weights([(kernel * factor).astype(np.float32)])
    gamma = slope / factor.reshape(-1) * np.sqrt(1 + norm.epsilon)
    zeros, ones = np.zeros_like(shift), np.ones_like(shift)
    norm.set_weights([gamma.astype(np.float32), shift, zeros, ones])
