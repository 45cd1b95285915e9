"""Whether two runtimes of one network answer alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from fer_core.errors import ModelError
from fer_core.types import Probabilities

TOLERANCE: Final = 1e-3
"""Largest accepted difference of any probability, for runtimes that compute in float32."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two runtimes of one network differ.

    Attributes:
        faces: How many were compared.
        largest_difference: Of any probability.
        same_answer: Share of faces with the same most likely expression.
        clear_disagreements: Faces with another answer though the reference's two likeliest
            expressions lie further apart than twice the tolerance.
    """

    faces: int
    largest_difference: float
    same_answer: float
    clear_disagreements: int


def compare(
    reference: Probabilities, other: Probabilities, *, tolerance: float = TOLERANCE
) -> Agreement:
    """Compares two (n, 7) answers for the same n faces, n at least 1."""
    ranked = np.sort(reference, axis=1)
    same = reference.argmax(axis=1) == other.argmax(axis=1)
    clear = ranked[:, -1] - ranked[:, -2] > 2 * tolerance
    return Agreement(
        len(reference),
        float(np.abs(reference - other).max()),
        float(same.mean()),
        int((~same & clear).sum()),
    )


def require(agreement: Agreement, runtime: str, *, tolerance: float = TOLERANCE) -> Agreement:
    """Returns `agreement`.

    Raises:
        ModelError: a probability differs by more than `tolerance`, or a clear answer differs.
    """
    if agreement.largest_difference > tolerance or agreement.clear_disagreements:
        raise ModelError(
            f"The {runtime} file differs from the Keras network by "
            f"{agreement.largest_difference:.4f} in probability on {agreement.faces} faces; at "
            f"most {tolerance} is accepted. Clear answers that differ: "
            f"{agreement.clear_disagreements}."
        )
    return agreement
