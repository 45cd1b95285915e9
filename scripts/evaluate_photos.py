"""Measures a model on photographs of your own, faces found and cropped as the app does it.

    python scripts/evaluate_photos.py PATH [--model ultimate_model] [--json]

PATH holds a folder of photographs for each expression to be measured: happy/, neutral/, any of the
seven, names in any case. Of each photograph the largest face counts. Nothing is written.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from fer_core.evaluation import SplitReport
from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.on_photos import PhotoAnswer, answer, find_photos, score
from fer_core.labels import EMOTIONS, UNSURE
from fer_core.recognition.recognizer import Recognizer
from fer_core.store.model_files import DEFAULT_MODEL
from fer_core.training.progress import share_shown
from scripts import cli


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    photos = find_photos(args.photos)
    recognizer = Recognizer.load(args.model)
    answers, show = [], share_shown("the photographs", sys.stderr)
    for result in answer(photos, recognizer):
        answers.append(result)
        show(len(answers) / len(photos))
    report = score(answers, recognizer.card.unsure_below)
    if args.json:
        print(as_json(answers, report, recognizer.detector_name))
    else:
        print(as_table(answers, report, recognizer.detector_name))
    return 1 if any(a.error for a in answers) else 0


def as_table(answers: list[PhotoAnswer], report: SplitReport, detector: str) -> str:
    """A row for each expression that has photographs, the figures of all, and what was not read."""
    lines = [f"{'expression':<12}{'photos':>7}{'no face':>9}  {'recall (95 %)':<22}{'unsure':>7}"]
    for emotion in EMOTIONS:
        own = [a for a in answers if a.photo.emotion == emotion]
        if own:
            recall = _share(report.per_class[emotion].recall)
            lines.append(
                f"{emotion:<12}{len(own):>7}{_without_face(own):>9}  {recall:<22}{_unsure(own):>7}"
            )
    lines.append(f"Right for {_share(report.accuracy)} of {report.n} faces, found by {detector}.")
    selective = report.selective
    if selective and selective.unsure_below:
        lines.append(
            f'Without those below {selective.unsure_below:.2f}, which are "unsure": right for '
            f"{_share(selective.accuracy)} of {selective.coverage:.0%} of them."
        )
    lines += [f"Not read: {a.photo.path}: {a.error}" for a in answers if a.error]
    return "\n".join(lines)


def as_json(answers: list[PhotoAnswer], report: SplitReport, detector: str) -> str:
    """The same figures and every photograph's answer; `report` as in `models/*.report.json`."""
    photos = [
        {
            "photo": str(a.photo.path),
            "label": a.photo.emotion,
            "answer": a.face.to_dict() if a.face else None,
            **({"error": a.error} if a.error else {}),
        }
        for a in answers
    ]
    document = {"detector": detector, "report": report.to_dict(), "photos": photos}
    return json.dumps(document, indent=2)


def _without_face(answers: list[PhotoAnswer]) -> int:
    return sum(a.face is None and not a.error for a in answers)


def _unsure(answers: list[PhotoAnswer]) -> int:
    return sum(a.face is not None and a.face.answer == UNSURE for a in answers)


def _share(estimate: Estimate | None) -> str:
    if estimate is None or estimate.interval is None:
        return "–"
    low, high = estimate.interval
    return f"{estimate.value:.1%} ({low:.1%}–{high:.1%})"


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=cli.path, metavar="PATH", help="folder of class folders")
    parser.add_argument(
        "--model", type=cli.model, default=DEFAULT_MODEL, help="stem, or path of one of its files"
    )
    parser.add_argument("--json", action="store_true", help="figures and answers as JSON")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
