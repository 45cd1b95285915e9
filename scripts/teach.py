"""Lets finished runs answer for every training image: the teachers' file of a student's recipe.

    python scripts/teach.py --runs runs/A runs/B --out teachers.npz [--data PATH]

Then: scripts/train.py --config RECIPE --teachers teachers.npz, with a recipe that has [teachers].
For one with teachers.views they answer for as many changed views of each face, by its augmentation:

    python scripts/teach.py --runs runs/A runs/B --recipe RECIPE --out bank.npz [--data PATH]

That takes a gigabyte for 16 views. Stopped, the same command goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from fer_core.data.dataset import load_dataset
from fer_core.training.config import load_config
from fer_core.training.progress import TrainingProgress
from scripts import cli


@cli.command("For a bank of views, the same command goes on where it was.")
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    progress = TrainingProgress()
    recipe = load_config(args.recipe) if args.recipe else None
    dataset = load_dataset(args.data, numbered=args.numbered)
    # Keras takes seconds to import: only once the data have been found good.
    from fer_core.training.run_folder import RunFolder
    from fer_core.training.teaching.answers import teach
    from fer_core.training.teaching.bank_making import make_bank

    runs = [RunFolder(run) for run in args.runs]
    if recipe and recipe.teachers.views:
        make_bank(
            runs,
            dataset,
            args.out,
            progress,
            augmentation=recipe.augmentation,
            views=recipe.teachers.views,
            seed=args.seed,
        )
    else:
        teach(runs, dataset, progress).write(args.out)
    progress.message(f"Done: {args.out}. Next: scripts/train.py --teachers {args.out}")
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__.splitlines()[0])
    parser.add_argument("--runs", type=cli.path, nargs="+", required=True, help="finished runs")
    parser.add_argument(
        "--out", type=cli.path, required=True, help="the file to write, as in x.npz"
    )
    parser.add_argument(
        "--recipe", type=cli.path, help="a student's, for a bank of its teachers.views"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the views (default: 1)")
    return cli.parse_with_data(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
