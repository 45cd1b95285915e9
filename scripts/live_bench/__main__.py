"""Drives the app's live pipeline with real WebRTC clients and prints what they saw, as one JSON.

    python -m scripts.live_bench [--sessions 1] [--seconds 30]
    python -m scripts.live_bench --overload --seconds 600
    python -m scripts.live_bench --faults --seconds 15
    python -m scripts.live_bench --cycles 100

The server runs in a process of its own, the viewers in others, over UDP on this machine. Each
viewer shows a film of a real face with a frame counter burnt in, and reads the counter from the
picture that comes back: the delay is camera to screen. Exit status 1 where a promise is broken;
"broken" then says which. Linux only. Rates and delays mean something on an idle machine only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts import cli
from scripts.live_bench import fault_run, invariants, report, runs
from scripts.live_bench.bench import Bench, BenchError
from scripts.live_bench.server_options import ServerOptions

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_MODEL = "ultimate_model"
FACE = ROOT / "ui" / "assets" / "eileen_collins.jpg"


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    options = ServerOptions(
        model=args.model,
        faults=args.faults,
        admit_all=args.overload,
        seats=fault_run.SEATS if args.faults else None,
    )
    asked = {name: value for name, value in vars(args).items() if value is not None}
    about = report.about(asked)
    try:
        with Bench(options, FACE if args.film == "face" else Path(args.film)) as bench:
            result, broken = _run(bench, args)
            ready = bench.ready
    except BenchError as error:
        return cli.stop(f"Stopped: {error}")
    result["server"] |= {
        "capacity": ready.capacity,
        "frame_cost_ms": round(ready.frame_cost_ms, 2),
        "detector": ready.detector,
    }
    print(json.dumps(about | result | {"broken": broken}, indent=2))
    return 1 if broken else 0


def _run(bench: Bench, args: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """The report of the run that was asked for, and the promises that it breaks."""
    if args.cycles:
        result = runs.visits(bench, args.cycles)
        return result, invariants.broken_by_visits(result)
    if args.faults:
        result = fault_run.faults(bench, args.seconds)
        return result, invariants.broken_by_faults(result)
    if args.overload:
        result = runs.steady(bench, args.sessions or 2 * bench.ready.capacity, args.seconds)
        return result, invariants.broken_by_overload(result)
    result = runs.steady(bench, args.sessions or 1, args.seconds)
    return result, invariants.broken(result)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, help="viewers; 1, or twice what fits at --overload")
    parser.add_argument("--seconds", type=float, default=30.0, help="for which they are measured")
    parser.add_argument(
        "--model", type=cli.model, default=DEFAULT_MODEL, help="stem, or path of one of its files"
    )
    parser.add_argument(
        "--film", type=cli.model, default="face", help='"face", or a picture with one face'
    )
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--overload",
        action="store_true",
        help="take viewers beyond capacity, as the app never does",
    )
    kind.add_argument(
        "--faults",
        action="store_true",
        help="failing and hanging analyses, undecodable frames, another resolution, a killed "
        "viewer, two tabs, a refusal",
    )
    kind.add_argument("--cycles", type=int, help="visits that begin and end, instead of a long one")
    args = parser.parse_args(argv)
    if args.sessions is not None and args.sessions < 1:
        parser.error(f"--sessions is 1 or more. Received: {args.sessions}")
    if args.cycles is not None and args.cycles < 1:
        parser.error(f"--cycles is 1 or more. Received: {args.cycles}")
    if args.film != "face" and not Path(args.film).is_file():
        parser.error(f'--film is "face" or a picture. There is no file {args.film}.')
    least = fault_run.LEAST_SECONDS if args.faults else 1.0
    if args.seconds < least:
        parser.error(f"--seconds is {least:.0f} or more here. Received: {args.seconds:g}")
    return args


if __name__ == "__main__":
    sys.exit(main())
