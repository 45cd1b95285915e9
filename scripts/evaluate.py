"""Writes a model's evaluation report and its predictions.

    python scripts/evaluate.py --model models/ultimate_model.tflite --data PATH

PATH is a folder with train/<class>/ and test/<class>/, or the zip of one; the environment variable
FER_DATA does as well. The report and the predictions go beside the model, and the headline into its
card; with --report or --predictions they go elsewhere, and the card stays as it is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fer_core.data.dataset import load_dataset
from fer_core.errors import ReportError
from fer_core.evaluation import (
    Estimate,
    EvaluationReport,
    SplitReport,
    load_report,
    on_dataset,
    save_report,
    write_predictions,
)
from fer_core.recognition.classifier import Classifier
from fer_core.store.model_files import (
    PREDICTIONS_SUFFIX,
    REPORT_SUFFIX,
    ModelCard,
    load_model,
    model_file,
    record_evaluation,
)
from fer_core.training.progress import share_shown
from scripts import cli

HEADLINE_SPLITS = ("private", "test")
COLUMNS = (
    f"{'split':<22}{'n':>7}  {'accuracy (95 %)':<20}{'balanced':>10}{'neutral bias':>14}{'ECE':>7}"
)


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    print(as_table(evaluate(args.model, args.data, args.report, args.predictions)))
    return 0


def evaluate(
    model: str,
    data: str | Path,
    report_path: Path | None = None,
    predictions_path: Path | None = None,
) -> EvaluationReport:
    """Reads the test images once, and writes report, predictions and the card's headline.

    Args:
        model: A model's LiteRT file, or its stem in `models/`.
        data: Folder or zip.
        report_path, predictions_path: Where to write instead of beside the model.
    """
    card, network = load_model(model)
    own_report, own_predictions = (
        model_file(model, suffix) for suffix in (REPORT_SUFFIX, PREDICTIONS_SUFFIX)
    )
    target, table = report_path or own_report, predictions_path or own_predictions
    dataset = load_dataset(data)
    test = dataset.where(dataset.splits != "train")
    classifier = Classifier(network, threads=2)
    predictions = on_dataset.predict(classifier, test, share_shown("the test faces", sys.stderr))
    mirrored = on_dataset.predict(
        classifier, test, share_shown("their mirror images", sys.stderr), mirrored=True
    )
    report = on_dataset.report(
        dataset,
        predictions,
        model=card.stem,
        network=network,
        unsure_below=card.unsure_below,
        previous_reads=_previous_reads(own_report, target),
        mirrored=mirrored,
    )
    save_report(report, target)
    write_predictions(table, predictions)
    if (target, table) == (own_report, own_predictions):
        _record(card, report, own_report.parent)
    return report


def as_table(report: EvaluationReport) -> str:
    """One line a split; a dash stands for a figure that does not exist."""
    lines = [COLUMNS, *(_line(name, split) for name, split in report.splits.items())]
    if report.mirrored_accuracy:
        averaged = (f"{k} {_figure(v, 3)}" for k, v in report.mirrored_accuracy.items())
        lines.append(f"Averaged over each face and its mirror image: {', '.join(averaged)}.")
    if "private" in report.splits:
        times = "once" if report.private_reads == 1 else f"{report.private_reads} times"
        lines.append(f"PrivateTest was read {times} for this network.")
    return "\n".join(lines)


def _line(name: str, split: SplitReport) -> str:
    interval = split.accuracy.interval if split.accuracy else None
    ends = f" ({interval[0]:.3f}-{interval[1]:.3f})" if interval else ""
    accuracy = f"{_figure(split.accuracy, 3)}{ends}"
    error = split.expected_calibration_error
    return (
        f"{name:<22}{split.n:>7,}  {accuracy:<20}"
        f"{_figure(split.balanced_accuracy, 3):>10}{_figure(split.neutral_bias_index, 2):>14}"
        f"{'–' if error is None else f'{error:.3f}':>7}"
    )


def _figure(estimate: Estimate | None, digits: int) -> str:
    return "–" if estimate is None else f"{estimate.value:.{digits}f}"


def _record(card: ModelCard, report: EvaluationReport, folder: Path) -> None:
    name = next(split for split in HEADLINE_SPLITS if split in report.splits)
    split = report.splits[name]
    accuracy = split.accuracy.to_dict() if split.accuracy else {}
    record_evaluation(card, folder, {"split": name, "n": split.n, "accuracy": accuracy})


def _previous_reads(*paths: Path) -> dict[str, int]:
    """SHA-256 of a network → the most reads that any of these reports counts for it."""
    reads: dict[str, int] = {}
    for path in paths:
        try:
            previous = load_report(path)
        except ReportError:
            continue  # none yet, or damaged: it is about to be written anew
        digest = previous.model_sha256
        reads[digest] = max(reads.get(digest, 0), previous.private_reads)
    return reads


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--model", type=cli.model, required=True, help="a model's .tflite file, or its stem"
    )
    parser.add_argument("--report", type=cli.path, help="default: STEM.report.json by the model")
    parser.add_argument("--predictions", type=cli.path, help="default: STEM.predictions.csv there")
    return cli.parse_with_data(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
