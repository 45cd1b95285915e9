"""An ablation's report → a chart with one row a cell, and sentences on chart and verdicts."""

from __future__ import annotations

from typing import Final

import plotly.graph_objects as go

from fer_core.evaluation.ablation_report import (
    NOT_CONFIRMED,
    PLAIN,
    UNDECIDABLE,
    AblationReport,
    Cell,
    CellResult,
    Claim,
    PairedTest,
)
from fer_core.evaluation.estimates import Estimate
from ui.charts.style import ACCENT, FAINT, add_intervals, styled
from ui.charts.words import interval, percent

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

GRAY = "#808080"  # over 3:1 on white and on black alike


def ablation_dots(report: AblationReport, name: str) -> go.Figure:
    """One figure of every cell.

    Args:
        name: One of `ablation_report.FIGURES`.
    """
    # A dot's place is what counts, so that the axis need not begin at zero.
    factor = 1 if name == "neutral_bias_index" else 100
    titles = [cell_title(result.cell) for result in report.cells]
    figure = go.Figure()
    if name == "neutral_bias_index":
        figure.add_vline(x=1, line={"color": GRAY, "dash": "dot", "width": 1.5}, layer="below")
    found = [result.figures[name] for result in report.cells]
    add_intervals(
        figure,
        "x",
        titles,
        [_scaled(estimate, factor) for estimate in found],
        thickness=2,
        color=GRAY,
    )
    _add_runs(figure, report, name, factor)
    known = [(r, t, e) for r, t, e in zip(report.cells, titles, found, strict=True) if e]
    figure.add_scatter(
        x=[factor * estimate.value for _, _, estimate in known],
        y=[title for _, title, _ in known],
        mode="markers",
        marker={
            "size": 12,
            "symbol": [_symbol(result) for result, _, _ in known],
            "color": [GRAY if r.cell.network == PLAIN else ACCENT for r, _, _ in known],
            "line": {"width": 2.5, "color": [_rim(r) for r, _, _ in known]},
        },
        hovertext=[_sentence(result, name) for result, _, _ in known],
        hoverinfo="text",
    )
    suffix = "" if factor == 1 else " %"
    figure.update_xaxes(
        showgrid=True, gridcolor=FAINT, zeroline=False, ticksuffix=suffix, showticksuffix="last"
    )
    figure.update_yaxes(
        autorange="reversed", ticksuffix=" ", showgrid=False,
        categoryorder="array", categoryarray=titles,
    )  # fmt: skip
    return styled(figure, 60 + 36 * len(titles))


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
    """ " (95 % interval 21.5 to 24.6 %)", or nothing."""
    return interval(estimate, share=name != "neutral_bias_index")


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


def _add_runs(figure: go.Figure, report: AblationReport, name: str, factor: int) -> None:
    runs = [
        (cell_title(result.cell), run.figures[name])
        for result in report.cells
        for run in result.runs
    ]
    figure.add_scatter(
        x=[factor * estimate.value for _, estimate in runs if estimate],
        y=[title for title, estimate in runs if estimate],
        mode="markers",
        marker={"size": 5, "color": GRAY},
        hoverinfo="skip",
    )


def _scaled(estimate: Estimate | None, factor: int) -> Estimate | None:
    if estimate is None or estimate.interval is None:
        return None
    low, high = estimate.interval
    return Estimate(factor * estimate.value, factor * low, factor * high)


def _symbol(result: CellResult) -> str:
    if result.cell.network == PLAIN:
        return "diamond"
    return "circle" if result.cell.size == 96 else "circle-open"


def _rim(result: CellResult) -> str:
    return GRAY if result.cell.network == PLAIN else ACCENT


def _sentence(result: CellResult, name: str) -> str:
    estimate = result.figures[name]
    assert estimate is not None
    single = [run.figures[name] for run in result.runs]
    each = ", ".join(say(name, run.value) for run in single if run)
    # In lines: Plotly cuts off what is wider than a telephone.
    ends = say_interval(name, estimate).replace(" (", "<br>(", 1)
    return f"{cell_title(result.cell)}: {say(name, estimate.value)}{ends}<br>Trainings: {each}"


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
