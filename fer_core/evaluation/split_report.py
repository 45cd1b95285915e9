"""What an evaluation found: value objects, checked once, that know how to become JSON and back.

A figure that does not exist (the recall of a class without images) is None, and null in JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.evaluation.audits.slices import Agreement, Slice
from fer_core.evaluation.estimates import (
    Estimate,
    Json,
    check_ascending,
    check_parts,
    flat,
    read_count,
    read_estimate,
    read_flat,
    read_number,
    read_optional,
    wilson,
)
from fer_core.labels import EMOTIONS

ESTIMATES = (
    "balanced_accuracy",
    "macro_f1",
    "top2_accuracy",
    "neutral_bias_index",
    "false_neutral_rate",
    "fear_as_surprise_rate",
    "surprise_as_fear_rate",
)
"""Figures of a split that are plain numbers in JSON, with `_low` and `_high` beside them."""


_FEWEST = 100  # answers, of which a share right is told


@dataclass(frozen=True, slots=True)
class ClassScores:
    """How one expression fares.

    Attributes:
        precision: Share of right answers among the answers of this expression; None if the
            network never gave it.
        recall: Share recognised among this expression's images; None without images.
        f1: Harmonic mean of the two, 0 if no image is recognised; None without images.
        support: Number of images whose true label is this expression.
    """

    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None
    support: int

    def to_dict(self) -> dict[str, Any]:
        return {
            **flat("precision", self.precision),
            **flat("recall", self.recall),
            **flat("f1", self.f1),
            "support": self.support,
        }

    @classmethod
    def from_dict(cls, data: Json) -> ClassScores:
        """Raises KeyError, TypeError or ValueError if `data` is not of that shape."""
        return cls(
            precision=read_flat(data, "precision"),
            recall=read_flat(data, "recall"),
            f1=read_flat(data, "f1"),
            support=read_count(data["support"]),
        )


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The answers whose confidence lies in (low, high].

    Attributes:
        low, high: Ends of the bin, in [0, 1].
        count: Number of answers in it.
        confidence: Their mean confidence; None in an empty bin.
        accuracy: The share of them that is right; None in an empty bin.
    """

    low: float
    high: float
    count: int
    confidence: float | None
    accuracy: float | None

    def __post_init__(self) -> None:
        check_ascending("a bin is 0 ≤ low ≤ high ≤ 1", 0.0, self.low, self.high, 1.0)
        shares = [s for s in (self.confidence, self.accuracy) if s is not None]
        if len(shares) != (2 if self.count else 0) or not all(0 <= s <= 1 for s in shares):
            raise ValueError(f"a bin's shares lie in [0, 1]. Received: {self}")

    @classmethod
    def from_dict(cls, data: Json) -> ReliabilityBin:
        """Raises KeyError, TypeError or ValueError if `data` is not of that shape."""
        low, high = read_number(data["low"]), read_number(data["high"])
        confidence, accuracy = (read_optional(data[name]) for name in ("confidence", "accuracy"))
        return cls(low, high, read_count(data["count"]), confidence, accuracy)


@dataclass(frozen=True, slots=True)
class Selective:
    """What happens when answers below a threshold become "unsure".

    Attributes:
        unsure_below: The threshold on the largest probability, in [0, 1].
        coverage: Share of images that still get an answer.
        accuracy: Share of right answers among those; None when none is left.
    """

    unsure_below: float
    coverage: float
    accuracy: Estimate | None

    def __post_init__(self) -> None:
        for name, share in (("unsure_below", self.unsure_below), ("coverage", self.coverage)):
            check_ascending(f"{name} is a share from 0 to 1", 0.0, share, 1.0)

    @classmethod
    def from_dict(cls, data: Json) -> Selective:
        """Raises KeyError, TypeError or ValueError if `data` is not of that shape."""
        threshold, coverage = read_number(data["unsure_below"]), read_number(data["coverage"])
        return cls(threshold, coverage, read_estimate(data["accuracy"]))


@dataclass(frozen=True, slots=True)
class Threshold:
    """A point of the risk–coverage curve: what is answered if the rest becomes "unsure".

    Attributes:
        at: The threshold on the largest probability, in [0, 1].
        answered: Images with at least this confidence.
        right: Those of them that are answered right.
    """

    at: float
    answered: int
    right: int

    def __post_init__(self) -> None:
        check_parts(self.answered, self.right, least=0)

    @property
    def accuracy(self) -> Estimate | None:
        """None if nothing is answered."""
        return wilson(self.right, self.answered)

    @classmethod
    def from_dict(cls, data: Json) -> Threshold:
        """Raises KeyError, TypeError or ValueError if `data` is not of that shape."""
        counts = read_count(data["answered"]), read_count(data["right"])
        return cls(read_number(data["at"]), *counts)


