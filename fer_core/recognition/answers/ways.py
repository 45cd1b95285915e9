"""How a network is asked for a face: one look or two, and which mix of expressions is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import InputError
from fer_core.types import Probabilities

EVERYDAY: Final = "everyday"
EVEN: Final = "even"
MIXES: Final = {EVERYDAY: "as in everyday pictures", EVEN: "all seven alike"}
"""The mixes of expressions that one may expect, and what they are called."""

_FER2013: Final = (3995, 436, 4097, 7215, 4830, 3171, 4965)
"""Training images of each expression, in the order of `EMOTIONS`."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the answer for a face is made.

    Attributes:
        looks: 1, or 2: the mean of a face's and its mirror image's probabilities, at twice the
            cost (0.7 ms).
        mix: "everyday", the mix of expressions that the network has learned from; or "even", all
            seven alike: rare ones are then answered more often, and the frequent ones less.
    """

    looks: int = 1
    mix: str = EVERYDAY

    def __post_init__(self) -> None:
        if self.looks not in (1, 2):
            raise InputError(f"A face is looked at once or twice. Received: {self.looks!r} looks")
        if self.mix not in MIXES:
            raise InputError(f"The expected mix is one of {', '.join(MIXES)}. Received: {self.mix}")

    @property
    def name(self) -> str:
        """ "one_look", "two_looks_even_mix" …: what cards and reports call it."""
        return ("one_look", "two_looks")[self.looks - 1] + "_even_mix" * (self.mix == EVEN)


ONE_LOOK: Final = Way()
ALL_WAYS: Final = tuple(Way(looks, mix) for mix in MIXES for looks in (1, 2))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a model's card says of a way.

    Attributes:
        temperature: By which the mean of two looks is calibrated; 1 for one look, whose own is in
            the network.
        unsure_below: The answer is "unsure" if the largest probability is below this.
        shares: (7,) of the expressions in training, which sum to 1.
    """

    temperature: float
    unsure_below: float
    shares: NDArray[np.float64]

    @classmethod
    def of(cls, card: Any, way: Way) -> Calibration:
        """From a `ModelCard`; a card that does not know the way has one look's figures for it."""
        found: Mapping[str, Any] = card.ways.get(way.name, {})
        return cls(
            float(found.get("temperature", 1.0)),
            float(found.get("unsure_below", card.unsure_below)),
            class_shares(card.data.get("train_counts", _FER2013)),
        )


def class_shares(counts: Any) -> NDArray[np.float64]:
    """Seven counts, each at least 1, as shares that sum to 1."""
    values = np.maximum(np.asarray(counts, np.float64), 1)
    return np.asarray(values / values.sum())


def combine(
    way: Way, found: Calibration, faces: Probabilities, mirrored: Probabilities | None = None
) -> Probabilities:
    """The probabilities of a way.

    Args:
        faces: (n, 7), the network's own.
        mirrored: The same for the mirror images; needed for two looks.

    Returns:
        (n, 7) float32; each row sums to 1.
    """
    answers = faces
    if way.looks == 2:
        assert mirrored is not None
        mean = np.asarray((faces + mirrored) / 2, np.float32)
        answers = rescale(mean, found.temperature)
    return with_even_mix(answers, found.shares) if way.mix == EVEN else answers


def with_even_mix(probabilities: Probabilities, shares: NDArray[np.float64]) -> Probabilities:
    """What a calibrated network would say if all seven expressions were equally frequent.

    By Bayes's rule: probabilities divided by the shares that it has learned from, and normalised
    (Saerens, Latinne and Decaestecker 2002, equation 2.4).

    Args:
        probabilities: (n, 7), rows sum to 1.
        shares: (7,), above 0.
    """
    values = probabilities / shares
    return np.asarray(values / values.sum(axis=1, keepdims=True), dtype=np.float32)


def rescale(probabilities: Probabilities, temperature: float) -> Probabilities:
    """What the network would answer with its logits divided by `temperature`.

    Args:
        probabilities: (n, 7), rows sum to 1.
    """
    logits = np.log(np.clip(probabilities.astype(np.float64), 1e-12, 1.0)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)
