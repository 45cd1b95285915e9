"""Lets finished runs answer for every training image: the teachers' file of a student's recipe.

    python scripts/teach.py --runs runs/A runs/B --out teachers.npz [--data PATH]

Then: scripts/train.py --config RECIPE --teachers teachers.npz, with a recipe that has [teachers].
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from fer_core.data.dataset import load_dataset
from fer_core.training.progress import TrainingProgress
from scripts import cli


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    progress = TrainingProgress()
    dataset = load_dataset(args.data)
    # Keras takes seconds to import: only once the data have been found good.
    from fer_core.training.run_folder import RunFolder
    from fer_core.training.teaching.answers import teach

    teach([RunFolder(run) for run in args.runs], dataset, progress).write(args.out)
    progress.message(f"Done: {args.out}. Next: scripts/train.py --teachers {args.out}")
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=cli.path, nargs="+", required=True, help="finished runs")
    parser.add_argument(
        "--out", type=cli.path, required=True, help="the file to write, as in x.npz"
    )
    return cli.parse_with_data(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
