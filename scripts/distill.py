"""The whole way to a network: its teachers, their bank of views, the student.

    python scripts/distill.py --teachers configs/face_teacher.toml configs/plain_teacher.toml \\
        --student configs/student.toml --runs runs/NAME [--seeds 1 2] [--data PATH] [--ferplus CSV]

Minutes on a GPU; on two cores a day. Stopped, the same command goes on where it was. Every step is
also one of its own: scripts/train.py for each teacher, scripts/teach.py --recipe for the bank,
scripts/train.py --teachers for the student.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Sequence

from fer_core.data.dataset import load_dataset
from fer_core.data.ferplus import read_votes
from fer_core.training.config import load_config
from fer_core.training.progress import TrainingProgress
from scripts import cli


@cli.command("The same command goes on.")
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    progress = TrainingProgress()
    recipes = [load_config(path) for path in args.teachers]
    teachers = [dataclasses.replace(r, seed=seed) for r in recipes for seed in args.seeds]
    student = load_config(args.student)
    dataset = load_dataset(args.data, numbered=args.numbered)
    votes = read_votes(args.ferplus, dataset.paths) if args.ferplus else None
    # Keras takes seconds to import: only once recipes and data have been found good.
    from fer_core.training.teaching.distillation import distill

    run = distill(teachers, student, dataset, votes, args.runs, progress)
    progress.message(f"Done: {run.path}. Next: scripts/export.py --run {run.path}")
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__.splitlines()[0])
    parser.add_argument("--teachers", type=cli.path, nargs="+", required=True, help="recipes")
    parser.add_argument(
        "--student", type=cli.path, required=True, help="a recipe with teachers.views"
    )
    parser.add_argument(
        "--runs", type=cli.path, required=True, help="folder of all runs and the bank"
    )
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=[1], help="each teacher's, one run each (1)"
    )
    cli.add_ferplus(parser)
    return cli.parse_with_data(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
