"""The lint of a data set: every defect at once, before an hour of training is spent on it.

    report = lint("fer2013.zip")
    report.exit_code        # 0 clean, 1 warnings, 2 unusable

The data set is read where it is: a zip is never extracted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fer_core.data import findings as checks
from fer_core.data.findings import SEVERITIES, Finding, found
from fer_core.data.scan import ImageFacts, Scan, scan
from fer_core.data.sources import open_source
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS

SPLITS: Final = ("train", "public", "private", "test")
IMBALANCE: Final = 5.0
"""The largest class of train/ may have this many times the images of any other before it is told. A
convention: at 5, always answering the larger of two classes is right for 83 %."""


@dataclass(frozen=True, slots=True)
class LintReport:
    """What the lint found.

    Attributes:
        name: Of the folder or zip.
        images: Readable labelled images.
        copies: How many of them are exact copies of another, not counting one of each group.
        classes: {"train": {"angry": readable images, …}, "test": {…}}; empty where the data set
            could not be opened.
        findings: The defects, gravest first.
    """

    name: str
    images: int
    copies: int
    classes: dict[str, dict[str, int]]
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """0: clean, possibly with remarks; 1: warnings; 2: unusable."""
        grades = {finding.severity for finding in self.findings}
        return 2 if "error" in grades else 1 if "warning" in grades else 0

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "result": ("clean", "warnings", "unusable")[self.exit_code],
            "images": self.images,
            "copies": self.copies,
            "classes": self.classes,
            "findings": [finding.to_dict() for finding in self.findings],
        }


def lint(path: str | Path) -> LintReport:
    """Checks a data set's folder, or the zip of one.

    Reads every file once: about nine seconds for FER-2013's 35,887 images. Never raises for what
    is wrong with the data; a data set that cannot be opened is a finding as well.
    """
    try:
        facts = scan(open_source(path))
    except DataError as error:
        finding = Finding("no_data", "error", str(error), 1)
        return LintReport(Path(path).name, 0, 0, {}, (finding,))
    findings = [finding for check in CHECKS for finding in check(facts)]
    findings.sort(key=lambda finding: -SEVERITIES.index(finding.severity))
    readable = facts.readable
    copies = len(readable) - len({image.digest for image in readable})
    return LintReport(facts.name, len(readable), copies, facts.counts(), tuple(findings))


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
    counts = facts.counts()["train"]
    largest = max(counts, key=lambda name: counts[name])
    # A class without images is "empty_class", not a matter of balance.
    small = [n for n in EMOTIONS if counts[n] > 0 and counts[n] * IMBALANCE < counts[largest]]
    message = (
        f"Classes of train/ with less than a {IMBALANCE:.0f}th of {largest}'s "
        f"{counts[largest]:,} images. Consider class weights, and judge by balanced accuracy."
    )
    cases = [f"train/{name}: {counts[name]:,}" for name in small]
    yield from found("imbalance", "warning", message, cases)


CHECKS: Final[tuple[Callable[[Scan], Iterator[Finding]], ...]] = (
    checks.check_splits,
    checks.check_classes,
    checks.check_unknown_classes,
    checks.check_twins,
    checks.check_refused,
    checks.check_others,
    checks.check_files,
    check_copies,
    check_copies_across_splits,
    check_conflicting_labels,
    check_imbalance,
)
