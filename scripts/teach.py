"""Lets finished runs answer for every training image: the teachers' file of a student's recipe.

    python scripts/teach.py --runs runs/A runs/B --out teachers.npz [--data PATH]

Then: scripts/train.py --config RECIPE --teachers teachers.npz, with a recipe that has [teachers].
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as scripts/train.py says
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from fer_core.data.dataset import load_dataset
from fer_core.errors import FerError
from fer_core.training.progress import TrainingProgress
from scripts.cli import parse_with_data


def main(argv: list[str] | None = None) -> int:
    args = _arguments(argv)
    progress = TrainingProgress()
    try:
        dataset = load_dataset(args.data)
        # Keras takes seconds to import: only once the data have been found good.
        from fer_core.training.distillation import teach
        from fer_core.training.run_folder import RunFolder

        targets = teach([RunFolder(run) for run in args.runs], dataset, progress)
        targets.write(args.out)
    except (FerError, OSError) as error:
        progress.message(f"Stopped: {error}")
        return 2
    progress.message(f"Done: {args.out}. Next: scripts/train.py --teachers {args.out}")
    return 0


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, nargs="+", required=True, help="finished runs")
    parser.add_argument("--out", type=Path, required=True, help="the file to write, as in x.npz")
    return parse_with_data(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
