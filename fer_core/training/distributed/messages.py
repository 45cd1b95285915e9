"""What processes that train together on JAX tell one another; Keras has no words for it."""

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


def hand_out(content: bytes, source: bool) -> bytes:
    """One process's bytes, in every process. All call it; one is the source."""
    length = np.array([len(content) if source else 0])
    total = int(multihost_utils.broadcast_one_to_all(length, is_source=source)[0])
    block = np.zeros(-(-total // BLOCK) * BLOCK, np.uint8)
    if source:
        block[:total] = np.frombuffer(content, np.uint8)
    return bytes(multihost_utils.broadcast_one_to_all(block, is_source=source)[:total])
