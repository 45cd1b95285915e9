"""Writes everything that follows from a network anew: one command after a new one is accepted.

    python scripts/trust/derive.py --model ultimate_model [--data PATH] [--ferplus CSV]

In this order: two looks, the even mix and the thresholds of notes (from the validation part), 8-bit
and ONNX files, the report of the test part, what harms the network, doubtful labels. Each is a
command of its own as well. PrivateTest is read only if there is no report of this network on these
data yet; otherwise its figures come from the stored predictions. Files and labels need the .keras
network and requirements-dev.txt: without it they are left out, and it is said. What stops a step
stops the rest.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator, Sequence

from fer_core.data.dataset import load_dataset
from fer_core.errors import ReportError
from fer_core.evaluation.report import load_report
from fer_core.store.model_files import (
    KERAS_SUFFIX,
    REPORT_SUFFIX,
    load_card,
    load_model,
    model_file,
)
from scripts import cli, evaluate, export
from scripts.trust import doubtful_labels, robustness

LEFT_OUT = 1
"""What a command returns if it left out a part of the data, and wrote its figures of the rest."""

Step = tuple[str, cli.Main, list[str]]


@cli.command("The same command goes on.")
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    steps = list(_steps(args))
    worst = 0
    for number, (name, command, options) in enumerate(steps, start=1):
        cli.say(f"\n{number} of {len(steps)}: {name}")
        status = command([*options, "--data", str(args.data), *["--numbered"] * args.numbered])
        if status > LEFT_OUT:
            return status
        worst = max(worst, status)
    if KERAS_SUFFIX not in load_card(args.model).files:
        cli.say("\nLeft out: 8-bit and ONNX files, and doubtful labels. They need a .keras file.")
    return worst


def _steps(args: argparse.Namespace) -> Iterator[Step]:
    model = args.model
    votes = ["--ferplus", str(args.ferplus)] if args.ferplus else []
    stored = ["--stored"] if _is_reported(args) else []
    keras = KERAS_SUFFIX in load_card(model).files
    yield "the ways of asking, and the notes", export.main, ["--add-validation", model]
    if keras:
        yield "8-bit and ONNX files", export.main, ["--add-runtimes", model]
    yield "the report", evaluate.main, ["--model", model, *votes, *stored]
    yield "what harms it", robustness.main, ["--model", model]
    if keras:
        yield "doubtful labels", doubtful_labels.main, ["--model", model]


def _is_reported(args: argparse.Namespace) -> bool:
    """Whether the report beside the model is of this network on these data."""
    _, network = load_model(args.model)
    data = load_dataset(args.data, numbered=args.numbered).fingerprint
    try:
        report = load_report(model_file(args.model, REPORT_SUFFIX))
    except ReportError:
        return False
    return (report.model_sha256, report.data_sha256) == (hashlib.sha256(network).hexdigest(), data)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__)
    parser.add_argument("--model", type=cli.model, required=True, help="stem, or one of its files")
    cli.add_ferplus(parser)
    return cli.parse_with_data(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
