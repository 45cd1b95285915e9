"""Trains a recipe: config, data, model, loop, save.

    python scripts/train.py --data PATH --config configs/seed.toml --run runs/NAME [--resume]

PATH is a folder with train/<class>/ and test/<class>/, or the zip of one; the environment variable
FER_DATA does as well. The run can be stopped at any moment and loses at most one epoch. A recipe
that mixes FER+ votes or teachers' answers into the labels gets them by --ferplus and --teachers.

With KERAS_BACKEND=jax, --distribute trains on all devices of this machine. Over several processes
or machines, each is started with the same command but for its own --process and --run:

    ... --distribute HOST:PORT --processes N --process I [--resume]

HOST:PORT is process 0's, within a network that is trusted. All end with the same network. If one
ends, the others end too, and all are started again with --resume.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fer_core.data.dataset import Dataset
from fer_core.data.ferplus import read_votes
from fer_core.data.lint import lint_scan
from fer_core.data.scan import scan
from fer_core.errors import DataError
from fer_core.training.config import TrainingConfig, load_config
from fer_core.training.distributed.processes import Processes
from fer_core.training.distributed.rendezvous import meet
from fer_core.training.progress import TrainingProgress
from fer_core.training.teaching.bank import read_bank
from fer_core.training.teaching.targets import LabelSources, read_soft_targets
from scripts import cli

GO_ON = "Go on with the same command and --resume."


@cli.command(GO_ON)
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    progress = TrainingProgress()
    processes = Processes.from_options(args.distribute, args.processes, args.process)
    config = load_config(args.config)
    dataset = read_data(args.data, progress, numbered=args.numbered)
    sources = label_sources(args, config, dataset)
    sources.record(config)  # refuses a recipe whose sources are missing
    if processes:
        processes.check_batches(config)
        if processes.count > 1:
            progress.message(f"Waiting for {processes.count} processes at {processes.address}.")
            meet(processes, input_digests(config, dataset, sources))
    # Keras takes seconds to import: only once the recipe and the data have been found good.
    from fer_core.training.fit import fit
    from fer_core.training.run_folder import RunFolder

    run = RunFolder(args.run)
    train = partial(fit, config, dataset, run, progress, resume=args.resume, sources=sources)
    if processes:
        status = train_on_all_devices(processes, train, progress)
        if status:
            return status
    else:
        train()
    progress.message(f"Done: {args.run / 'model.keras'}. Next: scripts/export.py --run {args.run}")
    return 0


def train_on_all_devices(
    processes: Processes, train: Callable[..., Any], progress: TrainingProgress
) -> int:
    """Calls `train` with the devices of all processes; returns this one's exit status.

    A process of several that fails does not return: it says why and ends at once.
    """
    from fer_core.training.distributed.data_parallel import joined, leave

    @cli.command(GO_ON)
    def main(argv: Sequence[str] | None = None) -> int:
        with joined(processes) as devices:
            progress.message(devices.description())
            train(devices=devices)
        return 0

    status = main()
    leave(status)
    return status


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__.splitlines()[0])
    parser.add_argument("--config", type=cli.path, required=True, help="a recipe, see configs/")
    parser.add_argument("--run", type=cli.path, required=True, help="folder of this run's files")
    parser.add_argument("--resume", action="store_true", help="go on where the run stopped")
    cli.add_ferplus(parser)
    parser.add_argument(
        "--teachers", type=cli.path, help="answers by scripts/teach.py, for recipes with [teachers]"
    )
    parser.add_argument(
        "--distribute",
        nargs="?",
        const="",
        metavar="HOST:PORT",
        help="train on all devices; with process 0's address, of several processes",
    )
    parser.add_argument("--processes", type=int, metavar="N", help="how many, with --distribute")
    parser.add_argument("--process", type=int, metavar="I", help="which one this is, from 0")
    return cli.parse_with_data(parser, argv)


def input_digests(
    config: TrainingConfig, dataset: Dataset, sources: LabelSources
) -> dict[str, str]:
    """Digests of what processes that train together must agree on."""
    parts = {"recipe": config.to_dict(), "set of votes or teachers": sources.record(config)}
    digests = {
        name: hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()
        for name, part in parts.items()
    }
    return digests | {"data set": dataset.fingerprint}


def label_sources(
    args: argparse.Namespace, config: TrainingConfig, dataset: Dataset
) -> LabelSources:
    """Reads what the recipe mixes into the labels; raises DataError if it cannot be read."""
    votes = teachers = None
    if config.data.ferplus and args.ferplus:
        votes = read_votes(args.ferplus, dataset.paths)
    if config.teachers.weight and args.teachers:
        read = read_bank if config.teachers.views else read_soft_targets
        teachers = read(args.teachers, dataset)
    return LabelSources(votes, teachers)


def read_data(path: Path, progress: TrainingProgress, *, numbered: bool = False) -> Dataset:
    """Reads a data set and reports its faults; raises DataError if it cannot be trained on."""
    found = scan(path, numbered=numbered)
    report = lint_scan(found)
    for finding in report.findings:
        progress.message(f"{finding.severity}: {finding.message} ({finding.count:,})")
    if not report.trainable:
        reasons = [f.in_words() for f in report.findings if f.severity == "error"]
        raise DataError(
            f"{path} cannot be trained on. {' '.join(reasons)} scripts/check_data.py shows every "
            "fault at once."
        )
    return Dataset.from_scan(found)


if __name__ == "__main__":
    sys.exit(main())
