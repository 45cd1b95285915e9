"""Measures what harms a network: blur, darkness, JPEG, noise, small faces, turn, covered faces.

    python scripts/trust/robustness.py --model ultimate_model [--data PATH]

Each in five severities, over PublicTest (or all of test/); noisy faces are smoothed before the
network sees them, as the app does it. STEM.robustness.json goes beside the model and is written
after each step: stopped, the same command goes on. Minutes on two cores.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from fer_core.data.dataset import Dataset, load_dataset
from fer_core.errors import DataError, ReportError
from fer_core.evaluation.audits import robustness
from fer_core.evaluation.audits.corruptions import KINDS, SEVERITIES
from fer_core.evaluation.on_dataset import NO_TEST_IMAGES
from fer_core.images.denoising import denoised
from fer_core.recognition.classifier import Classifier
from fer_core.store.model_files import ROBUSTNESS_SUFFIX, load_model, model_file
from fer_core.training.progress import share_shown
from scripts import cli


@cli.command("The same command goes on.")
def main(argv: Sequence[str] | None = None) -> int:
    args = _arguments(argv)
    card, network = load_model(args.model)
    target = args.out or model_file(args.model, ROBUSTNESS_SUFFIX)
    dataset = load_dataset(args.data, numbered=args.numbered)
    faces = _faces(dataset)
    known = _known(target, card.stem, hashlib.sha256(network).hexdigest(), dataset.fingerprint)
    classifier = Classifier(network, threads=args.threads)
    report = robustness.measure(
        lambda faces: classifier.predict(denoised(faces)),  # as the app asks it
        faces.images,
        faces.labels,
        known,
        target,
        share_shown("the harmed faces", sys.stderr),
    )
    cli.say(as_table(report))
    return 1 if dataset.left_out else 0


def as_table(report: robustness.RobustnessReport) -> str:
    """Accuracy of each kind and severity, and the mean of the kind; the calibration error below."""
    clean = report.clean
    lines = (
        [f"Right for {clean.accuracy.value:.1%} of {clean.n:,} faces as they are."] if clean else []
    )
    lines.append(f"{'accuracy':<16}" + "".join(f"{severity:>8}" for severity in SEVERITIES))
    for kind in KINDS:
        cells = [report.cell(kind, severity) for severity in SEVERITIES]
        lines.append(f"{kind:<16}" + "".join(f"{c.accuracy.value:>8.1%}" for c in cells if c))
    lines.append(f"{'calibration':<16}")
    for kind in KINDS:
        cells = [report.cell(kind, severity) for severity in SEVERITIES]
        values = "".join(f"{c.calibration_error.value:>8.3f}" for c in cells if c)
        lines.append(f"{kind:<16}{values}")
    return "\n".join(lines)


def _faces(dataset: Dataset) -> Dataset:
    """PublicTest, or the whole test part of a data set without it."""
    public = dataset.splits == robustness.PART
    test = dataset.where(public if public.any() else dataset.is_test)
    if not len(test):
        raise DataError(NO_TEST_IMAGES)
    return test


def _known(path: Path, stem: str, network: str, data: str) -> robustness.RobustnessReport:
    """What the file holds of this network on these data; nothing of another."""
    empty = robustness.RobustnessReport(stem, network, data)
    try:
        known = robustness.load_robustness(path)
    except ReportError:
        return empty
    same = (known.model_sha256, known.data_sha256) == (network, data)
    return known if same else empty


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.parser(__doc__)
    parser.add_argument("--model", type=cli.model, required=True, help="stem, or one of its files")
    parser.add_argument("--out", type=cli.path, help="default: STEM.robustness.json by the model")
    parser.add_argument("--threads", type=int, default=2, help="of the network (2)")
    return cli.parse_with_data(parser, argv)


if __name__ == "__main__":
    sys.exit(main())
