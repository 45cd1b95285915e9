"""Tests the seed recipe's claims: trains the ablation's cells, then writes their report.

    python -m scripts.ablation --data PATH --out models/ablation.json --work runs/ablation

PATH is a folder with train/<class>/ and test/<class>/, or the zip of one; the environment variable
FER_DATA does as well. Start it again after any interruption: finished cells are kept, and the one
in training loses at most one epoch. --report-only writes the report from what is finished.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from fer_core.data.dataset import load_dataset
from fer_core.evaluation.ablation_report import save_ablation
from fer_core.training.progress import TrainingProgress
from scripts import cli
from scripts.ablation.design import TINY, Plan
from scripts.ablation.summary import summarise
from scripts.ablation.work import WorkFolder


@cli.command(go_on="Go on with the same command.")
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    progress = TrainingProgress()
    if not args.report_only:
        _train(args, progress)
    _report(args, progress)
    return 0


def _train(args: argparse.Namespace, progress: TrainingProgress) -> None:
    dataset = load_dataset(args.data, numbered=args.numbered)
    # Keras takes seconds to import: only once the data have been found good.
    from scripts.ablation.runs import Ablation

    Ablation(TINY if args.tiny else Plan(), dataset, WorkFolder(args.work), progress).run()


def _report(args: argparse.Namespace, progress: TrainingProgress) -> None:
    report = summarise(WorkFolder(args.work))
    save_ablation(report, args.out)
    for claim in report.claims:
        progress.message(f"{claim.statement} {claim.verdict.capitalize()}.")
    if report.missing:
        progress.message(f"{len(report.missing)} runs are not finished yet.")
    progress.message(f"Written: {args.out}")


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__.splitlines()[0])
    parser.add_argument("--out", type=cli.path, required=True, help="the report, a JSON file")
    parser.add_argument("--work", type=cli.path, required=True, help="folder of the finished cells")
    parser.add_argument("--tiny", action="store_true", help="try the machinery out, in minutes")
    parser.add_argument("--report-only", action="store_true", help="train nothing")
    return cli.parse_with_data(parser, argv, unless="report_only")


if __name__ == "__main__":
    sys.exit(main())
