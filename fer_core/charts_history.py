"""A training run's history → curves of training and validation."""

from __future__ import annotations

from typing import Final, Literal

import plotly.graph_objects as go

from fer_core.chart_style import FAINT, SHARE_AXIS, styled
from fer_core.chart_words import percent, points
from fer_core.history import History

Measure = Literal["loss", "accuracy"]

# No expression's colours; each over 3:1 on white and on black. The dash says it without colour.
TRAINING: Final = {"color": "#808080", "dash": "dot", "width": 2.5}
VALIDATION: Final = {"color": "#8B6FD0", "dash": "solid", "width": 2.5}
SHADES: Final = ("rgba(128, 128, 128, 0.06)", "rgba(128, 128, 128, 0.16)")
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
    for name, values, line in (
        ("Training", training, TRAINING),
        ("Validation", validation, VALIDATION),
    ):
        figure.add_scatter(
            x=history.epoch,
            y=values,
            name=name,
            mode="lines+markers",
            line=line,
            marker={"size": 4},
            fill="tonexty" if name == "Validation" else None,
            fillcolor="rgba(139, 111, 208, 0.18)",
            hovertemplate="%{text}",
            text=[_figure(value, measure) for value in values],
        )
    figure.data[1].text = [
        f"{_figure(theirs, measure)}, {_gap(ours, theirs, measure)} training"
        for ours, theirs in zip(training, validation, strict=True)
    ]
    _add_phases(figure, history)
    figure.update_xaxes(
        title="Epoch", range=[0.5, history.epoch[-1] + 0.5], showgrid=False, zeroline=False,
        unifiedhovertitle={"text": "Epoch %{x}"},
    )  # fmt: skip
    if measure == "accuracy":
        figure.update_yaxes(**SHARE_AXIS)
    else:
        figure.update_yaxes(title="Loss", gridcolor=FAINT, zeroline=False)
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
    return styled(figure, 340, showlegend=True, legend=legend, hovermode="x unified")


def _figure(value: float, measure: Measure) -> str:
    return percent(value, 1) if measure == "accuracy" else f"{value:.3f}"


def _gap(training: float, validation: float, measure: Measure) -> str:
    gap = validation - training
    size = points(gap) if measure == "accuracy" else f"{abs(gap):.3f}"
    return f"{size} {'above' if gap > 0 else 'below'}"


def _add_phases(figure: go.Figure, history: History) -> None:
    for i, (name, first, last) in enumerate(history.spans()):
        # A short phase has its name upright: two side by side would run into each other.
        width = NARROW * (last - first + 1) / len(history)
        figure.add_vrect(
            x0=first - 0.5,
            x1=last + 0.5,
            fillcolor=SHADES[i % 2],
            line_width=0,
            layer="below",
            annotation_text=name,
            annotation_position="bottom left",
            annotation_textangle=0 if width > LETTER * len(name) else -90,
        )
