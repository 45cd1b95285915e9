"""Prints the apparent expression of every face in some photos.

    python scripts/predict.py PHOTO… [--json] [--csv FILE] [--out DIR] [--model STEM]

A photo that cannot be read is one line on the error output, and the others go on.
Exit status: 0 if every photo was read, 1 if not, 2 if nothing could begin.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fer_core import Recognizer
from fer_core.recognition import photos
from fer_core.recognition.photos import Photo, PhotoResult
from fer_core.store.files import replace_bytes
from fer_core.store.model_files import DEFAULT_MODEL
from scripts import cli


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    recognizer = Recognizer.load(args.model)
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
    results = []
    for path in args.photos:
        result = look_at(path, recognizer, args.out)
        results.append(result)
        if result.problem:
            print(f"{result.name}: {result.problem}", file=sys.stderr)
        elif not args.json:
            print(as_text(result), flush=True)
    if args.csv:
        replace_bytes(args.csv, photos.as_csv(results))
    if args.json:
        print(photos.as_json(results, recognizer).decode())
    return 1 if any(result.problem for result in results) else 0


def look_at(path: Path, recognizer: Recognizer, folder: Path | None) -> PhotoResult:
    """Analyses one photo, and writes its annotated copy into `folder` if that is given.

    Nothing is ever overwritten.
    """
    edge = photos.LARGEST_EDGE if folder else None
    result = photos.analyze(Photo.from_file(path), recognizer, edge=edge)
    if folder is None or result.annotated is None:
        return result
    copy = folder / photos.free_name(path.name, lambda n: (folder / n).exists(), ".annotated")
    try:
        copy.write_bytes(result.annotated)
    except OSError as error:
        return PhotoResult(result.name, problem=f"{error.strerror or error} ({copy}).")
    return replace(result, annotated=None, saved_as=str(copy))


def as_text(result: PhotoResult) -> str:
    """A line for the photo, and one for each face."""
    count = len(result.faces)
    lines = [f"{result.name}: {count or 'no'} face{'s' * (count != 1)}"]
    for number, face in enumerate(result.faces, start=1):
        box = face.face.box
        lines.append(
            f"  {number:>2}  {face.answer:<9} {face.confidence:>4.0%}  "
            f"box x {box.x}, y {box.y}, {box.width}x{box.height}"
        )
    return "\n".join(lines)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=cli.path, nargs="+", metavar="PHOTO")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--csv", type=cli.path, metavar="FILE", help="write the faces as a table")
    parser.add_argument("--out", type=cli.path, metavar="DIR", help="write annotated copies there")
    parser.add_argument(
        "--model", type=cli.model, default=DEFAULT_MODEL, help="stem or path of a model"
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
