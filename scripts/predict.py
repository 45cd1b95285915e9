"""Finds the apparent expression of every face in photos and films.

    python scripts/predict.py PATH… [--recursive] [--list FILE] [--annotate DIR] [--model STEM]
    python scripts/predict.py PATH… --out results.parquet|.csv|.jsonl [--workers N] [--resume]

A PATH is a file, a folder, or a quoted pattern such as "photos/**/*.jpg". The first form prints
each file's faces as they are found (--json: one document); the second writes a table with a row for
each face, for each picture or film frame without one, and for each file that could not be read,
with the reason. What was stopped or killed, even by kill -9, goes on with --resume. A new run
replaces an older table at its end, but not one that was altered since, nor what no run wrote.

--annotate writes a copy of each photo and film with its boxes, and films' tables, captions and
JSON. Exit status: 0 if every file was read, 1 if some were not, 2 if nothing could begin or go on
(one sentence says why), 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from fer_core import Recognizer
from fer_core.batch.inputs import Found, find_inputs, read_list
from fer_core.batch.look import Job, Result, look_at
from fer_core.batch.parts import Counts
from fer_core.batch.shards import with_stems
from fer_core.batch.table import require_kind
from fer_core.errors import InputError
from fer_core.recognition.answers.ways import EVERYDAY, MIXES, Way
from fer_core.recognition.photos import PhotoResult, counted
from fer_core.store.files import require_writable
from fer_core.store.model_files import DEFAULT_MODEL
from fer_core.store.names import printable
from fer_core.video.film import FilmSettings
from fer_core.video.film.settings import RATE
from fer_core.video.tracking import SMOOTHING_SECONDS
from scripts import cli
from scripts.prediction import to_table
from scripts.prediction.progress import Progress
from scripts.prediction.words import as_document, as_text, hint_at_crops, problem_of


@cli.command("If you used --out, --resume goes on with it.")
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    if args.out:
        require_kind(args.out)
        require_writable(args.out)
    found = _found(args)
    way = Way(args.looks, args.mix)
    job = Job(Recognizer.load(args.model, way), args.film, args.annotate)
    if args.annotate:
        args.annotate.mkdir(parents=True, exist_ok=True)
    counts = to_table.write(args, found, job) if args.out else _print(args, found, job)
    if counts.crops:
        cli.say(hint_at_crops(counts.crops), sys.stderr)
    return 1 if counts.not_read else 0


def _found(args: argparse.Namespace) -> Found:
    listed = [] if args.list is None else read_list(args.list)
    found = find_inputs(args.paths, listed, recursive=args.recursive, leave_out=args.annotate)
    if not found.inputs:
        raise InputError("The list names no file.")
    for count, words in (
        (found.repeated, "named more than once: each is read once"),
        (found.passed_over, "passed over in folders: hidden, or no picture or film by their names"),
    ):
        if count:
            cli.say(f"{counted(count, 'file')} {words}.", sys.stderr)
    return found


def _print(args: argparse.Namespace, found: Found, job: Job) -> Counts:
    inputs = found.inputs if job.annotate is None else with_stems(found.inputs, job.annotate)
    results: list[Result] = []
    counts = Counts()
    for item in inputs:
        progress = Progress(item.path)
        result = look_at(item, job, beat=progress.update)
        progress.close()
        _say(result, text=not args.json)
        counts += Counts.of(result)
        if args.json:
            results.append(
                replace(result, annotated=None) if isinstance(result, PhotoResult) else result
            )
    if args.json:
        print(json.dumps(as_document(results, job.recognizer), indent=1))
    return counts


def _say(result: Result, *, text: bool) -> None:
    """Says what was amiss on the error output, and the faces if they are wanted as text."""
    problem = problem_of(result)
    if problem:
        cli.say(problem, sys.stderr)
    elif text:
        cli.say(as_text(result))
    elif isinstance(result, PhotoResult) and result.note:
        cli.say(f"{printable(result.name)}: {result.note}", sys.stderr)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__)
    parser.add_argument("paths", nargs="*", metavar="PATH", help="file, folder or quoted pattern")
    parser.add_argument(
        "--list", type=_list, metavar="FILE",
        help="file of more paths, one a line or as find -print0 writes them; - for standard input",
    )  # fmt: skip
    parser.add_argument("--recursive", action="store_true", help="look into folders in folders")
    parser.add_argument(
        "--annotate", type=cli.path, metavar="DIR",
        help="write annotated copies of photos and films, and films' tables and captions, there",
    )  # fmt: skip
    parser.add_argument(
        "--model", type=cli.model, default=DEFAULT_MODEL, help="stem or path of a model"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--looks", type=int, choices=(1, 2), default=2,
        help="2, the default: the mean of a face and its mirror image; 1 takes half the time",
    )  # fmt: skip
    parser.add_argument(
        "--mix", choices=tuple(MIXES), default=EVERYDAY,
        help="the expected mix of expressions: everyday, as in everyday pictures; even, all alike",
    )  # fmt: skip
    table = parser.add_argument_group("a table")
    table.add_argument(
        "--out", type=cli.path, metavar="FILE", help="results.parquet, results.csv or results.jsonl"
    )
    table.add_argument(
        "--workers", type=int, default=_processors(), metavar="N",
        help="processes that work at the same time, of one thread each (one for each processor)",
    )  # fmt: skip
    table.add_argument(
        "--resume", action="store_true", help="go on with the run that was writing this table"
    )
    table.add_argument(
        "--engine", choices=("local", "ray"), default="local",
        help="who works: processes of this machine, or a Ray cluster (docs/scale.md)",
    )  # fmt: skip
    table.add_argument(
        "--address", metavar="HOST:PORT",
        help="of the Ray cluster; without it, one is started on this machine",
    )  # fmt: skip
    film = parser.add_argument_group("films")
    film.add_argument("--start", type=float, default=0.0, metavar="S", help="first second")
    film.add_argument("--end", type=float, metavar="S", help="second before which to end")
    film.add_argument(
        "--rate", type=float, default=RATE, metavar="N",
        help="analysed frames a second (10); 0 for every frame",
    )  # fmt: skip
    film.add_argument(
        "--smoothing", type=float, default=SMOOTHING_SECONDS, metavar="S",
        help="seconds over which probabilities are averaged (0.5)",
    )  # fmt: skip
    args = parser.parse_args(argv)
    _check(parser, args)
    args.film = FilmSettings(
        start=args.start, end=args.end, rate=args.rate, smoothing_seconds=args.smoothing
    )
    return args


def _check(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    if not args.paths and args.list is None:
        parser.error("name a file, a folder or a pattern, or a list of them with --list")
    if args.workers < 1:
        parser.error(f"--workers is at least 1. Received: {args.workers}")
    if args.out is None and args.resume:
        parser.error("--resume goes on with a table: name it with --out")
    if args.out is None and args.engine != "local":
        parser.error("--engine ray writes a table: name it with --out")
    if args.address and args.engine != "ray":
        parser.error("--address is of --engine ray")
    if args.out is not None and args.json:
        parser.error("--json prints a document, --out writes a table (.jsonl too): choose one")


def _list(text: str) -> object:
    """The type of --list: a path, or standard input."""
    return sys.stdin.buffer if text == "-" else cli.path(text)


def _processors() -> int:
    """Those that this process may use, where the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
