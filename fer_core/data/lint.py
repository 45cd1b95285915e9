"""The lint of a data set: every defect at once, before an hour of training is spent on it.

report = lint("fer2013.zip")
report.exit_code        # 0 clean, 1 warnings, 2 unusable, 3 only to be evaluated
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from fer_core.data.findings import SEVERITIES, Finding, LintReport, Severity, found
from fer_core.data.layout import common_name, normal_name
from fer_core.data.left_out import LEFT_OUT_CHECKS
from fer_core.data.scan import ImageFacts, Scan, scan
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.types import FACE_SIDE

SPLITS: Final = ("train", "validation", "public", "private", "test")
IMBALANCE: Final = 5.0
"""How many times the images of any other class the largest of train/ may have without a finding. A
convention: at 5, always answering the larger of two classes is right for 83 %."""


def lint(path: str | Path, *, numbered: bool = False) -> LintReport:
    """Checks a data set, as `scan` reads it.

    Reads every file once, and never raises for what is wrong with the data; a data set that cannot
    be opened is a finding as well.
    """
    try:
        return lint_scan(scan(path, keep_pixels=False, numbered=numbered))
    except DataError as error:
        finding = Finding("no_data", "error", str(error), 1)
        return LintReport(Path(path).name, 0, 0, {}, (finding,))


def lint_scan(facts: Scan) -> LintReport:
    """Checks a data set that has been read."""
    findings = [finding for check in CHECKS for finding in check(facts)]
    findings.sort(key=lambda finding: -SEVERITIES.index(finding.severity))
    readable = facts.readable
    copies = len(readable) - len({image.digest for image in readable})
    return LintReport(facts.name, len(readable), copies, facts.counts, tuple(findings))


def check_splits(facts: Scan) -> Iterator[Finding]:
    if "train" not in facts.parts:
        message = "There is no train/ folder: nothing to learn from. Add train/<class>/."
        yield from found("missing_split", "error", message, ["train"])
    if facts.layout.validation_tests and "validation" in map(common_name, _tops(facts)):
        message = "There is no test/ folder: validation/ is what is evaluated on."
        yield from found("missing_split", "info", message, ["test"])
    elif "test" not in facts.parts:
        message = "There is no test/ folder: nothing to evaluate on. Add test/<class>/."
        yield from found("missing_split", "warning", message, ["test"])


def check_classes(facts: Scan) -> Iterator[Finding]:
    """Missing and empty class folders. Only `train` must have every class."""
    for split in facts.parts:
        severity: Severity = "error" if split == "train" else "warning"
        folders = facts.class_folders.get(split, [])
        present = {facts.layout.expression(PurePosixPath(path).name) for path in folders}
        missing = [f"{split}/{name}" for name in EMOTIONS if name not in present]
        way = (
            f"A network answers all seven: add the missing ones, or only evaluate with {split}/ "
            "renamed to test/."
            if split == "train"
            else "Figures are those of the others."
        )
        message = f"No folder in {split}/ for one of the seven classes. {way}"
        yield from found("missing_class", severity, message, missing)
        counts = facts.counts[split]
        empty = [f"{split}/{name}" for name in EMOTIONS if name in present and not counts[name]]
        message = f"A class without any readable image in {split}/."
        yield from found("empty_class", severity, message, empty)


def check_twins(facts: Scan) -> Iterator[Finding]:
    """Names that differ only by case or Unicode form: on other systems they are one file."""
    message = (
        "Folders whose names differ only by case or Unicode form. They count as one; merge them."
    )
    yield from found("class_twins", "warning", message, _twins(facts.folders))
    message = (
        "Files whose paths differ only by case or Unicode form, or not at all. On Windows and "
        "macOS only one of them can exist; rename them."
    )
    files = [*(image.path for image in facts.images), *facts.others]
    yield from found("file_twins", "warning", message, _twins(files))


def check_files(facts: Scan) -> Iterator[Finding]:
    """Mislabelled, wrong-sized and constant images."""
    images, readable, side = facts.images, facts.readable, FACE_SIDE
    message = "Files that hold another kind of image than their names say. Rename them."
    cases = [f"{i.path} holds {i.kind}" for i in images if i.is_mislabelled]
    yield from found("mislabelled", "warning", message, cases)
    message = f"Images not of {side}x{side} pixels; they are resized, and stretched if not square."
    cases = [f"{i.path}: {_size(i)}" for i in readable if i.shape != (side, side)]
    yield from found("wrong_size", "warning", message, cases)
    message = "Images with one gray value everywhere: they show no face."
    yield from found("constant", "warning", message, [i.path for i in readable if i.constant])


def check_copies(facts: Scan) -> Iterator[Finding]:
    """Copies within a split: they give one face several times the weight."""
    seen: dict[tuple[str, bytes], str] = {}
    cases: dict[str, list[str]] = defaultdict(list)
    for image in facts.readable:
        first = seen.setdefault((image.split, image.digest), image.path)
        if first != image.path:
            cases[image.split].append(f"{image.path} = {first}")
    for split in SPLITS:
        message = f"Images of {split} that are exact copies of another one of {split}."
        yield from found("copies", "warning", message, cases[split])


def check_copies_across_splits(facts: Scan) -> Iterator[Finding]:
    """Images of a later split that stand in an earlier one too: figures on it are flattered."""
    first_in: dict[str, dict[bytes, str]] = {split: {} for split in SPLITS}
    for image in facts.readable:
        first_in[image.split].setdefault(image.digest, image.path)
    for i, split in enumerate(SPLITS):
        for earlier in SPLITS[:i]:
            there = first_in[earlier]
            cases = [
                f"{image.path} = {there[image.digest]}"
                for image in facts.readable
                if image.split == split and image.digest in there
            ]
            message = f"Images of {split} that stand in {earlier} too."
            yield from found("copies_across_splits", "warning", message, cases)


def check_conflicting_labels(facts: Scan) -> Iterator[Finding]:
    groups: dict[bytes, list[ImageFacts]] = defaultdict(list)
    for image in facts.readable:
        groups[image.digest].append(image)
    torn = [group for group in groups.values() if len({image.label for image in group}) > 1]
    message = (
        f"Identical images under different labels, in {len(torn):,} groups: at most one label of "
        "each group can be right."
    )
    cases = [image.path for group in torn for image in group]
    yield from found("conflicting_labels", "warning", message, cases)


def check_imbalance(facts: Scan) -> Iterator[Finding]:
    counts = facts.counts["train"]
    largest = max(counts, key=lambda name: counts[name])
    # A class without images is "empty_class", not a matter of balance.
    small = [n for n in EMOTIONS if counts[n] > 0 and counts[n] * IMBALANCE < counts[largest]]
    message = (
        f"Classes of train/ with less than a {IMBALANCE:.0f}th of {largest}'s "
        f"{counts[largest]:,} images. Consider class weights, and judge by balanced accuracy."
    )
    cases = [f"train/{name}: {counts[name]:,}" for name in small]
    yield from found("imbalance", "warning", message, cases)


def _tops(facts: Scan) -> set[str]:
    return {PurePosixPath(folder).parts[0] for folder in facts.folders}


def _size(image: ImageFacts) -> str:
    height, width = image.shape or (0, 0)
    return f"{width}x{height}"


def _twins(paths: Iterable[str]) -> list[str]:
    groups: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        groups["/".join(map(normal_name, path.split("/")))].append(path)
    return [" = ".join(map(_escaped, group)) for group in groups.values() if len(group) > 1]


def _escaped(path: str) -> str:
    """The path, with combining marks as escapes: NFC and NFD look the same otherwise."""
    return "".join(f"\\u{ord(c):04x}" if unicodedata.combining(c) else c for c in path)


CHECKS: Final[tuple[Callable[[Scan], Iterator[Finding]], ...]] = (
    check_splits,
    check_classes,
    check_twins,
    *LEFT_OUT_CHECKS,
    check_files,
    check_copies,
    check_copies_across_splits,
    check_conflicting_labels,
    check_imbalance,
)
