"""Measure, side by side in one run, as one JSON object.

    python scripts/benchmark.py [--model ultimate_model] [--without-keras]
    python scripts/benchmark.py --runtimes [--model ultimate_model]
    python scripts/benchmark.py --training
    python scripts/benchmark.py --load [--seconds 60]
    python scripts/benchmark.py --film [--minutes 30]
    python scripts/benchmark.py --batch [--model ultimate_model]

The first: what users wait for, on one thread. --runtimes: LiteRT float and 8-bit, ONNX Runtime and
Keras, one thread each (needs requirements-dev.txt). --training: our pipeline and a stock one on
generated faces, a few minutes. --load: the app with twelve uploaders beside one live viewer, then
with the worst files (needs Chromium and requirements-dev.txt). --film: how many times faster than
it plays a film is analysed, and the memory of a long one. --batch: folders, by one worker and by
two, beside the plain loop. Machines differ and are shared: compare the ratios, and figures of one
run with each other.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from fer_core.store.model_files import DEFAULT_MODEL
from scripts import cli
from scripts.benchmarks import machine


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    print(json.dumps({"machine": machine.describe(), **_measure(args)}, indent=2))
    return 0


def _measure(args: argparse.Namespace) -> dict[str, Any]:
    if args.training:
        from scripts.benchmarks import training

        return {"training": training.measure()}
    if args.load:
        from scripts.benchmarks import load

        return {"load": load.measure(args.seconds)}
    if args.film:
        from scripts.benchmarks.film import measure

        return {"model": args.model, "film": measure.measure(args.model, args.minutes)}
    if args.batch:
        from scripts.benchmarks.batch import speed

        return {"model": args.model, **speed.measure(args.model)}
    if args.runtimes:
        from scripts.benchmarks import runtimes

        return {"model": args.model, "runtimes": runtimes.measure(args.model)}
    from scripts.benchmarks import waiting

    return {"model": args.model, **waiting.measure(args.model, with_keras=not args.without_keras)}


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__.splitlines()[0])
    parser.add_argument(
        "--model", type=cli.model, default=DEFAULT_MODEL, help="stem, or path of one of its files"
    )
    parser.add_argument(
        "--without-keras", action="store_true", help="leave out the comparison with model.predict"
    )
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--runtimes", action="store_true", help="compare the model's runtimes")
    kind.add_argument("--training", action="store_true", help="compare training pipelines")
    kind.add_argument("--load", action="store_true", help="the app beside a crowd of visitors")
    kind.add_argument("--film", action="store_true", help="speed and memory of films")
    parser.add_argument("--minutes", type=int, default=30, help="of the long film of --film")
    kind.add_argument("--batch", action="store_true", help="folders beside the plain loop")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each part of --load")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
