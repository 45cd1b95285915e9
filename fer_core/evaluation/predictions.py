"""`<stem>.predictions.csv`: path, true label and seven probabilities of every image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ReportError
from fer_core.labels import EMOTIONS
from fer_core.store.files import read_csv, replace_text
from fer_core.store.tables import as_csv, from_cell
from fer_core.types import Probabilities

HEADER = ("path", "label", *EMOTIONS)
REMEDY: Final = "Write it again with scripts/evaluate.py."


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """A model's answers for the images of a data set.

    Attributes:
        paths: (n,) where each image stands in the data set, such as "test/angry/x.jpg".
        labels: (n,) int64, 0-6, the true labels in the order of `EMOTIONS`.
        probabilities: (n, 7) float32; each row sums to 1.
    """

    paths: Sequence[str]
    labels: NDArray[np.int64]
    probabilities: Probabilities

    def __post_init__(self) -> None:
        shapes = (self.labels.shape, self.probabilities.shape)
        if shapes != ((len(self.paths),), (len(self.paths), len(EMOTIONS))):
            raise ValueError(
                f"Predictions for {len(self.paths)} paths have as many labels and rows of "
                f"{len(EMOTIONS)} probabilities. Received: {shapes}"
            )


def write_predictions(path: Path | str, predictions: Predictions) -> None:
    """Writes the CSV, complete or not at all; probabilities with six decimals."""
    columns = (predictions.paths, predictions.labels, predictions.probabilities)
    rows = (
        [where, EMOTIONS[label], *(f"{p:.6f}" for p in row)]
        for where, label, row in zip(*columns, strict=True)
    )
    replace_text(Path(path), as_csv(HEADER, rows, "\n"))


def as_written(predictions: Predictions) -> Predictions:
    """The predictions as `read_predictions` gives them back: their figures are the same then."""
    rounded = [[float(f"{p:.6f}") for p in row] for row in predictions.probabilities]
    probabilities = np.array(rounded, dtype=np.float32).reshape(-1, len(EMOTIONS))
    return Predictions(predictions.paths, predictions.labels, probabilities)


def read_predictions(path: Path | str) -> Predictions:
    """Reads what `write_predictions` wrote.

    Raises:
        ReportError: The file is missing or damaged; the message names file and line.
    """
    path = Path(path)
    rows = list(_rows(path))
    probabilities = np.array([row[2] for row in rows], dtype=np.float32)
    return Predictions(
        paths=tuple(row[0] for row in rows),
        labels=np.array([row[1] for row in rows], dtype=np.int64),
        probabilities=probabilities.reshape(len(rows), len(EMOTIONS)),
    )


def _rows(path: Path) -> Iterator[tuple[str, int, list[float]]]:
    for number, row in enumerate(read_csv(path, ReportError, REMEDY) or [[]], start=1):
        if number == 1 and tuple(row) != HEADER:
            raise ReportError(f"{path.name} does not begin with {','.join(HEADER)}. {REMEDY}")
        if number > 1:
            yield _parse(row, f"{path.name}, line {number}")


def _parse(row: list[str], where: str) -> tuple[str, int, list[float]]:
    try:
        image, label, *shares = row
        values = [float(share) for share in shares]
        sum_is_one = abs(sum(values) - 1) < 1e-3  # no NaN's is
        if len(values) != len(EMOTIONS) or not sum_is_one or min(values) < 0:
            raise ValueError(f"{len(EMOTIONS)} probabilities that sum to 1 are expected")
        return from_cell(image), EMOTIONS.index(label), values
    except ValueError as fault:
        raise ReportError(f"{where} is damaged: {fault}. {REMEDY}") from fault
