"""Prints the apparent expression of every face in some photos.

    python scripts/predict.py PHOTO… [--json] [--out DIR] [--model STEM]

A photo that cannot be read is one line on the error output, and the others go on.
Exit status: 0 if every photo was read, 1 if not, 2 if nothing could begin.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from fer_core import FaceEmotion, Recognizer, decode_image
from fer_core.errors import FerError
from fer_core.recognition.drawing import annotate
from fer_core.store.model_files import DEFAULT_MODEL
from scripts import cli

JPEG_QUALITY = 92


@dataclass(frozen=True, slots=True)
class Outcome:
    """One photo's faces, or why there are none to tell of."""

    photo: Path
    faces: tuple[FaceEmotion, ...] = ()
    annotated: Path | None = None
    error: str = ""

    def to_dict(self) -> dict[str, Any]:
        if self.error:
            return {"photo": str(self.photo), "error": self.error}
        result: dict[str, Any] = {
            "photo": str(self.photo),
            "faces": [face.to_dict() for face in self.faces],
        }
        if self.annotated:
            result["annotated"] = str(self.annotated)
        return result

    def to_text(self) -> str:
        count = len(self.faces)
        head = f"{self.photo}: {count or 'no'} face{'s' * (count != 1)}"
        return "\n".join([head, *(_face_line(i, f) for i, f in enumerate(self.faces, start=1))])


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    recognizer = Recognizer.load(args.model)
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
    outcomes = []
    for photo in args.photos:
        outcome = look_at(photo, recognizer, _free_name(photo, args.out))
        outcomes.append(outcome)
        if outcome.error:
            print(f"{photo}: {outcome.error}", file=sys.stderr)
        elif not args.json:
            print(outcome.to_text(), flush=True)
    if args.json:
        print(json.dumps(_document(recognizer, outcomes), indent=2))
    return 1 if any(outcome.error for outcome in outcomes) else 0


def look_at(photo: Path, recognizer: Recognizer, target: Path | None) -> Outcome:
    """Analyses one photo and writes its annotated copy to `target`, where that is given."""
    try:
        image = decode_image(photo.read_bytes())
        faces = tuple(recognizer.analyze(image))
        if target:
            Image.fromarray(annotate(image, faces)).save(target, quality=JPEG_QUALITY)
    except FerError as error:
        return Outcome(photo, error=str(error))
    except OSError as error:
        return Outcome(photo, error=f"{error.strerror or error} ({error.filename or photo})")
    return Outcome(photo, faces, target)


def _face_line(number: int, face: FaceEmotion) -> str:
    box = face.face.box
    return (
        f"  {number:>2}  {face.answer:<9} {face.confidence:>4.0%}  "
        f"box x {box.x}, y {box.y}, {box.width}x{box.height}"
    )


def _document(recognizer: Recognizer, outcomes: list[Outcome]) -> dict[str, Any]:
    return {
        "model": recognizer.card.stem,
        "detector": recognizer.detector_name,
        "photos": [outcome.to_dict() for outcome in outcomes],
    }


def _free_name(photo: Path, folder: Path | None) -> Path | None:
    """A name in `folder` that no file has yet: nothing is ever overwritten."""
    if folder is None:
        return None
    target = folder / f"{photo.stem}.annotated.jpg"
    number = 2
    while target.exists():
        target = folder / f"{photo.stem}.annotated-{number}.jpg"
        number += 1
    return target


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=cli.path, nargs="+", metavar="PHOTO")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--out", type=cli.path, metavar="DIR", help="write annotated copies there")
    parser.add_argument(
        "--model", type=cli.model, default=DEFAULT_MODEL, help="stem or path of a model"
    )
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
