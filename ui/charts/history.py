"""A training run's history → curves of training and validation."""

from __future__ import annotations

from typing import Final

import plotly.graph_objects as go

from fer_core.evaluation.history import History
from ui.charts.style import ACCENT, FAINT, LEGEND, styled
from ui.charts.words import Measure, percent, points

# Over 3:1 on white and on black alike. The dash says it without colour.
TRAINING: Final = {"color": "#808080", "dash": "dot", "width": 2.5}
VALIDATION: Final = {"color": ACCENT, "dash": "solid", "width": 2.5}
SHADES: Final = ("rgba(128, 128, 128, 0.06)", "rgba(128, 128, 128, 0.16)")
TENTHS: Final = tuple(i / 10 for i in range(11))
NARROW: Final = 300  # pixels of plot on a telephone
LETTER: Final = 7  # pixels


def history_curves(history: History, measure: Measure = "accuracy") -> go.Figure:
    """Training and validation by epoch, the gap between them filled, the phases shaded and named.

    Args:
        history: At least one epoch.
        measure: "loss" in nats, or "accuracy" as a share.
    """
    training = history.loss if measure == "loss" else history.accuracy
    validation = history.val_loss if measure == "loss" else history.val_accuracy
    figure = go.Figure()
    figure.add_scatter(
        name="Training",
        x=history.epoch,
        y=training,
        text=[_figure(value, measure) for value in training],
        line=TRAINING,
    )
    figure.add_scatter(
        name="Validation",
        x=history.epoch,
        y=validation,
        text=[_with_gap(*pair, measure) for pair in zip(training, validation, strict=True)],
        line=VALIDATION,
        fill="tonexty",
        fillcolor="rgba(139, 111, 208, 0.18)",
    )
    # Markers, because a run of one epoch has no line.
    figure.update_traces(mode="lines+markers", marker={"size": 4}, hovertemplate="%{text}")
    _add_phases(figure, history, measure)
    figure.update_xaxes(
        title="Epoch", range=[0.5, history.epoch[-1] + 0.5], showgrid=False, zeroline=False,
        unifiedhovertitle={"text": "Epoch %{x}"},
    )  # fmt: skip
    figure.update_yaxes(gridcolor=FAINT, showgrid=True, zeroline=False)
    if measure == "accuracy":
        figure.update_yaxes(tickvals=TENTHS, ticktext=[percent(share) for share in TENTHS])
    return styled(figure, 340, showlegend=True, legend=LEGEND, hovermode="x unified")


def _figure(value: float, measure: Measure) -> str:
    return percent(value, 1) if measure == "accuracy" else f"{value:.3f}"


def _with_gap(training: float, validation: float, measure: Measure) -> str:
    gap = validation - training
    size = points(gap) if measure == "accuracy" else f"{abs(gap):.3f}"
    side = "above" if gap > 0 else "below"
    return f"{_figure(validation, measure)}, {size} {side} training"


def _add_phases(figure: go.Figure, history: History, measure: Measure) -> None:
    # Where the curves are not: loss falls from the upper left, accuracy rises to the upper right.
    sides = ("bottom", "top") if measure == "loss" else ("top", "bottom")
    for i, (name, first, last) in enumerate(history.spans()):
        # A short phase has its name upright: two side by side would run into each other.
        width = NARROW * (last - first + 1) / len(history)
        narrow = width <= LETTER * len(name)
        early = first + last <= len(history) + 1
        figure.add_vrect(
            x0=first - 0.5,
            x1=last + 0.5,
            fillcolor=SHADES[i % 2],
            line_width=0,
            layer="below",
            annotation_text=name,
            annotation_position=f"{sides[0] if early or not narrow else sides[1]} left",
            annotation_textangle=-90 if narrow else 0,
        )
