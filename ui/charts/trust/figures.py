"""Charts of the audits: risk and coverage, slices, agreement, harm, differences of two models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fer_core.evaluation.audits.comparison import Comparison, Difference
from fer_core.evaluation.audits.corruptions import KINDS, SEVERITIES
from fer_core.evaluation.audits.robustness import CLEAN, RobustnessReport
from fer_core.evaluation.audits.slices import Agreement, Slice
from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.split_report import SplitReport, Threshold
from fer_core.labels import COLORS, DISPLAY_NAMES
from ui.charts.style import ACCENT, FAINT, LEGEND, SHARE_AXIS, add_intervals, styled
from ui.charts.words import faces, interval, percent

SECOND: Final = "#1B9E77"
"""The second line's colour; over 3:1 on white and on black, as `ACCENT` is."""
ROW: Final = 34
"""Pixels of a row of a chart of dots."""


def risk_coverage(split: SplitReport, at: float) -> go.Figure:
    """The share right against the share answered, with the chosen threshold marked."""
    points = list(split.thresholds)
    figure = go.Figure()
    figure.add_scatter(
        x=[point.answered / split.n for point in points],
        y=[point.right / point.answered for point in points],
        mode="lines",
        line={"color": ACCENT, "width": 2},
        hovertext=[_point_sentence(point, split.n) for point in points],
        hoverinfo="text",
    )
    chosen = point_at(split, at)
    if chosen is not None and chosen.accuracy is not None:
        x = chosen.answered / split.n
        add_intervals(figure, "y", [x], [chosen.accuracy], thickness=1.5, color=ACCENT)
        figure.add_scatter(
            x=[x],
            y=[chosen.accuracy.value],
            mode="markers",
            marker={"size": 12, "color": ACCENT, "line": {"width": 2, "color": "#FFFFFF"}},
            hovertext=[_point_sentence(chosen, split.n)],
            hoverinfo="text",
        )
    lowest = min((point.right / point.answered for point in points), default=0.0)
    low = max(0.0, lowest - 0.1)
    figure.update_xaxes(title="Share answered", range=[0, 1.02], **SHARE_AXIS)
    figure.update_yaxes(title="Right of those", **{**SHARE_AXIS, "range": [low, 1.01]})
    return styled(figure, 340)


def point_at(split: SplitReport, at: float) -> Threshold | None:
    """The curve's point at a threshold; None if nothing is answered there."""
    if not split.thresholds or at > split.thresholds[-1].at + 1e-9:
        return None
    above = [point for point in split.thresholds if point.at >= at - 1e-9]
    return above[0]


def slice_dots(parts: Sequence[Slice]) -> go.Figure:
    """Accuracy of each slice with its interval, the weakest first."""
    order = sorted(parts, key=lambda part: part.accuracy.value)
    labels = [slice_name(part) for part in order]
    found = [part.accuracy for part in order]
    words = [f"{percent(p.accuracy.value, 1)} of {faces(p.n)}" for p in order]
    return _dots(labels, found, words)


def slice_name(part: Slice) -> str:
    """ "brightness 81 to 132", "sharpness 0.12 to 0.48"."""
    digits = 0 if part.high > 10 else 2
    return f"{part.by} {part.low:,.{digits}f} to {part.high:,.{digits}f}"


def agreement_dots(parts: Sequence[Agreement]) -> go.Figure:
    """Accuracy by the label, and by the annotators' majority, for each degree of agreement."""
    labels = [agreement_name(part) for part in parts]
    figure = go.Figure()
    for name, found, color, symbol in (
        ("by the label", [part.accuracy for part in parts], ACCENT, "circle"),
        ("by most annotators", [part.by_annotators for part in parts], SECOND, "diamond"),
    ):
        add_intervals(figure, "x", labels, list(found), thickness=1.5, color=color)
        figure.add_scatter(
            x=[estimate.value for estimate in found],
            y=labels,
            mode="markers",
            name=name,
            showlegend=True,
            marker={"size": 11, "color": color, "symbol": symbol},
            hovertext=[f"Right {name}: {percent(e.value, 1)}<br>{_ends(e)}" for e in found],
            hoverinfo="text",
        )
    for trace in figure.data:
        if trace.name is None:
            trace.showlegend = False
    figure.update_xaxes(range=[0, 1.02], **SHARE_AXIS)
    figure.update_yaxes(ticksuffix=" ", showgrid=False)
    return styled(figure, 90 + 2 * ROW * len(parts), showlegend=True, legend=LEGEND)


def agreement_name(part: Agreement) -> str:
    """ "9 or 10 of 10 agree"."""
    if part.low == 1:
        return f"{part.high} or fewer of 10 agree"
    return f"{part.low} or {part.high} of 10 agree"


