"""What evaluate.py keeps beside a model: its report, its predictions, the headline in its card."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from fer_core.data.dataset import Dataset
from fer_core.errors import ReportError
from fer_core.evaluation.predictions import Predictions, read_predictions, write_predictions
from fer_core.evaluation.report import EvaluationReport, load_report, save_report
from fer_core.evaluation.split_report import SplitReport
from fer_core.store.card_changes import change_card, record_evaluation, require_same_network
from fer_core.store.files import replaced_together
from fer_core.store.model_files import (
    NETWORK_SUFFIX,
    PREDICTIONS_SUFFIX,
    REPORT_SUFFIX,
    SUFFIXES,
    ModelCard,
    file_record,
    model_file,
)

HEADLINE_SPLITS: Final = ("private", "test")


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """Attributes:
    card: The model's, as the evaluation begins.
    report, predictions: Their places, whether they are there or not.
    """

    card: ModelCard
    report: Path
    predictions: Path

    @classmethod
    def of(cls, model: str, card: ModelCard) -> Self:
        """Those of a model, by its stem or one of its files."""
        return cls(card, model_file(model, REPORT_SUFFIX), model_file(model, PREDICTIONS_SUFFIX))

    def known(self) -> EvaluationReport | None:
        """The report on this very network; None if there is none that can be read."""
        try:
            report = load_report(self.report)
        except ReportError:
            return None  # it is about to be written anew
        network = self.card.files[NETWORK_SUFFIX]["sha256"]
        return report if report.model_sha256 == network else None

    def stored_predictions(self, test: Dataset) -> Predictions:
        """This network's answers for these images.

        Raises:
            ReportError: they are not there, are damaged, or are another network's or images'.
        """
        predictions = read_predictions(self.predictions)
        if self.card.files.get(PREDICTIONS_SUFFIX) != file_record(self.predictions):
            raise ReportError(
                f"{self.predictions.name} is not what this network answered: the card knows it "
                "not. Leave out --stored."
            )
        if tuple(predictions.paths) != test.paths or (predictions.labels != test.labels).any():
            raise ReportError(
                f"{self.predictions.name} answers for other images than this data set's test. "
                "Leave out --stored."
            )
        return predictions

    def write(
        self, report: EvaluationReport, predictions: Predictions | None, sizes: Mapping[str, Any]
    ) -> None:
        """Puts all in their places.

        Args:
            predictions: None to leave those that are there.
            sizes: Entries for the card's data.

        Raises:
            ModelError: the network is another one by now; nothing is written.
        """
        require_same_network(self.card, self.report.parent)
        with replaced_together() as beside:
            if predictions is not None:
                write_predictions(beside(self.predictions), predictions)
            save_report(report, beside(self.report))
        name = next(split for split in HEADLINE_SPLITS if split in report.splits)
        split = report.splits[name]
        accuracy = split.accuracy.to_dict() if split.accuracy else {}
        headline = {"split": name, "n": split.n, "accuracy": accuracy}
        record_evaluation(self.card, self.report.parent, headline, sizes)

    def count_readings(self, reads: int) -> None:
        """Lets the report that stays say that PrivateTest has been read so often."""
        known = self.known()
        if known is None or known.private_reads >= reads:
            return
        save_report(dataclasses.replace(known, private_reads=reads), self.report)
        record = {REPORT_SUFFIX: file_record(self.report)}
        change_card(
            self.card,
            self.report.parent,
            lambda now: dataclasses.replace(now, files={**now.files, **record}),
        )


def require_elsewhere(model: str, paths: Iterable[Path | None]) -> None:
    """Raises ReportError if one of these is a file of the model, or they are not all different."""
    places = [path.resolve() for path in paths if path]
    own = {model_file(model, suffix).resolve() for suffix in SUFFIXES}
    for place in places:
        if place in own:
            raise ReportError(
                f"{place.name} is a file of the model. Without --report and --predictions both are "
                "written beside it; give other names to have them elsewhere."
            )
    if len(set(places)) < len(places):
        raise ReportError("Two results cannot be one file. Give each a name of its own.")


def without_a_reading(
    report: EvaluationReport, before: EvaluationReport, *, votes: bool
) -> EvaluationReport:
    """The report with what stored predictions do not tell taken from the one before.

    Args:
        votes: Whether FER+'s were given again; else the figures by them are the ones before.
    """
    if (report.model_sha256, report.data_sha256) != (before.model_sha256, before.data_sha256):
        raise ReportError("The predictions are of another network or data. Leave out --stored.")
    splits = report.splits
    if not votes:
        splits = {name: _agreed(split, before.splits.get(name)) for name, split in splits.items()}
    return dataclasses.replace(
        report,
        private_reads=before.private_reads,
        splits=splits,
        mirrored_accuracy=before.mirrored_accuracy,
        ways={**before.ways, **report.ways},
    )


def _agreed(split: SplitReport, before: SplitReport | None) -> SplitReport:
    return dataclasses.replace(split, agreement=before.agreement) if before else split
