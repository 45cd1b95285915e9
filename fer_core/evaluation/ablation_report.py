"""`models/ablation.json`: the cells' figures, the tests, and a verdict for each claim.

The value objects, checked once, that the Evaluation page reads; `scripts/ablation` makes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from fer_core.errors import ReportError, command
from fer_core.evaluation.estimates import Estimate, Json, check_ascending, read_count, read_estimate
from fer_core.store.files import read_json, replace_text

ABLATION_FILE: Final = "ablation.json"
_REMEDY: Final = f"Write it again with `{command('-m scripts.ablation --report-only')}`."
MOBILENET: Final = "mobilenet_v2"
PLAIN: Final = "plain_cnn"
FIGURES: Final = (
    "accuracy",
    "balanced_accuracy",
    "neutral_bias_index",
    "false_neutral_rate",
    "disgust_recall",
)
EVENTS: Final = ("false_neutral", "correct")
CONFIRMED, NOT_CONFIRMED, UNDECIDABLE = "confirmed", "not confirmed", "not decidable"
VERDICTS: Final = (CONFIRMED, NOT_CONFIRMED, UNDECIDABLE)

Figures = Mapping[str, Estimate | None]
"""One estimate for each of `FIGURES`; None for one that does not exist."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One treatment.

    Attributes:
        network: "mobilenet_v2" with ImageNet weights, or "plain_cnn" from scratch.
        size: Side of the faces inside the network, in pixels: 48 is as they are, 96 upscaled.
        label_smoothing: In [0, 1).
        class_weights: "none" or "balanced", see `DataConfig`.
    """

    network: str
    size: int
    label_smoothing: float
    class_weights: str

    @property
    def name(self) -> str:
        """Unique among cells, and fit for a file's name: "mobilenet_v2-96-smoothed-weighted"."""
        smoothed = "smoothed" if self.label_smoothing else "hard"
        weighted = "weighted" if self.class_weights != "none" else "unweighted"
        return f"{self.network}-{self.size}-{smoothed}-{weighted}"


@dataclass(frozen=True, slots=True)
class CellRun:
    """One trained network of a cell.

    Attributes:
        seed: Of every random choice.
        figures: On the test part, with intervals over its images.
        training: How it was trained, see `scripts.ablation.work.RunRecord`.
    """

    seed: int
    figures: Figures
    training: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CellResult:
    """A cell's figures: the mean over its seeds.

    Attributes:
        cell: The treatment.
        figures: Means over `runs`. Shares have Wilson's interval at the number of images, for the
            seeds answer to the same ones; the others a bootstrap over images and seeds.
        runs: One a seed, at least one.
    """

    cell: Cell
    figures: Figures
    runs: tuple[CellRun, ...]

    def __post_init__(self) -> None:
        if not self.runs:
            raise ValueError(f"the cell {self.cell.name} has no runs")
        for figures in (self.figures, *(run.figures for run in self.runs)):
            if set(figures) != set(FIGURES):
                raise ValueError(f"the figures of {self.cell.name} are not {', '.join(FIGURES)}")


@dataclass(frozen=True, slots=True)
class Difference:
    """Treatment minus control, in [-1, 1], with its 95 % interval."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        expected = "a difference is -1 ≤ low ≤ value ≤ high ≤ 1"
        check_ascending(expected, -1.0, self.low, self.value, self.high, 1.0)


@dataclass(frozen=True, slots=True)
class PairedTest:
    """Two treatments on the same images; see `paired.mcnemar`.

    Attributes:
        claim: The claim's name that it bears on.
        event: "false_neutral" (a face with another label is called neutral; only such faces count)
            or "correct" (all faces count).
        treated, control: Names of cells; the first of one is paired with the first of the other.
        seeds: Trainings that every one of these cells has; summed, image by image.
        images: Faces that count.
        more, fewer: Faces with more, and with fewer, events under the treatment.
        difference: In the event's rate, over pairs and seeds; bootstrap over images and seeds.
        by_seed: The same difference for each of `seeds` alone.
        p: Two-sided, exact.
        p_holm: Corrected over all tests of the report (Holm 1979).
    """

    claim: str
    event: str
    treated: tuple[str, ...]
    control: tuple[str, ...]
    seeds: tuple[int, ...]
    images: int
    more: int
    fewer: int
    difference: Difference
    by_seed: tuple[float, ...]
    p: float
    p_holm: float

    def __post_init__(self) -> None:
        if self.event not in EVENTS:
            raise ValueError(f"an event is one of {', '.join(EVENTS)}. Received: {self.event!r}")
        check_ascending("p values are 0 ≤ p ≤ p_holm ≤ 1", 0.0, self.p, self.p_holm, 1.0)
        if len(self.by_seed) != len(self.seeds) or len(self.treated) != len(self.control):
            raise ValueError("a test has one difference for each seed, and its cells are paired")

    @property
    def benefit(self) -> Difference:
        """The difference, signed so that more is better: fewer false Neutrals, or more right."""
        d = self.difference
        return d if self.event == "correct" else Difference(-d.value, -d.high, -d.low)

    @property
    def seed_benefits(self) -> tuple[float, ...]:
        sign = 1 if self.event == "correct" else -1
        return tuple(sign * value for value in self.by_seed)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim and what became of it.

    Attributes:
        name: "upscaling", "smoothing" or "transfer".
        statement: The claim in a sentence.
        verdict: One of `VERDICTS`, by the report's rule.
        test: The test that decides, or None if its cells are not trained yet.
    """

    name: str
    statement: str
    verdict: str
    test: PairedTest | None

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"a verdict is {', '.join(VERDICTS)}. Received: {self.verdict!r}")


