"""Drive the app's live pipeline with real WebRTC clients and print what they saw, as one JSON.

    python -m scripts.live_bench [--sessions 1] [--seconds 30]
    python -m scripts.live_bench --overload --seconds 600
    python -m scripts.live_bench --faults --seconds 15
    python -m scripts.live_bench --cycles 100

The server runs in a process of its own, the viewers in others, over UDP on this machine. Each
viewer shows a film of a real face with a frame counter burnt in, and reads the counter from the
picture that comes back: the delay is camera to screen. Exit status 1 if a promise is broken;
"broken" then says which. Rates and delays mean something on an idle machine only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fer_core.store.model_files import DEFAULT_MODEL
from scripts import cli
from scripts.live_bench import invariants, report, runs
from scripts.live_bench.bench import Bench
from scripts.live_bench.messages import ServerOptions

FACE = Path(__file__).resolve().parents[2] / "ui" / "assets" / "eileen_collins.jpg"


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    options = ServerOptions(
        model=args.model,
        faults=args.faults,
        admit_all=args.overload,
        seats=runs.SEATS if args.faults else None,
    )
    about = report.about(vars(args))
    with Bench(options, FACE if args.film == "face" else Path(args.film)) as bench:
        result = _run(bench, args)
        result["server"] |= bench.service
    broken = invariants.broken(result, faults=args.faults, overload=args.overload)
    print(json.dumps(about | result | {"broken": broken}, indent=2))
    return 1 if broken else 0


def _run(bench: Bench, args: argparse.Namespace) -> dict[str, Any]:
    """The report of the run that was asked for."""
    if args.cycles:
        return runs.visits(bench, args.cycles)
    if args.faults:
        return runs.faults(bench, args.seconds)
    sessions = 2 * bench.service["capacity"] if args.overload else 1
    return runs.steady(bench, args.sessions or sessions, args.seconds)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__)
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
        help="admit viewers beyond capacity, as the app never does",
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
    least = runs.LEAST_SECONDS if args.faults else 1.0
    if args.seconds < least:
        parser.error(f"--seconds is {least:.0f} or more here. Received: {args.seconds:g}")
    return args


if __name__ == "__main__":
    sys.exit(main())
