"""Which images are copies of others but for compression, brightness, contrast or a few pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

NEAR: Final = 0.95
"""Normalised correlation of two images from which they count as near copies."""
_COARSE: Final = 4  # pixels averaged into one on each axis for the first look
_BLOCK: Final = 2048  # images compared at once: bounds the memory to some 100 MB

Vectors = NDArray[np.float32]


def near_copies(
    images: NDArray[np.uint8], references: NDArray[np.uint8], threshold: float = NEAR
) -> NDArray[np.bool_]:
    """Which images correlate with any reference by at least `threshold`.

    The correlation is Pearson's over the pixels. Every pair is covered: a pair whose averaged
    pixels rule the threshold out (Cauchy-Schwarz on what the averages leave out) is passed over,
    the few others are compared pixel by pixel.

    Args:
        images: (n, side, side) uint8 gray, the side divisible by 4.
        references: (m, side, side) uint8 gray.
        threshold: In (0, 1].

    Returns:
        (n,) bool. A constant image correlates with none.
    """
    found = np.zeros(len(images), dtype=bool)
    for rows, _ in _pairs(images, references, threshold):
        found[rows] = True
    return found


def near_copy_groups(images: NDArray[np.uint8], threshold: float = NEAR) -> NDArray[np.int64]:
    """(n,) int64: images that are near copies, or linked by a chain of such, have one number.

    Args:
        images: As in `near_copies`.
        threshold: In (0, 1].
    """
    pairs = [np.stack(pair) for pair in _pairs(images, images, threshold)]
    rows, columns = np.concatenate([np.empty((2, 0), np.intp), *pairs], axis=1)
    links = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(images), len(images)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _pairs(
    images: NDArray[np.uint8], references: NDArray[np.uint8], threshold: float
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """(rows of images, rows of references) that correlate by at least `threshold`, in blocks."""
    coarse_references = np.concatenate([_coarse(_unit(block)) for block in _blocks(references)])
    for start in range(0, len(images), _BLOCK):
        units = _unit(images[start : start + _BLOCK])
        # No correlation exceeds the product of the coarse vectors; float32 is given a margin.
        bounds = _coarse(units) @ coarse_references.T
        rows, columns = np.nonzero(bounds >= threshold - 1e-4)
        near = _correlations(units, rows, references, columns) >= threshold
        yield start + rows[near], columns[near]


def _blocks(images: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    return [images[start : start + _BLOCK] for start in range(0, len(images), _BLOCK)]


def _unit(images: NDArray[np.uint8]) -> Vectors:
    """(n, side, side) → (n, side², ) float32 of mean 0 and length 1, or 0 if constant."""
    flat = images.reshape(len(images), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(np.divide(flat, lengths, out=flat, where=lengths > 0), dtype=np.float32)


def _coarse(units: Vectors) -> Vectors:
    """Unit vectors → their part in the space of averaged pixels, and the length of the rest."""
    side = round(units.shape[1] ** 0.5)
    cells = units.reshape(len(units), side // _COARSE, _COARSE, side // _COARSE, _COARSE)
    # The averages times _COARSE are coordinates in an orthonormal basis.
    part = cells.sum(axis=(2, 4)).reshape(len(units), -1) / _COARSE
    rest = np.sqrt(np.clip(1 - (part**2).sum(axis=1, keepdims=True), 0, None))
    return np.concatenate([part, rest], axis=1, dtype=np.float32)


def _correlations(
    units: Vectors,
    rows: NDArray[np.intp],
    references: NDArray[np.uint8],
    columns: NDArray[np.intp],
) -> Vectors:
    """The correlation of each pair (units[row], references[column])."""
    values = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        values[part] = (units[rows[part]] * _unit(references[columns[part]])).sum(axis=1)
    return values
