"""The networks that a recipe can name: `[model] architecture` → what builds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from fer_core.training.networks import (
    batch_norms,
    face_mobilenet,
    face_resnet,
    mobilenet_v2,
    plain_cnn,
)
from fer_core.training.sections import ModelConfig

Build = Callable[..., keras.Model]
"""Makes a network from the keyword arguments of `mobilenet_v2.build`, with its layers' names."""

NETWORKS: Final[dict[str, Build]] = {
    "mobilenet_v2": mobilenet_v2.build,
    "face_mobilenet": face_mobilenet.build,
    "face_resnet": face_resnet.build,
    "plain_cnn": plain_cnn.build,
}
"""By the names of `sections.ARCHITECTURES`."""
FOLDED: Final = frozenset({"face_mobilenet", "face_resnet"})
"""Those whose weights come without statistics of batch norms."""


@contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Inside, layers are made to compute in that precision of Keras's; weights stay float32."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def settle(network: keras.Model, model: ModelConfig, faces: NDArray[np.uint8], seed: int) -> None:
    """Readies a new network for its first step if its weights came with folded batch norms.

    Args:
        faces: (n, 48, 48) uint8, all that it will learn from; some are used, without labels.
    """
    whole = model.weights.endswith(".keras")  # its batch norms have trained already
    if model.architecture in FOLDED and model.weights != "none" and not whole:
        some = np.random.default_rng(seed).permutation(len(faces))[: batch_norms.FACES]
        batch_norms.take_statistics(network, faces[some])
