"""`<stem>.report.json`: an evaluation's figures on disk, one report per model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fer_core.data.findings import Finding
from fer_core.errors import ReportError
from fer_core.evaluation.estimates import Estimate, Json, read_count, read_estimate
from fer_core.evaluation.predictions import REMEDY
from fer_core.evaluation.split_report import SplitReport
from fer_core.labels import EMOTIONS
from fer_core.store.files import parse_json, read_json, replace_text

_TEXTS: Final = ("model", "model_sha256", "data_sha256", "created")


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """A model's figures on the splits of one data set.

    Attributes:
        splits: By name: "public", "private", "test" (both), "private_deduplicated"; or "test"
            alone for a data set without those parts.
        emotions: `EMOTIONS`, the order of every matrix in the report.
        model: The model's stem, "" if the report does not say, as below.
        model_sha256, data_sha256: Hex digests of the model file and of the data set.
        created: Date and time of the evaluation, ISO 8601.
        private_reads: How often PrivateTest was read for exactly this model file.
        mirrored_accuracy: By split, the share of right answers when a face's probabilities are
            averaged with those of its mirror image, at twice the cost; empty if not measured.
        left_out: What was found in the data set and could not be used.
        ways: By the name of a way of asking (`recognition.answers.ways`) other than one look, its
            splits; empty if none was measured.
        copies: Paths of the images that "private_deduplicated" leaves out of "private".
    """

    splits: Mapping[str, SplitReport]
    emotions: tuple[str, ...] = EMOTIONS
    model: str = ""
    model_sha256: str = ""
    data_sha256: str = ""
    created: str = ""
    private_reads: int = 0
    mirrored_accuracy: Mapping[str, Estimate] = field(default_factory=dict)
    left_out: tuple[Finding, ...] = ()
    ways: Mapping[str, Mapping[str, SplitReport]] = field(default_factory=dict)
    copies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.emotions != EMOTIONS:
            raise ValueError(f"emotions are {list(EMOTIONS)}. Received: {list(self.emotions)}")
        if not self.splits:
            raise ValueError("a report has at least one split. Received: none")

    def to_dict(self) -> dict[str, Any]:
        """The shape of the JSON file."""
        return {
            "model": self.model,
            "model_sha256": self.model_sha256,
            "data_sha256": self.data_sha256,
            "created": self.created,
            "private_reads": self.private_reads,
            "emotions": list(self.emotions),
            "splits": _splits_to_dict(self.splits),
            "ways": {name: _splits_to_dict(splits) for name, splits in self.ways.items()},
            "mirrored_accuracy": {k: v.to_dict() for k, v in self.mirrored_accuracy.items()},
            "left_out": [finding.to_dict() for finding in self.left_out],
            "copies": list(self.copies),
        }

    @classmethod
    def from_dict(cls, data: Json) -> EvaluationReport:
        """Reads what `to_dict` wrote; keys that it does not know are ignored.

        Raises KeyError, TypeError, ValueError or AttributeError if it is damaged.
        """
        return cls(
            splits=_splits_from_dict(data["splits"]),
            ways={k: _splits_from_dict(v) for k, v in data.get("ways", {}).items()},
            emotions=tuple(data["emotions"]),
            private_reads=read_count(data.get("private_reads", 0)),
            mirrored_accuracy=_mirrored(data.get("mirrored_accuracy", {})),
            left_out=tuple(Finding.from_dict(each) for each in data.get("left_out", ())),
            copies=tuple(str(path) for path in data.get("copies", ())),
            **{k: str(data.get(k, "")) for k in _TEXTS},
        )


def odds_in_words(found: Estimate) -> str:
    """What `SplitReport.odds` found, as a sentence."""
    words = f"Of 100 answers given with this certainty, about {100 * found.value:.0f} were right"
    if found.interval is None:
        return f"{words}."
    low, high = found.interval
    return f"{words} ({100 * low:.0f} to {100 * high:.0f})."


def _splits_to_dict(splits: Mapping[str, SplitReport]) -> dict[str, Any]:
    return {name: split.to_dict() for name, split in splits.items()}


def _splits_from_dict(data: Json) -> dict[str, SplitReport]:
    return {name: SplitReport.from_dict(split) for name, split in data.items()}


def _mirrored(data: Json) -> dict[str, Estimate]:
    found = {name: read_estimate(value) for name, value in data.items()}
    return {name: estimate for name, estimate in found.items() if estimate is not None}


def load_report(path: Path | str) -> EvaluationReport:
    """Reads a report.

    Raises:
        ReportError: The file is missing, not JSON, or not a report; the message names file and
            fault.
    """
    return read_json(Path(path), ReportError, REMEDY, EvaluationReport.from_dict)


def parse_report(data: bytes, name: str) -> EvaluationReport:
    """Reads a report that somebody gave as a file of this name.

    Raises:
        ReportError: as `load_report`.
    """
    return parse_json(data, name, ReportError, REMEDY, EvaluationReport.from_dict)


def save_report(report: EvaluationReport, path: Path | str) -> None:
    """Writes `report` as JSON, complete or not at all."""
    text = json.dumps(report.to_dict(), indent=1, allow_nan=False) + "\n"
    replace_text(Path(path), text)
