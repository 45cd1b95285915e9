"""What the lint finds in a data set, and its report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from fer_core.store.names import printable

Severity = Literal["info", "warning", "error"]
SEVERITIES: Final = ("info", "warning", "error")
MAX_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of defect in a data set.

    Attributes:
        code: Short and stable, for other programs: "wrong_size".
        severity: "error" makes the data set unusable, "warning" is to be looked at, "info" is to
            be known.
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
        """0: clean, possibly with remarks; 1: warnings; 2: unusable."""
        grades = {finding.severity for finding in self.findings}
        return 2 if "error" in grades else 1 if "warning" in grades else 0

    @property
    def usable(self) -> bool:
        """Whether the data set can be trained on."""
        return self.exit_code < 2

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "result": ("clean", "warnings", "unusable")[self.exit_code],
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
