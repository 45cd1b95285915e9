"""Writes a model's evaluation report and its predictions, or measures it on your own photographs.

    python scripts/evaluate.py --model models/ultimate_model.tflite --data PATH

PATH is a folder with train/<class>/ and test/<class>/, or with class folders alone, or the zip or
tar of one, or fer2013.csv; the environment variable FER_DATA does as well. The report and the
predictions go beside the model, and the headline into its card; with --report or --predictions they
go elsewhere, and the card stays as it is. A report on other data stays, too, unless --replace is
given. With --stored the predictions that lie beside the model are put into figures anew; the
network answers nothing, and PrivateTest is not read once more.

    python scripts/evaluate.py --photos FOLDER [--model ultimate_model] [--json]

FOLDER holds a folder of photographs for each expression to be measured: happy/, neutral/, any of
the seven, names in any case. Faces are found and cropped as the app does it, and of each photograph
the largest face counts. Nothing is written.

Exit status: 1 if anything was left out, such as a file that cannot be read or a folder that is no
class: the figures are those of the rest.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fer_core.data.dataset import Dataset, load_dataset
from fer_core.data.ferplus import votes_if_any
from fer_core.errors import ReportError
from fer_core.evaluation import on_dataset, on_photos
from fer_core.evaluation.audits.robustness import load_robustness
from fer_core.evaluation.predictions import (
    Predictions,
    as_written,
    read_predictions,
    write_predictions,
)
from fer_core.evaluation.report import EvaluationReport, load_report, save_report
from fer_core.evaluation.split_report import SplitReport
from fer_core.recognition.answers.ways import Way
from fer_core.recognition.classifier import Classifier
from fer_core.recognition.recognizer import Recognizer
from fer_core.store.card_changes import record_evaluation
from fer_core.store.files import replace_text
from fer_core.store.model_files import (
    DEFAULT_MODEL,
    NETWORK_SUFFIX,
    PREDICTIONS_SUFFIX,
    REPORT_SUFFIX,
    ROBUSTNESS_SUFFIX,
    ModelCard,
    load_card,
    load_model,
    model_file,
)
from fer_core.training.progress import share_shown
from scripts import cli
from scripts.trust.words import as_table, photos_as_table

HEADLINE_SPLITS = ("private", "test")
_STAYS: Final = (
    "{} tells of other data and stays as it is, as do its predictions and the card's headline. "
    "--report and --predictions write these figures elsewhere; --replace puts them in its place."
)


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    if args.photos:
        return _measure_photos(args)
    report = evaluate(
        args.model,
        args.data,
        args.report,
        args.predictions,
        numbered=args.numbered,
        ferplus=args.ferplus,
        stored=args.stored,
        replace=args.replace,
    )
    cli.say(as_table(report))
    if args.html:
        _write_html(args.model, report, args.html)
    return 1 if report.left_out else 0


def evaluate(
    model: str,
    data: str | Path,
    report_path: Path | None = None,
    predictions_path: Path | None = None,
    *,
    numbered: bool = False,
    ferplus: Path | None = None,
    stored: bool = False,
    replace: bool = False,
) -> EvaluationReport:
    """Reads the test images once, and writes report, predictions and the card's headline.

    A report on this network that stands beside it and tells of other data stays there, with its
    predictions and headline.

    Args:
        model: A model's LiteRT file, or its stem in `models/`.
        data, numbered: As `load_dataset` takes them.
        report_path, predictions_path: Where to write instead of beside the model.
        ferplus: CSV of FER+ votes; one that knows none of the images is passed over.
        stored: Take the stored predictions and do not run the network.
        replace: Put the report in the place of one on other data as well.
    """
    card, network = load_model(model)
    own_report, own_predictions = (
        model_file(model, suffix) for suffix in (REPORT_SUFFIX, PREDICTIONS_SUFFIX)
    )
    dataset = load_dataset(data, numbered=numbered)
    target, table = report_path, predictions_path
    elsewhere = report_path or predictions_path
    stays = not (elsewhere or stored or replace) and _is_on_other_data(own_report, card, dataset)
    if not (elsewhere or stays):
        target, table = own_report, own_predictions
    test = dataset.where(dataset.is_test)
    mirrored = None
    if stored:
        predictions = _stored(own_predictions, test)
    else:
        classifier = Classifier(network, threads=2)
        shown = [
            share_shown(what, sys.stderr) for what in ("the test faces", "their mirror images")
        ]
        predictions = as_written(on_dataset.predict(classifier, test, shown[0]))
        mirrored = on_dataset.predict(classifier, test, shown[1], mirrored=True)
    report = on_dataset.evaluate(
        dataset,
        predictions,
        card=card,
        network=network,
        previous_reads=_previous_reads(own_report, target or own_report),
        mirrored=mirrored,
        votes=votes_if_any(ferplus, test.paths),
    )
    if stored:
        report = _without_a_reading(report, load_report(own_report))
    if target:
        save_report(report, target)
    if table and not stored:
        write_predictions(table, predictions)
    if (target, table) == (own_report, own_predictions):
        _record(_with_sizes(card, dataset), report, own_report.parent)
    if stays:
        cli.say(_STAYS.format(own_report.name), sys.stderr)
    return report


def _is_on_other_data(report: Path, card: ModelCard, dataset: Dataset) -> bool:
    """Whether the report on this very network tells of another data set."""
    try:
        known = load_report(report)
    except ReportError:
        return False  # none yet, or damaged
    network = card.files[NETWORK_SUFFIX]["sha256"]
    return known.model_sha256 == network and known.data_sha256 != dataset.fingerprint


def _write_html(model: str, report: EvaluationReport, path: Path) -> None:
    """Writes what the Evaluation page hands out: charts and sentences in one file."""
    from ui.charts.trust.html import as_html

    card = load_card(model)
    try:
        harm = load_robustness(model_file(model, ROBUSTNESS_SUFFIX))
    except ReportError:
        harm = None  # not measured
    replace_text(path, as_html(report, card.title, card, harm))


def _stored(path: Path, test: Dataset) -> Predictions:
    """The answers that were written before; raises ReportError if they are for other images."""
    predictions = read_predictions(path)
    if tuple(predictions.paths) != test.paths or (predictions.labels != test.labels).any():
        raise ReportError(
            f"{path.name} answers for other images than this data set's test. Leave out --stored."
        )
    return predictions


def _without_a_reading(report: EvaluationReport, before: EvaluationReport) -> EvaluationReport:
    """The report with what only the network could tell taken from the one before."""
    if (report.model_sha256, report.data_sha256) != (before.model_sha256, before.data_sha256):
        raise ReportError("The predictions are of another network or data. Leave out --stored.")
    return dataclasses.replace(
        report,
        private_reads=before.private_reads,
        splits={name: _with_votes(s, before.splits[name]) for name, s in report.splits.items()},
        mirrored_accuracy=before.mirrored_accuracy,
        ways={**before.ways, **report.ways},
    )


def _with_votes(split: SplitReport, before: SplitReport) -> SplitReport:
    """The split with the earlier figures by FER+'s votes, if the votes were not given again."""
    return dataclasses.replace(split, agreement=split.agreement or before.agreement)