@dataclass(frozen=True, slots=True)
class AblationReport:
    """What the ablation found.

    Attributes:
        cells: Those with at least one finished run, in the design's order.
        tests: All that were made, the family over which p was corrected.
        claims: One verdict each.
        missing: Names of runs that are not finished.
        test_part: "public" or "test".
        test_images: Its size.
        tiny: Whether this was a trial of the machinery, whose figures mean nothing.
        rule: How verdicts are reached, in words.
        protocol: What was done, one sentence each.
        settings: Plan, costs and search as they were, for the record.
        data_sha256: Of the data set.
        created: Date and time, ISO 8601.
    """

    cells: tuple[CellResult, ...]
    tests: tuple[PairedTest, ...]
    claims: tuple[Claim, ...]
    missing: tuple[str, ...]
    test_part: str
    test_images: int
    tiny: bool
    rule: str
    protocol: tuple[str, ...]
    settings: Mapping[str, Any]
    data_sha256: str = ""
    created: str = ""

    def __post_init__(self) -> None:
        if not self.cells:
            raise ValueError("an ablation has at least one cell. Received: none")
        names = {result.cell.name for result in self.cells}
        for test in self.tests:
            unknown = sorted({*test.treated, *test.control} - names)
            if unknown:
                raise ValueError(f"a test compares {unknown[0]}, which is no cell of the report")

    def to_dict(self) -> dict[str, Any]:
        """The shape of the JSON file; tests are told apart by their place in the list."""
        values = asdict(self)
        for claim, source in zip(values["claims"], self.claims, strict=True):
            claim["test"] = None if source.test is None else self.tests.index(source.test)
        return values

    @classmethod
    def from_dict(cls, data: Json) -> AblationReport:
        """Reads what `to_dict` wrote.

        Raises KeyError, TypeError, ValueError, IndexError or AttributeError if it is damaged.
        """
        tests = tuple(map(_read_test, data["tests"]))
        return cls(
            cells=tuple(map(_read_cell, data["cells"])),
            tests=tests,
            claims=tuple(_read_claim(values, tests) for values in data["claims"]),
            missing=tuple(map(str, data["missing"])),
            test_part=str(data["test_part"]),
            test_images=read_count(data["test_images"]),
            tiny=bool(data["tiny"]),
            rule=str(data["rule"]),
            protocol=tuple(map(str, data["protocol"])),
            settings=dict(data["settings"]),
            data_sha256=str(data.get("data_sha256", "")),
            created=str(data.get("created", "")),
        )


def load_ablation(path: Path | str) -> AblationReport:
    """Reads an ablation's report.

    Raises:
        ReportError: The file is missing, not JSON, or not such a report; the message names file
            and fault.
    """
    return read_json(Path(path), ReportError, _REMEDY, AblationReport.from_dict)


def save_ablation(report: AblationReport, path: Path | str) -> None:
    """Writes the report as JSON, complete or not at all."""
    replace_text(Path(path), json.dumps(report.to_dict(), indent=1, allow_nan=False) + "\n")


def _read_cell(data: Json) -> CellResult:
    runs = (
        CellRun(read_count(run["seed"]), _read_figures(run["figures"]), dict(run["training"]))
        for run in data["runs"]
    )
    return CellResult(Cell(**data["cell"]), _read_figures(data["figures"]), tuple(runs))


def _read_figures(data: Json) -> Figures:
    return {name: read_estimate(values) for name, values in data.items()}


def _read_test(data: Json) -> PairedTest:
    lists = {name: tuple(data[name]) for name in ("treated", "control", "seeds", "by_seed")}
    return PairedTest(**{**data, **lists, "difference": Difference(**data["difference"])})


def _read_claim(data: Json, tests: tuple[PairedTest, ...]) -> Claim:
    test = None if data["test"] is None else tests[read_count(data["test"])]
    return Claim(str(data["name"]), str(data["statement"]), str(data["verdict"]), test)
