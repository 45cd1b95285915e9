"""Turns a finished run into a model, or adds runtimes or validation figures to a finished model.

    python scripts/export.py --run runs/NAME --name ultimate_model [--data PATH] [--calibrate]
        [--balance-neutral] [--without-keras]
    python scripts/export.py --add-runtimes ultimate_model [--data PATH] [--int8] [--onnx]
    python scripts/export.py --add-validation ultimate_model [--data PATH]

The first writes .keras, .tflite, card and history. The largest difference in any probability
between LiteRT and Keras, on the validation faces, must stay within 0.001. Then write the report
with scripts/evaluate.py.

The second adds LiteRT in 8-bit integers, and ONNX: both, or those named. PATH is what the model was
trained on: faces of train/ calibrate the integers, and every face of test/ is put through each
runtime and the Keras network. ONNX and the float LiteRT file must agree with it within 0.001 in any
probability; the 8-bit file is kept if its accuracy is within one point. The card lists the files
and the figures. Needs requirements-dev.txt.

The third finds the validation part again by the card's recipe. Into the card go temperature,
threshold and figures of two looks and of the even mix, and below which size, sharpness and
brightness accuracy falls. The network stays as it is, and test/ is not looked at.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from fer_core.data.dataset import load_dataset
from fer_core.store.model_files import INT8_SUFFIX, MODELS, ONNX_SUFFIX, check_name, load_model
from scripts import cli


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    if args.add_runtimes:
        _add_runtimes(args)
    elif args.add_validation:
        _add_validation(args)
    else:
        _package(args)
    return 0


# Keras takes seconds to import: both import it only once their inputs have been found good.


def _package(args: argparse.Namespace) -> None:
    check_name(args.name)
    dataset = load_dataset(args.data, numbered=args.numbered)
    from fer_core.export.package import package
    from fer_core.training.run_folder import RunFolder

    card, agreement = package(
        RunFolder(args.run),
        args.name,
        args.models,
        dataset,
        calibrate=args.calibrate,
        balance_neutral=args.balance_neutral,
        keep_keras=not args.without_keras,
        licence=args.licence,
    )
    cli.say(
        f"{args.models / card.stem}.*: {card.parameters:,} parameters, validation accuracy "
        f"{card.validation['accuracy']:.1%} on {card.validation['n']:,} faces, temperature "
        f"{card.temperature}, Neutral's logit lowered by {card.neutral_lowered}, unsure below "
        f"{card.unsure_below}.\n"
        f"LiteRT and Keras on {agreement.faces:,} faces: largest difference "
        f"{agreement.largest_difference:.1e}, same answer on {agreement.same_answer:.2%}.\n"
        f"Next: scripts/evaluate.py --model {args.models / card.stem}.tflite"
    )


def _add_runtimes(args: argparse.Namespace) -> None:
    chosen = {INT8_SUFFIX: args.int8, ONNX_SUFFIX: args.onnx}
    suffixes = tuple(suffix for suffix, wanted in chosen.items() if wanted) or tuple(chosen)
    load_model(args.add_runtimes)
    dataset = load_dataset(args.data, numbered=args.numbered)
    from fer_core.export.runtimes import add_runtimes

    add_runtimes(args.add_runtimes, dataset, suffixes, print)


def _add_validation(args: argparse.Namespace) -> None:
    load_model(args.add_validation)
    dataset = load_dataset(args.data)
    from fer_core.export.on_validation import add_validation

    card = add_validation(args.add_validation, dataset)
    for name, way in card.ways.items():
        found = way["validation"]
        cli.say(
            f"{name:<20} right {found['accuracy']['value']:.1%}, balanced "
            f"{found['balanced_accuracy']:.1%}, ECE {found['expected_calibration_error']:.3f}, "
            f"temperature {way['temperature']}, unsure below {way['unsure_below']}"
        )
    for note, limit in card.usability.items():
        cli.say(f"{note:<20} from {limit['threshold']} on, accuracy falls by {limit['lost']:.0%}")


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--run", type=cli.path, help="a finished run's folder")
    source.add_argument(
        "--add-runtimes",
        type=cli.model,
        metavar="MODEL",
        help="stem of a finished model, or path of one of its files",
    )
    source.add_argument(
        "--add-validation",
        type=cli.model,
        metavar="MODEL",
        help="likewise: writes what its validation part tells into its card",
    )
    run = parser.add_argument_group("with --run")
    run.add_argument("--name", help="stem of the model's files")
    run.add_argument("--models", type=cli.path, default=MODELS, help="folder of the models")
    run.add_argument(
        "--calibrate", action="store_true", help="fold in a temperature, choose an unsure threshold"
    )
    run.add_argument(
        "--balance-neutral",
        action="store_true",
        help="lower Neutral's logit until it is answered as often as it is the label",
    )
    run.add_argument("--without-keras", action="store_true", help="leave out the .keras file")
    run.add_argument(
        "--licence",
        default="",
        metavar="TEXT",
        help="what the card says of it: the terms of your data, of what its teachers learned from",
    )
    runtimes = parser.add_argument_group("with --add-runtimes")
    runtimes.add_argument("--int8", action="store_true", help="only the 8-bit LiteRT file")
    runtimes.add_argument("--onnx", action="store_true", help="only the ONNX file")
    args = cli.parse_with_data(parser, argv)
    if args.run and not args.name:
        parser.error("--name STEM is missing: what the model's files are to be called")
    return args


if __name__ == "__main__":
    sys.exit(main())
