"""Exchanges of values between processes that train together; Keras has none, JAX does."""

from __future__ import annotations

from typing import Any, Final

import jax
import numpy as np
from jax.experimental import multihost_utils
from numpy.typing import NDArray

BLOCK: Final = 1024
"""Bytes travel in multiples of it: JAX compiles a program for each length."""


def gather(row: NDArray[Any]) -> NDArray[Any]:
    """(k,) of this process → (processes, k)."""
    if jax.process_count() == 1:
        return row[None]
    return np.asarray(multihost_utils.process_allgather(row))


def broadcast_bytes(content: bytes, source: bool) -> bytes:
    """The source's bytes, in every process. All processes call it together.

    Args:
        content: To send; ignored if this process is not the source.
        source: Whether this process is the one that sends; exactly one is.
    """
    length = np.array([len(content) if source else 0])
    total = int(multihost_utils.broadcast_one_to_all(length, is_source=source)[0])
    block = np.zeros(-(-total // BLOCK) * BLOCK, np.uint8)
    if source:
        block[:total] = np.frombuffer(content, np.uint8)
    return bytes(multihost_utils.broadcast_one_to_all(block, is_source=source)[:total])
