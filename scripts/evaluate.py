"""Writes a model's evaluation report and its predictions.

    python scripts/evaluate.py --model models/ultimate_model.tflite --data PATH

PATH is a folder with train/<class>/ and test/<class>/, or the zip of one; the environment variable
FER_DATA does as well. The report and the predictions go beside the model.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fer_core import assessment
from fer_core.classifier import Classifier
from fer_core.datasets import DATA_VARIABLE, load_dataset
from fer_core.errors import FerError, ReportError
from fer_core.evaluation import EvaluationReport, load_report, save_report, write_predictions
from fer_core.model_store import (
    PREDICTIONS_SUFFIX,
    REPORT_SUFFIX,
    load_model,
    model_file,
    record_evaluation,
)
from fer_core.progress import bar

HEADLINE_SPLITS = ("private", "test")
COLUMNS = "split                       n  accuracy (95 %)      balanced  neutral bias    ECE"


def main(argv: list[str] | None = None) -> int:
    args = _arguments(argv)
    try:
        print(as_table(evaluate(args.model, args.data)))
    except FerError as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return 2
    return 0


def evaluate(model: str, data: str) -> EvaluationReport:
    """Reads the test images once, and writes report, predictions and the card's headline."""
    card, network = load_model(model)
    report_path = model_file(model, REPORT_SUFFIX)
    dataset = load_dataset(data)
    test = dataset.where(dataset.splits != "train")
    predictions = assessment.predict(Classifier(network, threads=2), test, _show)
    report = assessment.report(
        dataset,
        predictions,
        model=card.stem,
        network=network,
        unsure_below=card.unsure_below,
        previous_reads=_previous_reads(report_path),
    )
    save_report(report, report_path)
    write_predictions(model_file(model, PREDICTIONS_SUFFIX), predictions)
    headline = next(name for name in HEADLINE_SPLITS if name in report.splits)
    split = report.splits[headline]
    accuracy = split.accuracy.to_dict() if split.accuracy else {}
    record_evaluation(
        card, report_path.parent, {"split": headline, "n": split.n, "accuracy": accuracy}
    )
    return report


def as_table(report: EvaluationReport) -> str:
    """One line a split."""
    lines = [COLUMNS]
    for name, split in report.splits.items():
        accuracy, balanced, bias = split.accuracy, split.balanced_accuracy, split.neutral_bias_index
        interval = accuracy.interval if accuracy else None
        lines.append(
            f"{name:<22}{split.n:>7,}"
            + (f"  {accuracy.value:.3f} ({interval[0]:.3f}-{interval[1]:.3f})" if interval else "")
            + f"{balanced.value if balanced else float('nan'):>13.3f}"
            + f"{bias.value if bias else float('nan'):>14.2f}"
            + f"{split.expected_calibration_error or 0:>7.3f}"
        )
    lines.append(f"PrivateTest was read {report.private_reads} times for this network.")
    return "\n".join(lines)


def _previous_reads(path: Path) -> dict[str, int]:
    if not path.is_file():
        return {}
    try:
        previous = load_report(path)
    except ReportError:
        return {}
    return {previous.model_sha256: previous.private_reads}


def _show(share: float) -> None:
    if sys.stderr.isatty():
        end = "\n" if share == 1 else ""
        print(f"\r{bar(share)} {share:4.0%} of the test faces", end=end, file=sys.stderr)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="a model's .tflite file, or its stem")
    parser.add_argument("--data", default=os.environ.get(DATA_VARIABLE), help="folder or zip")
    args = parser.parse_args(argv)
    if not args.data:
        parser.error(f"--data PATH is missing, and {DATA_VARIABLE} is not set")
    return args


if __name__ == "__main__":
    sys.exit(main())
