"""A split's calibration → reliability diagram."""

from __future__ import annotations

import plotly.graph_objects as go

from fer_core.evaluation.estimates import wilson
from fer_core.evaluation.split_report import ReliabilityBin, SplitReport
from ui.charts.style import ACCENT, FAINT, SHARE_AXIS, add_intervals, styled
from ui.charts.words import faces, percent


def reliability_diagram(split: SplitReport) -> go.Figure:
    """How often answers of each confidence are right, above the number of such answers."""
    bins = [part for part in split.reliability if part.count]
    rights = [wilson(round(part.count * (part.accuracy or 0)), part.count) for part in bins]
    sure = [part.confidence for part in bins]
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": "#808080", "dash": "dash", "width": 1.5},
        hoverinfo="skip",
    )  # fmt: skip
    add_intervals(figure, "y", sure, rights, thickness=1.5, color=ACCENT)
    figure.add_scatter(
        x=sure,
        y=[part.accuracy for part in bins],
        mode="lines+markers",
        line={"color": ACCENT},
        marker={"size": 8},
        hovertext=[_bin_sentence(part) for part in bins],
        hoverinfo="text",
    )
    _add_bin_counts(figure, bins)
    for text, x, y, side in (
        ("more often right<br>than it says", 0.02, 0.98, "left"),
        ("less often right<br>than it says", 0.98, 0.04, "right"),
    ):
        figure.add_annotation(
            text=text, x=x, y=y, showarrow=False, align=side, xanchor=side,
            yanchor="top" if side == "left" else "bottom",
        )  # fmt: skip
    figure.update_xaxes(title="Confidence", range=[0, 1.02], anchor="y2", **SHARE_AXIS)
    return styled(
        figure,
        460,
        yaxis={"title": "Share right", "range": [0, 1.02], "domain": [0.32, 1], **SHARE_AXIS},
    )


def _add_bin_counts(figure: go.Figure, bins: list[ReliabilityBin]) -> None:
    figure.add_bar(
        x=[(part.low + part.high) / 2 for part in bins],
        y=[part.count for part in bins],
        width=[0.9 * (part.high - part.low) for part in bins],
        text=[f"{part.count:,}" for part in bins],
        textposition="outside",
        textangle=-90,
        textfont={"size": 10},
        marker={"color": ACCENT},
        hovertext=[_bin_sentence(part) for part in bins],
        hoverinfo="text",
        yaxis="y2",
    )
    highest = max((part.count for part in bins), default=1)
    figure.update_layout(
        yaxis2={
            "title": "Answers",
            "domain": [0, 0.24],
            "range": [0, 1.6 * highest],  # room for the numbers above the bars
            "showticklabels": False,
            "showgrid": False,
            "zerolinecolor": FAINT,
        }
    )


def _bin_sentence(part: ReliabilityBin) -> str:
    return (
        f"{faces(part.count)} answered with a confidence of "
        f"{100 * part.low:.0f}–{percent(part.high)}:<br>{percent(part.confidence or 0)} sure "
        f"on average, right for {percent(part.accuracy or 0)}"
    )
