"""The ablation in words: names of its cells, and a reading of each chart and verdict."""

from __future__ import annotations

from typing import Final

from fer_core.evaluation.ablation_report import (
    NOT_CONFIRMED,
    PLAIN,
    UNDECIDABLE,
    AblationReport,
    Cell,
    Claim,
    PairedTest,
)
from fer_core.evaluation.estimates import Estimate
from ui.charts.words import percent

TITLES: Final = {
    "false_neutral_rate": "False Neutral",
    "neutral_bias_index": "Neutral bias",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced",
    "disgust_recall": "Disgust recall",
}
"""Short names of the figures, the claims' own first."""

MEANINGS: Final = {
    "false_neutral_rate": "the share of faces with another label that were called neutral",
    "neutral_bias_index": "how often neutral was answered for each time it is the label",
    "accuracy": "the share of right answers",
    "balanced_accuracy": "the mean recall of the expressions",
    "disgust_recall": "the share of disgusted faces recognised",
}

LEGEND: Final = (
    "48 px and 96 px: MobileNetV2 with faces of that size inside. Smoothed: label smoothing of "
    "0.1. Weighted: full class weights. Both: the two together. Lines are 95 % intervals, small "
    "dots single trainings."
)


def cell_title(cell: Cell) -> str:
    """ "96 px, smoothed"; "Standard network" for the plain one."""
    if cell.network == PLAIN:
        return "Standard network"
    smoothed, weighted = cell.label_smoothing > 0, cell.class_weights != "none"
    settings = {
        (False, False): "",
        (True, False): ", smoothed",
        (False, True): ", weighted",
        (True, True): ", both",
    }
    return f"{cell.size} px{settings[smoothed, weighted]}"


def say(name: str, value: float) -> str:
    """A figure's value: "23.1 %", or "1.24" for the Neutral-bias index."""
    return f"{value:.2f}" if name == "neutral_bias_index" else percent(value, 1)


def say_interval(name: str, estimate: Estimate) -> str:
    """ " (95 % interval 21.5 % to 24.6 %)", or nothing."""
    if estimate.interval is None:
        return ""
    low, high = (say(name, end) for end in estimate.interval)
    return f" (95 % interval {low} to {high})"


def read_cells(report: AblationReport, name: str) -> str:
    """Which cells stand at the ends of a figure."""
    found = [(r.figures[name], cell_title(r.cell)) for r in report.cells]
    known = [(estimate.value, title) for estimate, title in found if estimate is not None]
    start = f"{MEANINGS[name][0].upper()}{MEANINGS[name][1:]}"
    if not known:
        return f"{start}: these images have none."
    (low, lowest), (high, highest) = min(known), max(known)
    return f"{start}: from {say(name, low)} ({lowest}) to {say(name, high)} ({highest}). {LEGEND}"


def read_verdict(claim: Claim) -> str:
    """Why the verdict is what it is."""
    test = claim.test
    if test is None:
        return "Its networks are not all trained yet."
    return f"{_effect(test)} {_certainty(test)}{_conclusion(claim.verdict, test)}"


def read_design(report: AblationReport) -> str:
    """What was trained and what it was judged on, in one sentence."""
    runs = sum(len(result.runs) for result in report.cells)
    part = "PublicTest" if report.test_part == "public" else "the test part"
    return (
        f"{runs} networks trained alike but for what is compared, and judged on the "
        f"{report.test_images:,} faces of {part}, which chose nothing here."
    )


def p_value(p: float) -> str:
    """ "p = 0.012" or "p < 0.001"."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _effect(test: PairedTest) -> str:
    count = f"{abs(100 * test.difference.value):.1f}"
    change = f"{count} {'more' if test.difference.value > 0 else 'fewer'}"
    if count == "0.0":
        change = "just as many"
    if test.event == "correct":
        return f"It answers {change} of every 100 faces right ({test.images:,} faces)."
    return (
        f"With it, {change} of every 100 faces with another label are called neutral "
        f"({test.images:,} faces)."
    )


def _certainty(test: PairedTest) -> str:
    low, high = (f"{100 * end:.1f}" for end in (test.benefit.low, test.benefit.high))
    seeds = ", ".join(f"{100 * value:.1f}" for value in test.seed_benefits)
    return (
        f"95 % interval of the benefit: {low} to {high}; training by training: {seeds}; "
        f"{p_value(test.p_holm)} after correction."
    ).replace("-", "\u2212")  # minus signs


def _conclusion(verdict: str, test: PairedTest) -> str:
    if verdict == NOT_CONFIRMED:
        opposite = max(test.seed_benefits) < 0
        return " It points the other way." if opposite else " There is no benefit worth the name."
    if verdict == UNDECIDABLE:
        if len(test.seeds) < 2:
            return " One training is too few to decide."
        return " A benefit is as possible as none."
    return ""
