"""Prints the apparent expression of every face in photos and films.

    python scripts/predict.py FILE… [--json] [--csv FILE] [--out DIR] [--model STEM]
                              [--start S] [--end S] [--rate N] [--smoothing S]

A file that cannot be read is one line on the error output, and the others go on. Of films, --csv
writes a row for each analysed frame and face, and --out tables, captions and JSON.
Exit status: 0 if every file was read, 1 if not, 2 if nothing could begin.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fer_core import Recognizer
from fer_core.recognition import photos
from fer_core.recognition.photos import Photo, PhotoResult
from fer_core.store.files import replace_bytes, require_writable
from fer_core.store.model_files import DEFAULT_MODEL
from fer_core.store.names import free_name, printable
from fer_core.video.film import AnalyzedFilm, FilmSettings, is_film
from fer_core.video.film.settings import RATE
from fer_core.video.tracking import SMOOTHING_SECONDS
from scripts import cli
from scripts.prediction import predict_films
from scripts.prediction.predict_films import FilmFault


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    if args.csv:
        require_writable(args.csv)
    recognizer = Recognizer.load(args.model)
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
    results: list[PhotoResult] = []
    films: list[AnalyzedFilm | FilmFault] = []
    for path in args.files:
        if path in args.films:
            film = predict_films.look_at(path, recognizer, args.settings, args.out)
            films.append(film)
            problem = film.problem if isinstance(film, FilmFault) else ""
            text = "" if isinstance(film, FilmFault) else predict_films.as_text(film)
        else:
            result = look_at(path, recognizer, args.out)
            results.append(result)
            name = printable(result.name)
            problem = result.problem and f"{name}: {result.problem}"
            text = as_text(result)
            if args.json and result.note:
                cli.say(f"{name}: {result.note}", sys.stderr)
        if problem:
            cli.say(problem, sys.stderr)
        elif not args.json:
            cli.say(text)
    if args.csv:
        table = predict_films.as_csv(films) if films else photos.as_csv(results)
        replace_bytes(args.csv, table)
    if args.json:
        data = photos.document(results, recognizer)
        print(json.dumps(data | predict_films.documents(films), indent=1))
    bad = any(result.problem for result in results)
    return 1 if bad or any(isinstance(film, FilmFault) for film in films) else 0


def look_at(path: Path, recognizer: Recognizer, folder: Path | None) -> PhotoResult:
    """Analyses one photo, and writes its annotated copy into `folder` if that is given.

    Nothing is ever overwritten.
    """
    edge = photos.LARGEST_EDGE if folder else None
    result = photos.analyze(Photo.from_file(path), recognizer, edge=edge)
    if folder is None or result.annotated is None:
        return result
    copy = folder / free_name(path.name, lambda n: (folder / n).exists(), ".annotated")
    try:
        copy.write_bytes(result.annotated)
    except OSError as error:
        return PhotoResult(result.name, problem=f"{error.strerror or error} ({copy}).")
    return replace(result, annotated=None, saved_as=str(copy))


def as_text(result: PhotoResult) -> str:
    """A line for the photo, and one for each face."""
    count = len(result.faces)
    lines = [f"{printable(result.name)}: {count or 'no'} face{'s' * (count != 1)}"]
    lines += [f"  {result.note}"] if result.note else []
    for number, face in enumerate(result.faces, start=1):
        box = face.face.box
        lines.append(
            f"  {number:>2}  {face.answer:<9} {face.confidence:>4.0%}  "
            f"box x {box.x}, y {box.y}, {box.width}x{box.height}"
        )
    return "\n".join(lines)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__)
    parser.add_argument("files", type=cli.path, nargs="+", metavar="FILE", help="photo or film")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--csv", type=cli.path, metavar="FILE", help="write the faces as a table: photos or films"
    )
    parser.add_argument(
        "--out", type=cli.path, metavar="DIR",
        help="write annotated copies of photos, and films' tables, captions and JSON, there",
    )  # fmt: skip
    parser.add_argument(
        "--model", type=cli.model, default=DEFAULT_MODEL, help="stem or path of a model"
    )
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
    args.films = {path for path in args.files if is_film(path)}
    if args.csv and args.films and len(args.films) < len(set(args.files)):
        parser.error("--csv writes a table of photos or one of films: give only one kind of file")
    args.settings = FilmSettings(
        start=args.start, end=args.end, rate=args.rate, smoothing_seconds=args.smoothing
    )
    return args


if __name__ == "__main__":
    sys.exit(main())