def _with_sizes(card: ModelCard, dataset: Dataset) -> ModelCard:
    """The card with how many images were learned from, if it was exported before that was kept."""
    known = "learned_from" in card.data or card.data.get("sha256") != dataset.fingerprint
    if known or not card.recipe:
        return card
    from fer_core.training.config import TrainingConfig
    from fer_core.training.partition import partition

    config = TrainingConfig.from_dict(dict(card.recipe))
    sizes = partition(dataset, config.data, config.seed).sizes
    return dataclasses.replace(card, data={**card.data, **sizes})


def _measure_photos(args: argparse.Namespace) -> int:
    photos, left_out = on_photos.find_photos(args.photos, numbered=args.numbered)
    recognizer = Recognizer.load(args.model, Way(2))  # as photographs are looked at
    results, show = [], share_shown("the photographs", sys.stderr)
    for result in on_photos.answer(photos, recognizer):
        results.append(result)
        show(len(results) / len(photos))
    report = on_photos.score(results, recognizer.unsure_below)
    if args.json:
        print(json.dumps(on_photos.to_dict(results, report, recognizer, left_out), indent=2))
    else:
        cli.say(photos_as_table(results, report, recognizer.detector_name, left_out))
    return 1 if left_out or any(result.problem for result in results) else 0


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
    parser = cli.parser(__doc__)
    parser.add_argument("--model", type=cli.model, help="stem, or path of one of its files")
    parser.add_argument("--report", type=cli.path, help="default: STEM.report.json by the model")
    parser.add_argument("--predictions", type=cli.path, help="default: STEM.predictions.csv there")
    parser.add_argument(
        "--stored", action="store_true", help="figures anew from the stored predictions alone"
    )
    parser.add_argument(
        "--replace", action="store_true", help="also replace a report on other data"
    )
    parser.add_argument("--html", type=cli.path, help="also write it all as one HTML file")
    cli.add_ferplus(parser)
    parser.add_argument("--photos", type=cli.path, metavar="FOLDER", help="photographs by class")
    parser.add_argument("--json", action="store_true", help="with --photos: answers and figures")
    args = cli.parse_with_data(parser, argv, unless="photos")
    if args.photos and (args.report or args.predictions or args.html):
        parser.error("--photos writes nothing: leave out --report, --predictions and --html")
    if args.json and not args.photos:
        parser.error("--json goes with --photos; the report itself is JSON")
    if not args.model and not args.photos:
        # Without a name no report is replaced, and no reading of PrivateTest counted.
        parser.error("--model is missing")
    args.model = args.model or DEFAULT_MODEL
    return args


if __name__ == "__main__":
    sys.exit(main())
