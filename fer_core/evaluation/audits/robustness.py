"""`<stem>.robustness.json`: accuracy and calibration under harm, one network at a time."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ReportError
from fer_core.evaluation.audits.corruptions import KINDS, SEVERITIES, corrupt
from fer_core.evaluation.estimates import (
    SEED,
    Estimate,
    Json,
    bootstrap,
    check_parts,
    read_count,
    read_estimate,
    wilson,
)
from fer_core.evaluation.metrics import expected_calibration_error, reliability_bins
from fer_core.store.files import read_json, replace_text
from fer_core.types import Probabilities

PART: Final = "public"
"""Only PublicTest's faces are harmed: PrivateTest is read for the final figure alone."""
CLEAN: Final = "none"
DRAWS: Final = 500

Predict = Callable[[NDArray[np.uint8]], Probabilities]
"""(n, 48, 48) uint8 → (n, 7)."""


@dataclass(frozen=True, slots=True)
class Harmed:
    """A network's answers for faces of one kind of harm.

    Attributes:
        kind: One of `KINDS`, or `CLEAN`.
        severity: From 1 to 5; 0 of `CLEAN`.
        n, right: Faces, at least one, and those answered as labelled.
        calibration_error: Expected calibration error (15 bins) with its bootstrap interval.
    """

    kind: str
    severity: int
    n: int
    right: int
    calibration_error: Estimate

    def __post_init__(self) -> None:
        check_parts(self.n, self.right)

    @property
    def accuracy(self) -> Estimate:
        found = wilson(self.right, self.n)
        assert found is not None, "a network is asked of faces"
        return found

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: Json) -> Harmed:
        """Raises KeyError, TypeError or ValueError if `data` is not of that shape."""
        error = read_estimate(data["calibration_error"])
        if error is None or (data["kind"] != CLEAN and data["kind"] not in KINDS):
            raise ValueError(f"no such harm: {data}")
        severity, n, right = (read_count(data[name]) for name in ("severity", "n", "right"))
        return cls(str(data["kind"]), severity, n, right, error)


@dataclass(frozen=True, slots=True)
class RobustnessReport:
    """What harms a network, and how much.

    Attributes:
        model: Its stem.
        model_sha256, data_sha256: Hex digests of the model file and of the data set.
        cells: `CLEAN` first, then each kind and severity that was measured.
    """

    model: str
    model_sha256: str
    data_sha256: str
    cells: tuple[Harmed, ...] = ()

    def cell(self, kind: str, severity: int) -> Harmed | None:
        found = (c for c in self.cells if (c.kind, c.severity) == (kind, severity))
        return next(found, None)

    @property
    def clean(self) -> Harmed | None:
        return self.cell(CLEAN, 0)

    @property
    def is_complete(self) -> bool:
        return all(self.cell(*key) for key in _plan())

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "model_sha256": self.model_sha256,
            "data_sha256": self.data_sha256,
            "part": PART,
            "cells": [cell.to_dict() for cell in self.cells],
        }

    @classmethod
    def from_dict(cls, data: Json) -> RobustnessReport:
        """Raises KeyError, TypeError or ValueError if `data` is not of that shape."""
        names = ("model", "model_sha256", "data_sha256")
        model, network, faces = (str(data[name]) for name in names)
        cells = tuple(Harmed.from_dict(cell) for cell in data["cells"])
        return cls(model, network, faces, cells)


def load_robustness(path: Path) -> RobustnessReport:
    """Raises ReportError if the file is missing or damaged."""
    remedy = "Write it again with scripts/trust/robustness.py."
    return read_json(path, ReportError, remedy, RobustnessReport.from_dict)


def measure(
    predict: Predict,
    faces: NDArray[np.uint8],
    labels: NDArray[np.int64],
    known: RobustnessReport,
    path: Path,
    progress: Callable[[float], None] = lambda share: None,
) -> RobustnessReport:
    """Measures what `known` lacks, and writes the file after each step.

    Args:
        faces, labels: (n, 48, 48) uint8 gray, and (n,) indices; n is at least 1.
        known: What was measured of the same network on the same faces before.
        progress: Is told the share done, in [0, 1].
    """
    plan, report = _plan(), known
    for i, (kind, severity) in enumerate(plan):
        if report.cell(kind, severity) is None:
            harmed = faces if kind == CLEAN else corrupt(faces, kind, severity)
            cell = _cell(kind, severity, predict(harmed), labels)
            report = dataclasses.replace(report, cells=(*report.cells, cell))
            text = json.dumps(report.to_dict(), indent=1, allow_nan=False) + "\n"
            replace_text(path, text)
        progress((i + 1) / len(plan))
    return report


def mean_corruption_error(report: RobustnessReport, reference: RobustnessReport) -> float | None:
    """The errors under harm relative to another network's, averaged over the kinds.

    Hendrycks & Dietterich (2019), equation 1: 1 if both err alike, below 1 if `report` errs less.
    None unless both are complete.
    """
    if not (report.is_complete and reference.is_complete):
        return None
    ratios = [_errors(report, kind) / max(_errors(reference, kind), 1e-9) for kind in KINDS]
    return float(np.mean(ratios))


def _errors(report: RobustnessReport, kind: str) -> float:
    cells = [report.cell(kind, severity) for severity in SEVERITIES]
    return sum(1 - cell.accuracy.value for cell in cells if cell)


def _plan() -> list[tuple[str, int]]:
    return [(CLEAN, 0), *((kind, severity) for kind in KINDS for severity in SEVERITIES)]


def _cell(
    kind: str, severity: int, probabilities: Probabilities, labels: NDArray[np.int64]
) -> Harmed:
    right = probabilities.argmax(axis=1) == labels
    confidence = probabilities.max(axis=1).astype(np.float64)
    return Harmed(kind, severity, len(right), int(right.sum()), calibration(confidence, right))


def calibration(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> Estimate:
    """The expected calibration error of (n,) answers, with its bootstrap interval.

    Resampling adds noise to each bin's gap, so that the replicates lie above the value: the
    interval is the basic one's, reflected, and ends at 0.
    """
    bins = reliability_bins(confidence, right)
    value = expected_calibration_error(bins) or 0.0
    edges = [part.low for part in bins] + [1.0]
    place = np.clip(np.digitize(confidence, edges, right=True) - 1, 0, len(bins) - 1)
    gaps, rng = right - confidence, np.random.default_rng(SEED)
    replicates = []
    for _ in range(DRAWS):
        drawn = rng.integers(0, len(right), len(right))
        sums = np.bincount(place[drawn], gaps[drawn], len(bins))
        replicates.append(float(np.abs(sums).sum()) / len(right))
    reflected = np.maximum(2 * value - np.array(replicates), 0)
    return bootstrap(value, reflected)
