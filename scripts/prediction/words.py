"""Results in words and as one JSON document, as `scripts/predict.py` prints them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fer_core import Recognizer
from fer_core.batch.look import FilmFault, Result
from fer_core.batch.parts import Counts
from fer_core.batch.rows import CROP_EDGE
from fer_core.labels import EMOTIONS
from fer_core.recognition import photos
from fer_core.recognition.drawing import caption
from fer_core.recognition.photos import PhotoResult, counted
from fer_core.store.names import printable
from fer_core.types import FaceEmotion
from fer_core.video.exports import document
from fer_core.video.film import AnalyzedFilm


def problem_of(result: Result) -> str:
    """Why there is no result, in a line that names the file; "" if there is one."""
    if isinstance(result, AnalyzedFilm) or not result.problem:
        return ""
    return _named(result.name, result.problem)


def _named(file: str, problem: str) -> str:
    name = printable(file)
    told = problem.startswith((f"{name} ", f"{name}:"))  # as the words for films do
    return problem if told else f"{name}: {problem}"


def as_text(result: Result) -> str:
    """A line for the file, and one for each face and for what was amiss."""
    if isinstance(result, AnalyzedFilm):
        return "\n".join(_film_lines(result))
    if isinstance(result, PhotoResult):
        return "\n".join(_photo_lines(result))
    return ""


def summary_of(out: Path, counts: Counts) -> str:
    """What became of the files of a table: "t.csv: 12 files (1 film), 3 not read, 9 faces"."""
    films = f" ({counted(counts.films, 'film')})" if counts.films else ""
    bad = f", {counts.not_read:,} not read" if counts.not_read else ""
    of = f"{counted(counts.files, 'file')}{films}{bad}, {_faces(counts.faces)}"
    return f"{printable(str(out))}: {of}"


def unread_lines(out: Path, counts: Counts, first: Sequence[tuple[str, str]]) -> Iterator[str]:
    """A line for each of the first files that could not be read, and one for the others."""
    yield from (_named(file, problem) for file, problem in first)
    if others := counts.not_read - len(first):
        more = " more" if first else ""
        table = printable(str(out))
        yield f"{others:,}{more} not read: the column “problem” of {table} says which and why."


def hint_at_crops(count: int) -> str:
    """Where faces go that are cut out already; `count` is of pictures that may be some."""
    return (
        f"No face was found in {counted(count, 'picture')} of at most {CROP_EDGE} pixels; faces "
        "that are cut out already, as FER-2013's are, go to scripts/evaluate.py --data, in folders "
        "by expression, or in Python to Recognizer.classify."
    )


def as_document(results: Sequence[Result], recognizer: Recognizer) -> dict[str, Any]:
    """The photos and what the answers came from; "films" only if there are any."""
    pictures = [result for result in results if isinstance(result, PhotoResult)]
    films = [result for result in results if not isinstance(result, PhotoResult)]
    data = photos.document(pictures, recognizer)
    return data | ({"films": [_film_document(film) for film in films]} if films else {})


def _film_document(film: AnalyzedFilm | FilmFault) -> dict[str, Any]:
    if isinstance(film, FilmFault):
        return {"file": film.name, "problem": film.problem}
    return document.document(film)


def _photo_lines(result: PhotoResult) -> list[str]:
    lines = [f"{printable(result.name)}: {_faces(len(result.faces))}"]
    lines += [f"  {result.note}"] if result.note else []
    answers = [_answer(face) for face in result.faces]
    width = max(map(len, [*EMOTIONS, *answers]))
    for number, (face, answer) in enumerate(zip(result.faces, answers, strict=True), start=1):
        box = face.face.box
        lines.append(
            f"  {number:>2}  {answer:<{width}} {face.confidence:>4.0%}  "
            f"box x {box.x}, y {box.y}, {box.width}x{box.height}{_remarks(face)}"
        )
    return lines


def _remarks(face: FaceEmotion) -> str:
    """What makes it hard to read, and by how much it is turned."""
    turned = [f"turned by {face.face.turn}°"] if face.face.turn else []
    return "".join(f", {remark}" for remark in [*face.notes, *turned])


def _answer(face: FaceEmotion) -> str:
    """The expression; of an unsure face the two likeliest, whose first one the share is of."""
    return caption(face) if face.is_unsure else face.answer


def _film_lines(film: AnalyzedFilm) -> list[str]:
    summary = film.summary()
    lines = [
        f"{printable(film.info.name)}: {_faces(len(summary.faces))} in "
        f"{counted(summary.frames, 'analysed frame')}, {summary.start:.1f} to {summary.end:.1f} s"
    ]
    for face in summary.faces:
        answer = face.main_answer
        lines.append(
            f"  {face.number:>2}  {answer:<9} {face.shares[answer]:>4.0%} "
            f"of {face.seconds:.1f} s in view"
        )
    return [*lines, *([f"  {film.note}"] if film.note else [])]


def _faces(count: int) -> str:
    return counted(count, "face") if count else "no faces"
