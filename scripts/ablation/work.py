"""The ablation's work folder: what is finished stands in it and is not done again.

plan.json                     what is run, and on which data
costs.json                    measured seconds of CPU an image
search-NETWORK-NAME.json      a candidate of the search, with its validation accuracy
CELL-seed-N.predictions.csv   a finished run's answers on the test part
CELL-seed-N.json              its record; written last, it is what makes the run finished
training/…                    run folder of what is being trained (`fer_core.training.run_folder`)
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from fer_core.errors import TrainingError
from fer_core.evaluation.ablation_report import Cell
from fer_core.evaluation.predictions import Predictions, read_predictions, write_predictions
from fer_core.store.files import read_json, replace_text
from scripts.ablation.design import CANDIDATES, Costs, Plan, Tuning

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class RunRecord:
    """How one network was trained.

    Attributes:
        seed: Of every random choice.
        epochs: Of the main phase.
        parameters: Of the network.
        train_images, validation_images: After copies and contradictions were left out.
        validation_accuracy: Of the epoch that was kept, in [0, 1].
        seconds: Wall time of all epochs, the computing of pooled features not included.
    """

    seed: int
    epochs: int
    parameters: int
    train_images: int
    validation_images: int
    validation_accuracy: float
    seconds: float


class WorkFolder:
    """Reads and writes the files. Every one is replaced whole."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def start(self, plan: Plan, data_sha256: str) -> None:
        """Begins, or goes on with the same plan on the same data.

        Raises:
            TrainingError: if the folder holds another ablation.
        """
        asked = {"plan": plan.to_dict(), "data_sha256": data_sha256}
        known = self._read("plan.json", dict)
        if known is None:
            self._write("plan.json", asked)
        elif known != asked:
            raise TrainingError(
                f"{self.path} holds an ablation with another plan or on other data. Choose "
                "another --work folder, or remove this one."
            )

    def plan(self) -> tuple[Plan, str]:
        """The plan and the data's SHA-256.

        Raises:
            TrainingError: if nothing was started here.
        """
        known = self._read("plan.json", _read_plan)
        if known is None:
            raise TrainingError(
                f"There is no ablation in {self.path}. Start one without --report-only."
            )
        return known

    def costs(self) -> Costs | None:
        return self._read("costs.json", _reader(Costs))

    def save_costs(self, costs: Costs) -> None:
        self._write("costs.json", asdict(costs))

    def search_result(self, tuning: Tuning) -> RunRecord | None:
        return self._read(f"{self.search_name(tuning)}.json", _reader(RunRecord))

    def save_search_result(self, tuning: Tuning, record: RunRecord) -> None:
        self._write(f"{self.search_name(tuning)}.json", asdict(record))

    def chosen(self, network: str) -> Tuning:
        """The candidate with the best validation accuracy, the first of equals.

        Raises:
            TrainingError: if the search is not finished.
        """
        candidates = [tuning for tuning in CANDIDATES if tuning.network == network]
        found = [self.search_result(tuning) for tuning in candidates]
        scores = [record.validation_accuracy for record in found if record is not None]
        if len(scores) < len(candidates):
            raise TrainingError(
                f"The search in {self.path} is not finished. Go on without --report-only."
            )
        return candidates[scores.index(max(scores))]

    def record(self, cell: Cell, seed: int) -> RunRecord | None:
        """None until the run is finished."""
        return self._read(f"{self.run_name(cell, seed)}.json", _reader(RunRecord))

    def predictions(self, cell: Cell, seed: int) -> Predictions:
        """Raises `ReportError` if the file is missing or damaged."""
        return read_predictions(self.path / f"{self.run_name(cell, seed)}.predictions.csv")

    def finish(self, cell: Cell, record: RunRecord, predictions: Predictions) -> None:
        name = self.run_name(cell, record.seed)
        write_predictions(self.path / f"{name}.predictions.csv", predictions)
        self._write(f"{name}.json", asdict(record))

    def training_folder(self, name: str) -> Path:
        return self.path / "training" / name

    @staticmethod
    def run_name(cell: Cell, seed: int) -> str:
        return f"{cell.name}-seed-{seed}"

    @staticmethod
    def search_name(tuning: Tuning) -> str:
        return f"search-{tuning.network}-{tuning.name}"

    def _write(self, name: str, values: dict[str, Any]) -> None:
        try:
            replace_text(self.path / name, json.dumps(values, indent=1) + "\n")
        except OSError as error:
            raise TrainingError(f"{self.path / name} could not be written ({error}).") from error

    def _read(self, name: str, parse: Callable[[dict[str, Any]], Value]) -> Value | None:
        """What `parse` makes of a file; None if there is none."""
        path = self.path / name
        remedy = f"Remove {path}: what it stands for is then done again."
        return read_json(path, TrainingError, remedy, parse) if path.exists() else None


def _reader(kind: Callable[..., Value]) -> Callable[[dict[str, Any]], Value]:
    return lambda values: kind(**values)


def _read_plan(values: dict[str, Any]) -> tuple[Plan, str]:
    plan = values["plan"]
    return Plan(**{**plan, "seeds": tuple(plan["seeds"])}), str(values["data_sha256"])
