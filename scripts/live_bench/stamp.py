"""A frame counter burnt into a picture's luma, in blocks large enough to survive VP8.

Thirty blocks stand in two columns along the left edge: one dark and one light for comparison, 20
bits of the counter, 8 bits of its CRC.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

COUNTERS: Final = 1 << 20
"""The counter starts again after so many frames: 9.7 hours at 30 a second."""

_ROWS, _COLUMNS = 15, 2
_BITS, _CHECK_BITS = 20, 8
_DARK, _LIGHT = 40, 215  # within the range of video luma, 16 to 235
_LEAST_CONTRAST = 80
_POLYNOMIAL = 0x107  # x^8 + x^2 + x + 1


def burn(luma: NDArray[np.uint8], counter: int) -> None:
    """Writes the counter into a picture.

    Args:
        luma: (height, width) uint8, changed in place; height ≥ 60, so that a block is 4 pixels.
        counter: Taken modulo `COUNTERS`.
    """
    block = luma.shape[0] // _ROWS
    counter %= COUNTERS
    word = counter << _CHECK_BITS | _crc(counter)
    bits = [0, 1, *(word >> i & 1 for i in reversed(range(_BITS + _CHECK_BITS)))]
    cells = np.where(np.array(bits, bool).reshape(_ROWS, _COLUMNS), _LIGHT, _DARK)
    pattern = cells.astype(np.uint8).repeat(block, axis=0).repeat(block, axis=1)
    luma[: pattern.shape[0], : pattern.shape[1]] = pattern


def read(luma: NDArray[np.uint8], *, mirrored: bool = False) -> int | None:
    """The counter of a picture, None where it cannot be read.

    Args:
        luma: (height, width) uint8.
        mirrored: Whether the picture was flipped left to right since.
    """
    block = luma.shape[0] // _ROWS
    edge = block // 4  # compression smears the blocks' edges
    strip = (luma[:, ::-1] if mirrored else luma)[: _ROWS * block, : _COLUMNS * block]
    blocks = strip.reshape(_ROWS, block, _COLUMNS, block)
    means = blocks[:, edge : block - edge, :, edge : block - edge].mean(axis=(1, 3)).ravel()
    dark, light = float(means[0]), float(means[1])
    if light - dark < _LEAST_CONTRAST:
        return None
    word = 0
    for mean in means[2:]:
        word = word << 1 | int(mean > (dark + light) / 2)
    counter = word >> _CHECK_BITS
    return counter if _crc(counter) == word & ((1 << _CHECK_BITS) - 1) else None


def _crc(counter: int) -> int:
    """CRC-8 of the counter's bits."""
    rest = counter << _CHECK_BITS
    for i in reversed(range(_CHECK_BITS, _CHECK_BITS + _BITS)):
        if rest >> i & 1:
            rest ^= _POLYNOMIAL << (i - _CHECK_BITS)
    return rest