def harm_curves(reports: Mapping[str, RobustnessReport], *, calibration: bool) -> go.Figure:
    """Accuracy, or calibration error, by severity: a small chart for each kind of harm.

    Args:
        reports: A model's title → its report; one or two.
    """
    rows = (len(KINDS) + 1) // 2
    figure = make_subplots(
        rows, 2, shared_xaxes=True, shared_yaxes=True, subplot_titles=list(KINDS),
        vertical_spacing=0.07, horizontal_spacing=0.06,
    )  # fmt: skip
    for (title, report), color in zip(reports.items(), (ACCENT, SECOND), strict=False):
        for i, kind in enumerate(KINDS):
            cells = [report.cell(CLEAN, 0), *(report.cell(kind, s) for s in SEVERITIES)]
            known = [cell for cell in cells if cell]
            found = [c.calibration_error if calibration else c.accuracy for c in known]
            figure.add_scatter(
                x=[cell.severity for cell in known],
                y=[estimate.value for estimate in found],
                error_y=_whiskers(found, color),
                mode="lines+markers",
                name=title,
                legendgroup=title,
                showlegend=i == 0 and len(reports) > 1,
                line={"color": color, "width": 2},
                marker={"size": 6},
                hovertext=[_harm_sentence(title, kind, c.severity, e, calibration)
                           for c, e in zip(known, found, strict=True)],
                hoverinfo="text",
                row=i // 2 + 1,
                col=i % 2 + 1,
            )  # fmt: skip
    axis = {**SHARE_AXIS, "range": [0, 0.62 if calibration else 1.0]}
    figure.update_yaxes(**axis)
    figure.update_xaxes(tickvals=[0, *SEVERITIES], showgrid=False, zeroline=False)
    figure.update_annotations(font_size=13)
    styled(figure, 60 + 165 * rows, showlegend=len(reports) > 1, legend={**LEGEND, "y": 1.05})
    return figure.update_layout(margin_t=40)


def difference_dots(found: Comparison) -> go.Figure:
    """Differences of recall with their paired intervals, the largest loss first."""
    order = sorted(found.recall, key=lambda name: found.recall[name].value)
    labels = [DISPLAY_NAMES[name] for name in order]
    differences = [found.recall[name] for name in order]
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": "#808080", "dash": "dash", "width": 1.5})
    figure.add_scatter(
        x=[100 * each.value for each in differences],
        y=labels,
        error_x={
            "array": [100 * (each.high - each.value) for each in differences],
            "arrayminus": [100 * (each.value - each.low) for each in differences],
            "color": ACCENT,
            "thickness": 1.5,
            "width": 5,
        },
        mode="markers",
        marker={"size": 11, "color": [COLORS[name] for name in order]},
        hovertext=[f"{label}: {points_with_sign(each)}" for label, each in zip(
            labels, differences, strict=True)],
        hoverinfo="text",
    )  # fmt: skip
    figure.update_xaxes(title="Recall, points", gridcolor=FAINT, zeroline=False)
    figure.update_yaxes(autorange="reversed", ticksuffix=" ", showgrid=False)
    return styled(figure, 80 + ROW * len(order))


def points_with_sign(difference: Difference) -> str:
    """ "+1.3 points (95 % interval 0.2 to 2.8)"."""
    low, high = (f"{100 * end:.1f}" for end in (difference.low, difference.high))
    blank = "\N{NO-BREAK SPACE}"
    text = f"{100 * difference.value:+.1f} points (95{blank}% interval {low}{blank}to{blank}{high})"
    return text.replace("-", "\N{MINUS SIGN}")


def _dots(labels: list[str], found: list[Estimate], words: list[str]) -> go.Figure:
    figure = go.Figure()
    add_intervals(figure, "x", labels, list(found), thickness=1.5, color=ACCENT)
    figure.add_scatter(
        x=[estimate.value for estimate in found],
        y=labels,
        mode="markers",
        marker={"size": 11, "color": ACCENT},
        hovertext=[f"{w}<br>{_ends(e)}" for w, e in zip(words, found, strict=True)],
        hoverinfo="text",
    )
    figure.update_xaxes(range=[0, 1.02], **SHARE_AXIS)
    figure.update_yaxes(autorange="reversed", ticksuffix=" ", showgrid=False)
    return styled(figure, 60 + ROW * len(labels))


def _whiskers(found: Sequence[Estimate], color: str) -> dict[str, object]:
    ends = [estimate.interval or (estimate.value, estimate.value) for estimate in found]
    return {
        "array": [high - e.value for e, (_, high) in zip(found, ends, strict=True)],
        "arrayminus": [e.value - low for e, (low, _) in zip(found, ends, strict=True)],
        "color": color,
        "thickness": 1,
        "width": 3,
    }


def _ends(estimate: Estimate) -> str:
    return interval(estimate).strip(" ()")


def _point_sentence(point: Threshold, n: int) -> str:
    accuracy = point.accuracy
    right = "" if accuracy is None else f", right for {percent(accuracy.value, 1)}"
    share = percent(point.answered / n)
    return f"“Unsure” below {percent(point.at)}:<br>answers {share} of the faces{right}"


def _harm_sentence(
    title: str, kind: str, severity: int, estimate: Estimate, calibration: bool
) -> str:
    what = "as they are" if severity == 0 else f"{kind}, severity {severity}"
    figure = "calibration error" if calibration else "right for"
    return f"{title}, {what}:<br>{figure} {percent(estimate.value, 1)}<br>{_ends(estimate)}"
