"""An ablation's report → one row a cell: the mean, its interval, and the single trainings."""

from __future__ import annotations

import plotly.graph_objects as go

from fer_core.evaluation.ablation_report import PLAIN, AblationReport, CellResult
from fer_core.evaluation.estimates import Estimate
from ui.charts.ablation_words import cell_title, say, say_interval
from ui.charts.style import ACCENT, FAINT, add_intervals, styled

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
    interval = say_interval(name, estimate).replace(" (", "<br>(", 1)
    return f"{cell_title(result.cell)}: {say(name, estimate.value)}{interval}<br>Trainings: {each}"
