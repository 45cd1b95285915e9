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
    as_written,
    write_predictions,
)
from fer_core.evaluation.report import EvaluationReport, load_report, save_report
from fer_core.recognition.answers.ways import Way
from fer_core.recognition.classifier import Classifier
from fer_core.recognition.photos import counted
from fer_core.recognition.recognizer import Recognizer
from fer_core.store.files import replace_text, require_writable
from fer_core.store.model_files import (
    DEFAULT_MODEL,
    ROBUSTNESS_SUFFIX,
    ModelCard,
    load_card,
    load_model,
    model_file,
)
from fer_core.training.progress import share_shown
from scripts import cli
from scripts.trust.own_files import OwnFiles, require_elsewhere, without_a_reading
from scripts.trust.words import as_table, photos_as_table

_STAYS: Final = (
    "These figures are shown only: {} tells of other data and stays, as do its predictions and the "
    "card's headline. --report and --predictions write them elsewhere; --replace puts them there."
)

_RESIZED: Final = (
    "{} of other than 48x48 pixels: taken as a face that is cut out already, and resized. With "
    "whole photographs, evaluate by --photos FOLDER, which finds the faces first."
)


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    if args.photos:
        return _measure_photos(args)
    if args.html:
        require_elsewhere(args.model, (args.html, args.report, args.predictions))
        require_writable(args.html)
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
        cli.say(f"Written: {args.html}.")
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
    predictions and headline; it counts this reading of PrivateTest, if it was one.

    Args:
        model: A model's LiteRT file, or its stem in `models/`.
        data, numbered: As `load_dataset` takes them.
        report_path, predictions_path: Where to write instead of beside the model.
        ferplus: CSV of FER+ votes; one that knows none of the images is passed over.
        stored: Take the stored predictions and do not run the network.
        replace: Put the report in the place of one on other data as well.
    """
    require_elsewhere(model, (report_path, predictions_path))
    card, network = load_model(model)
    own = OwnFiles.of(model, card)
    dataset = load_dataset(data, numbered=numbered)
    known = own.known()
    elsewhere = report_path or predictions_path
    other = known is not None and known.data_sha256 != dataset.fingerprint
    stays = other and not (elsewhere or stored or replace)
    test = dataset.where(dataset.is_test)
    mirrored = None
    if stored:
        predictions = own.stored_predictions(test)
    else:
        classifier = Classifier(network, threads=2)
        shown = [
            share_shown(what, sys.stderr) for what in ("the test faces", "their mirror images")
        ]
        predictions = as_written(on_dataset.predict(classifier, test, shown[0]))
        mirrored = on_dataset.predict(classifier, test, shown[1], mirrored=True)
    votes = votes_if_any(ferplus, test.paths)
    report = on_dataset.evaluate(
        dataset,
        predictions,
        card=card,
        network=network,
        previous_reads=_previous_reads(own.report, report_path or own.report),
        mirrored=mirrored,
        votes=votes,
    )
    if stored:
        report = without_a_reading(report, load_report(own.report), votes=votes is not None)
    if report_path:
        save_report(report, report_path)
    if predictions_path:
        write_predictions(predictions_path, predictions)
    if not (elsewhere or stays):
        own.write(report, None if stored else predictions, _sizes(card, dataset))
    elif not stored:
        own.count_readings(report.private_reads)
    if dataset.resized:
        cli.say(_RESIZED.format(counted(dataset.resized, "picture")), sys.stderr)
    if stays:
        cli.say(_STAYS.format(own.report.name), sys.stderr)
    return report


def _write_html(model: str, report: EvaluationReport, path: Path) -> None:
    """Writes what the Evaluation page hands out: charts and sentences in one file."""
    from ui.charts.trust.html import as_html

    card = load_card(model)
    try:
        harm = load_robustness(model_file(model, ROBUSTNESS_SUFFIX))
    except ReportError:
        harm = None  # not measured
    replace_text(path, as_html(report, card.title, card, harm))


def _sizes(card: ModelCard, dataset: Dataset) -> dict[str, int]:
    """How many images were learned from, if the card is from before that was kept."""
    known = "learned_from" in card.data or card.data.get("sha256") != dataset.fingerprint
    if known or not card.recipe:
        return {}
    from fer_core.training.config import TrainingConfig
    from fer_core.training.partition import partition

    config = TrainingConfig.from_dict(dict(card.recipe))
    return partition(dataset, config.data, config.seed).sizes


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
    written = (args.report, args.predictions, args.html, args.stored, args.replace)
    if args.photos and any(written):
        parser.error(
            "--photos writes nothing: leave out --report, --predictions, --html, --stored and "
            "--replace"
        )
    if args.stored and args.predictions:
        parser.error("--stored asks the network nothing: leave out --predictions")
    if args.json and not args.photos:
        parser.error("--json goes with --photos; the report itself is JSON")
    if not args.model and not args.photos:
        # Without a name no report is replaced, and no reading of PrivateTest counted.
        parser.error("--model is missing")
    args.model = args.model or DEFAULT_MODEL
    return args


if __name__ == "__main__":
    sys.exit(main())
