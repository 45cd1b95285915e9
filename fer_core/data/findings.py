"""What the lint finds in a data set, and its report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from fer_core.store.names import printable

Severity = Literal["info", "warning", "error"]
SEVERITIES: Final = ("info", "warning", "error")
MAX_EXAMPLES: Final = 5
RESULTS: Final = ("clean", "warnings", "unusable", "evaluation_only")
"""What a report comes to, in the order of its exit codes."""
_ONLY_FOR_TRAINING: Final = {"missing_split", "missing_class", "empty_class"}
"""The errors that leave a data set good for evaluation: train/ lacks something."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of defect in a data set.

    Attributes:
        code: Short and stable, for other programs: "wrong_size".
        severity: With an "error" nobody can train on the data set, "warning" is to be looked at,
            "info" is to be known.
        message: What is wrong and what to do or what happens now.
        count: How many files, folders or classes have the defect; at least 1.
        examples: Up to `MAX_EXAMPLES` of their paths, with the reason if they differ.
    """

    code: str
    severity: Severity
    message: str
    count: int
    examples: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES or self.count < 1:
            raise ValueError(
                f"A finding is one of {SEVERITIES} and counts at least 1. "
                f"Received: {self.severity!r}, {self.count}"
            )

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "examples": list(self.examples)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Finding:
        """The inverse; raises KeyError, TypeError or ValueError if `data` is damaged."""
        examples = tuple(str(example) for example in data["examples"])
        code, message = str(data["code"]), str(data["message"])
        return cls(code, data["severity"], message, int(data["count"]), examples)

    def in_words(self) -> str:
        """The message, the count and the examples in one line."""
        rest = f", and {self.count - len(self.examples):,} more"
        more = rest if self.count > len(self.examples) > 0 else ""
        shown = f" {'; '.join(self.examples).rstrip('.')}{more}." if self.examples else ""
        return f"{self.count:,} × {self.message}{shown}"


@dataclass(frozen=True, slots=True)
class LintReport:
    """What the lint found.

    Attributes:
        name: Of the folder or zip.
        images: Readable labelled images.
        copies: How many of them are exact copies of another, not counting one of each group.
        classes: {"train": {"angry": readable images, …}, "test": {…}}; empty if the data set could
            not be opened.
        findings: The defects, gravest first.
    """

    name: str
    images: int
    copies: int
    classes: dict[str, dict[str, int]]
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """0: clean, possibly with remarks; 1: warnings; 2: unusable; 3: only to be evaluated."""
        grades = {finding.severity for finding in self.findings}
        if "error" in grades:
            return 3 if self.evaluable else 2
        return 1 if "warning" in grades else 0

    @property
    def result(self) -> str:
        """One of `RESULTS`."""
        return RESULTS[self.exit_code]

    @property
    def trainable(self) -> bool:
        """Whether the data set can be trained on."""
        return all(finding.severity != "error" for finding in self.findings)

    @property
    def evaluable(self) -> bool:
        """Whether a network can be evaluated on it: it has test images, whatever train/ lacks."""
        errors = {finding.code for finding in self.findings if finding.severity == "error"}
        return errors <= _ONLY_FOR_TRAINING and any(self.classes.get("test", {}).values())

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "result": self.result,
            "training": self.trainable,
            "evaluation": self.evaluable,
            "images": self.images,
            "copies": self.copies,
            "classes": self.classes,
            "findings": [finding.to_dict() for finding in self.findings],
        }


def found(code: str, severity: Severity, message: str, cases: Iterable[str]) -> Iterator[Finding]:
    """One finding about `cases`, or none if there are none."""
    cases = list(cases)
    if cases:
        examples = tuple(printable(case) for case in cases[:MAX_EXAMPLES])
        yield Finding(code, severity, message, len(cases), examples)