@dataclass(frozen=True, slots=True)
class SplitReport:
    """All figures of one part of a data set.

    Attributes:
        n: Number of images.
        accuracy: Share of right answers, Wilson interval; None if n is 0, as all figures then.
        balanced_accuracy: Mean recall of the classes that have images, bootstrap interval.
        macro_f1: Mean F1 of the classes that have images, bootstrap interval.
        top2_accuracy: Share of images whose label is among the two likeliest, Wilson interval.
        confusion_matrix: 7 rows of 7 counts, true labels as rows, in the order of `EMOTIONS`.
        per_class: Scores by expression.
        neutral_bias_index: Share answered neutral ÷ share truly neutral, bootstrap interval;
            1 is unbiased. None without neutral images.
        false_neutral_rate: Share of the non-neutral images called neutral, Wilson interval.
        fear_as_surprise_rate: Share of the fear images called surprise, Wilson interval.
        surprise_as_fear_rate: Share of the surprise images called fear, Wilson interval.
        log_loss: Mean negative log probability of the true label, in nats.
        expected_calibration_error: In [0, 1], 15 bins (Guo et al. 2017).
        reliability: The bins behind it; empty in a report that has none.
        selective: Accuracy and coverage at the model's threshold; None if none was given.
        thresholds: The same at every hundredth; empty in a report that has none.
        slices: Accuracy by what the faces look like; empty if that was not measured.
        agreement: Accuracy by how far FER+'s annotators agree; empty without their votes.
    """

    n: int
    accuracy: Estimate | None
    balanced_accuracy: Estimate | None
    macro_f1: Estimate | None
    top2_accuracy: Estimate | None
    confusion_matrix: tuple[tuple[int, ...], ...]
    per_class: Mapping[str, ClassScores]
    neutral_bias_index: Estimate | None
    false_neutral_rate: Estimate | None
    fear_as_surprise_rate: Estimate | None
    surprise_as_fear_rate: Estimate | None
    log_loss: float | None
    expected_calibration_error: float | None
    reliability: tuple[ReliabilityBin, ...] = ()
    selective: Selective | None = None
    thresholds: tuple[Threshold, ...] = ()
    slices: tuple[Slice, ...] = ()
    agreement: tuple[Agreement, ...] = ()

    def __post_init__(self) -> None:
        if [len(row) for row in self.confusion_matrix] != [len(EMOTIONS)] * len(EMOTIONS):
            raise ValueError(f"confusion_matrix has {len(EMOTIONS)} rows and as many columns")
        if self.counts.min() < 0 or self.counts.sum() != self.n:
            raise ValueError(
                f"confusion_matrix counts n = {self.n} images. Received: {self.counts.sum()}"
            )
        supports = {name: scores.support for name, scores in self.per_class.items()}
        if supports != dict(zip(EMOTIONS, self.counts.sum(axis=1).tolist(), strict=True)):
            raise ValueError(f"per_class does not fit confusion_matrix. Received: {supports}")

    @property
    def counts(self) -> NDArray[np.int64]:
        """(7, 7) int64: the confusion matrix as an array."""
        return np.array(self.confusion_matrix, dtype=np.int64)

    @property
    def absent(self) -> tuple[str, ...]:
        """The expressions without images: no figure says anything of them."""
        return tuple(name for name in EMOTIONS if not self.per_class[name].support)

    def odds(self, certainty: float) -> Estimate | None:
        """The share of right answers among those given with this certainty, Wilson interval.

        Of the bin that it lies in, widened by those beside it until 100 answers are in it; None if
        there are not as many.

        Args:
            certainty: The largest probability of an answer, in [0, 1].
        """
        bins, width = self.reliability, 0
        middle = next((i for i, b in enumerate(bins) if certainty <= b.high), len(bins) - 1)
        while width < len(bins):
            near = bins[max(0, middle - width) : middle + width + 1]
            if sum(part.count for part in near) >= _FEWEST:
                right = sum(part.count * (part.accuracy or 0) for part in near)
                return wilson(round(right), sum(part.count for part in near))
            width += 1
        return None

    def to_dict(self) -> dict[str, Any]:
        figures = [flat(name, getattr(self, name)) for name in ESTIMATES]
        return {
            "n": self.n,
            "accuracy": self.accuracy and asdict(self.accuracy),
            **{key: value for figure in figures for key, value in figure.items()},
            "confusion_matrix": [list(row) for row in self.confusion_matrix],
            "per_class": {name: self.per_class[name].to_dict() for name in EMOTIONS},
            "log_loss": self.log_loss,
            "expected_calibration_error": self.expected_calibration_error,
            "reliability": [asdict(part) for part in self.reliability],
            "selective": self.selective and asdict(self.selective),
            "thresholds": [asdict(point) for point in self.thresholds],
            "slices": [part.to_dict() for part in self.slices],
            "agreement": [part.to_dict() for part in self.agreement],
        }

    @classmethod
    def from_dict(cls, data: Json) -> SplitReport:
        """Raises KeyError, TypeError or ValueError if `data` is not of that shape."""
        rows, selective = data["confusion_matrix"], data.get("selective")
        return cls(
            n=read_count(data["n"]),
            accuracy=read_estimate(data["accuracy"]),
            confusion_matrix=tuple(tuple(read_count(count) for count in row) for row in rows),
            per_class={k: ClassScores.from_dict(v) for k, v in data["per_class"].items()},
            log_loss=read_optional(data["log_loss"]),
            expected_calibration_error=read_optional(data["expected_calibration_error"]),
            reliability=tuple(map(ReliabilityBin.from_dict, data.get("reliability", ()))),
            selective=None if selective is None else Selective.from_dict(selective),
            thresholds=tuple(Threshold.from_dict(part) for part in data.get("thresholds", ())),
            slices=tuple(Slice.from_dict(part) for part in data.get("slices", ())),
            agreement=tuple(Agreement.from_dict(part) for part in data.get("agreement", ())),
            **{name: read_flat(data, name) for name in ESTIMATES},
        )
